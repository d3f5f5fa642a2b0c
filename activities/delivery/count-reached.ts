/** Whom a round tells, and who a delivery reached: from an audience beside the rows of the ledger. Pure. */
import { type Group, groupName } from '../../domain/incident/audience';
import { type Counted, MOST_NAMED, type Unreached } from '../../domain/incident/counted';
import { isSameAddress } from '../mail/mail-address';
import type { Audience } from '../types';
import { cameBack } from './ledger/delivery-events';
import { type Beside, type Known, type Recipient, STOPPED } from './ledger/ledger';

/** True where the provider took the mail and did not say since that it came back. */
export function isReached({ status, fate }: Pick<Known, 'status' | 'fate'>): boolean {
  return status === 'sent' && !cameBack(fate);
}

/** A round of a notice, and whom it goes to. */
interface RoundOfAudience {
  round: number;
  audience: Pick<Audience, 'recipient'>;
}

/**
 * In later rounds a person who comes under another ref with an address that was told already is not told again. A workspace is
 * told as a workspace, also when its owner owns another one.
 */
export function comparesAddresses({ round, audience }: RoundOfAudience): boolean {
  return round > 1 && audience.recipient.to !== 'workspace-owners';
}

/**
 * Of one workspace or person: the recipients that a round must enter in the ledger. Not those who were told already, and
 * whoever has another address than before as a row of its own.
 */
export function toEnter({ base, wanted, known }: Beside): Recipient[] {
  const refs = new Set(known.map(({ ref }) => ref));
  const fresh = wanted.filter(({ ref, address, isKnownAddress }) => refs.has(ref) || address === '' || !isKnownAddress);
  if (known.length > 0 && known.every(isReached)) return [];
  const taken = new Set(refs);
  return fresh.map(({ ref, address, language }) => {
    const before = known.find((row) => isSameAddress(row.address, address));
    if (before) return { ref: before.ref, address, language };
    let free = ref;
    for (let n = 2; taken.has(free); n++) free = `${base}#${n}`;
    taken.add(free);
    return { ref: free, address, language };
  });
}

/** Counts who was told, as one after the other is added. A workspace is told when each of its owners was, and so is a person. */
export function reachOf(audience: Pick<Audience, 'recipient' | 'workspaces'>): ReachCounter {
  if (audience.recipient.to !== 'workspace-owners') return new PeopleCounter();
  return audience.workspaces === 'all' ? new AllWorkspaces() : new NamedWorkspaces(audience.workspaces);
}

export interface ReachCounter {
  add(one: Beside): void;
  counted(): Counted;
  /** People whose mail came back and whom the directory does not have any more: of which group they are is not known. */
  readonly gone?: number;
}

/** The same of all at once. */
export function countReached(audience: Audience, all: Iterable<Beside>): Counted {
  const counter = reachOf(audience);
  for (const one of all) counter.add(one);
  return counter.counted();
}

function isTold({ wanted, known }: Beside): boolean {
  const sent = known.filter(isReached);
  if (known.length > 0 && sent.length === known.length) return true;
  return wanted.length > 0 && wanted.every(({ address }) => sent.some((row) => isSameAddress(row.address, address)));
}

const WORKSPACE = 'workspace:';

/** Every workspace that the directory has. */
class AllWorkspaces implements ReachCounter {
  private readonly numbers = { told: 0, untold: 0 };
  private readonly reached: string[] = [];
  private readonly unreached: { workspace: string; why: Unreached }[] = [];

  add(one: Beside): void {
    // That its mail came back is known also of one that the directory does not have any more.
    if (one.wanted.length === 0 && !isBack(one)) return;
    const workspace = one.base.slice(WORKSPACE.length);
    if (isTold(one)) {
      this.numbers.told++;
      if (this.reached.length < MOST_NAMED) this.reached.push(workspace);
    } else {
      this.numbers.untold++;
      if (this.unreached.length < MOST_NAMED) this.unreached.push({ workspace, why: whyNot(one.known) });
    }
  }

  counted(): Counted {
    return { of: 'workspaces', reached: this.reached, unreached: this.unreached, numbers: this.numbers };
  }
}

/** Those of the assessment, whether or not the directory has them. */
class NamedWorkspaces implements ReachCounter {
  private readonly ids: string[];
  private readonly heard = new Map<string, 'told' | Unreached>();

  constructor(workspaces: string[]) {
    this.ids = [...new Set(workspaces)].sort();
  }

  add(one: Beside): void {
    const why = isTold(one) ? 'told' : whyNot(one.known);
    // That its mail came back is known also of one that the directory does not have any more.
    const isKnown = why === 'told' || why === 'came-back' || one.wanted.length > 0;
    this.heard.set(one.base.slice(WORKSPACE.length), isKnown ? why : 'unknown');
  }

  counted(): Counted {
    const reached: string[] = [];
    const unreached: { workspace: string; why: Unreached }[] = [];
    for (const workspace of this.ids) {
      const why = this.heard.get(workspace) ?? 'unknown';
      if (why === 'told') reached.push(workspace);
      else unreached.push({ workspace, why });
    }
    return {
      of: 'workspaces',
      reached: reached.slice(0, MOST_NAMED),
      unreached: unreached.slice(0, MOST_NAMED),
      numbers: { told: reached.length, untold: unreached.length },
    };
  }
}

class PeopleCounter implements ReachCounter {
  private readonly groups = new Map<string, Group & { listed: number; told: number; cameBack: number }>();
  gone = 0;

  add(one: Beside): void {
    const told = isTold(one) ? 1 : 0;
    const back = isBack(one) ? 1 : 0;
    if (one.wanted.length === 0) this.gone += back;
    for (const group of one.wanted.flatMap(({ groups = [] }) => groups)) {
      const name = groupName(group);
      const before = this.groups.get(name) ?? { ...group, listed: 0, told: 0, cameBack: 0 };
      before.listed++;
      before.told += told;
      before.cameBack += back;
      this.groups.set(name, before);
    }
  }

  counted(): Counted {
    const groups = [...this.groups.keys()].sort().map((name) => {
      const { cameBack: back, ...group } = this.groups.get(name)!;
      return { ...group, ...(back > 0 && { cameBack: back }) };
    });
    return { of: 'people', groups };
  }
}

/** A mail to them came back, and none reached them. */
function isBack({ known }: Beside): boolean {
  return !known.some(isReached) && known.some(({ fate }) => cameBack(fate));
}

function whyNot(rows: Known[]): Unreached {
  if (rows.length === 0 || rows.some(({ status }) => ['pending', 'sending', 'unknown'].includes(status)))
    return 'pending';
  if (rows.some(({ fate }) => cameBack(fate))) return 'came-back';
  const failed = rows.filter(({ status }) => status === 'failed');
  if (failed.some(({ errorCode }) => errorCode === STOPPED)) return 'stopped';
  return failed.every(({ errorCode }) => errorCode === 'invalid-address') ? 'no-address' : 'undeliverable';
}
