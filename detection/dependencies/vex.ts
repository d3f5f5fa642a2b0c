/**
 * Statements of VEX: somebody says, with a name and a reason, whether a vulnerability affects a product. One that says
 * `not_affected` or `fixed` takes a finding away, and is shown with its author wherever it does.
 */

import type { Instant } from '../../domain/kernel/time';
import type { Component } from '../../domain/patch/dependencies';
import { packageKey } from './package-key';
import type { Purl } from './purl';
import { isOneOf } from './versions';

export type VexStatus = 'not_affected' | 'fixed' | 'affected' | 'under_investigation';

export interface VexStatement {
  /** The vulnerability, under all of its ids that the statement names. */
  ids: string[];
  status: VexStatus;
  /** The packages that it is about; undefined: about the whole of the inventory. */
  packages: Purl[] | undefined;
  /**
   * The inventory that it counts for; undefined: for all. Of those that take something away only a statement about a package by
   * itself may count for all.
   */
  inventory: string | undefined;
  author: string;
  /** One line: the code, what else is said, or both. */
  reason: string;
  at: Instant;
  /** The file's name. */
  where: string;
}

/** What takes a finding away. */
export type Excuse = Pick<VexStatement, 'status' | 'author' | 'reason' | 'at' | 'where'>;

export class VexStatements {
  /** A document or a statement was not read: it may say otherwise. */
  incomplete = false;
  private readonly byId = new Map<string, VexStatement[]>();

  /** `now`: the instant of the check, after which nothing can have been stated. */
  constructor(readonly now: Instant) {}

  add(statement: VexStatement): void {
    for (const id of new Set(statement.ids)) this.byId.set(id, [...(this.byId.get(id) ?? []), statement]);
  }

  /** The newest statement about it, when that takes it away. Of several of one time the one that takes nothing away counts. */
  excuse(ids: string[], inventory: string, component: Component): Excuse | undefined {
    const all = ids.flatMap((id) => this.byId.get(id) ?? []).filter((each) => concerns(each, inventory, component));
    const newest = all.reduce<VexStatement | undefined>((best, each) => {
      if (!best || each.at > best.at) return each;
      return each.at === best.at && !excuses(each.status) ? each : best;
    }, undefined);
    if (!newest || !excuses(newest.status)) return undefined;
    const { status, author, reason, at, where } = newest;
    return { status, author, reason, at, where };
  }
}

/** Whether a statement of this status takes a finding away. */
export function excuses(status: VexStatus): boolean {
  return status === 'not_affected' || status === 'fixed';
}

/** What takes away must be about exactly this package; what says that it is affected counts wherever it may be about it. */
function concerns(statement: VexStatement, inventory: string, component: Component): boolean {
  if (statement.inventory !== undefined && statement.inventory !== inventory) return false;
  const takesAway = excuses(statement.status);
  if (!statement.packages) return statement.inventory !== undefined || !takesAway;
  return statement.packages.some((purl) => (takesAway ? isExactly : mayBe)(purl, component));
}

/**
 * Of a package URL without a version all versions are meant; one that has it names that version as the inventory writes it: what
 * sorts alike, such as two builds, is not the same. Its qualifiers (`arch`, `distro`) must be those of the package.
 */
function isExactly(purl: Purl, { ecosystem, name, version, release, qualifiers = [] }: Component): boolean {
  if (packageKey(purl.ecosystem, purl.name) !== packageKey(ecosystem, name)) return false;
  if (purl.version !== undefined && purl.version !== version) return false;
  const isOfRelease = purl.release !== undefined && purl.release === release;
  return purl.qualifiers.every((each) => qualifiers.includes(each) || (each.startsWith('distro=') && isOfRelease));
}

function mayBe(purl: Purl, { ecosystem, name, version, release }: Component): boolean {
  if (packageKey(purl.ecosystem, purl.name) !== packageKey(ecosystem, name)) return false;
  if (purl.release !== undefined && release !== undefined && purl.release !== release) return false;
  return purl.version === undefined || version === undefined || isOneOf(version, [purl.version], ecosystem);
}
