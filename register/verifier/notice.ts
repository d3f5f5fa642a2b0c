/**
 * The proof of one notice: an export of its incident in which what concerns the notice alone is opened, and whose header holds
 * the texts that went out and what the company's delivery ledger said. Everything is checked against the entries.
 */
import { createHash } from 'node:crypto';
import { isPlainObject } from '../canonical';
import type { Leaf } from './leaf';
import type { Opening } from './openings';
import { hasOnly, isCount, isHash } from './text';

/** What the header states of a notice beside the entries. */
export interface NoticeStatement {
  obligation: string;
  /** Each text that went out, in canonical JSON as it is hashed: subject, text, HTML and the sender. By hash, ascending. */
  texts: Array<{ sha256: string; text: string }>;
  /** Of the delivery ledger when the file was made: mails by state, and the mail provider's ids of them. */
  ledger: { states: Record<string, number>; messageIds: MessageIds };
}

/** `ids` ascending, one for each mail, up to `MOST_IDS`; of more there is the hash alone. `sha256`: of the ids, a line each. */
export interface MessageIds {
  count: number;
  sha256: string;
  ids?: string[];
}

/** Ids that a file holds; so many that its first line stays readable. */
export const MOST_IDS = 20_000;

/** The hash of ids in their order, each with a line feed. */
export function idsHash(ids: readonly string[]): string {
  const hash = createHash('sha256');
  for (const id of ids) hash.update(`${id}\n`);
  return hash.digest('hex');
}

const OF_ALL = ['/data/obligation', '/data/round'];
/** How an instant was stated that is not known exactly, and until when an act was in time by it. */
const READINGS = ['/data/inexact/*', '/data/inTimeUntil'];
/**
 * What is opened of each kind of entry about a notice; `*` at the end: all that begins so. Never who was told: ids of
 * workspaces stay behind their commitments, as do names of people.
 */
const OPENED: Readonly<Record<string, readonly string[]>> = {
  'notice-approved': ['/data/draft'],
  'dispatch-started': ['/data/trigger'],
  'delivery-counted': [
    '/data/evidence/*',
    '/data/counted/of',
    '/data/counted/numbers/*',
    '/data/counted/groups',
    '/data/audience/of',
  ],
  'mails-came-back': [],
  'delivery-recounted': ['/data/cameBack'],
  'told-outside': ['/data/at', ...READINGS, '/data/channel', '/data/people'],
  'left-untold': ['/data/people', '/data/whole'],
  'batch-settled': ['/data/accepted', '/data/at'],
  'page-published': ['/data/evidence/*'],
  'made-public': ['/data/at', ...READINGS, '/data/channel', '/data/languages'],
  'obligation-fulfilled': ['/data/at', ...READINGS, '/data/lateByMs', '/data/evidence/*'],
  'obligation-reopened': ['/data/purpose', '/data/dueAt'],
  'obligation-supplemented': ['/data/at', ...READINGS, '/data/lateByMs', '/data/dueAt', '/data/evidence/*'],
  'act-timed': ['/data/at', ...READINGS, '/data/lateByMs', '/data/previous/*'],
  'lateness-corrected': [
    '/data/dueAt',
    '/data/lateByMs',
    '/data/inTimeUntil',
    '/data/previousLateByMs',
    '/data/previousInTimeUntil',
  ],
};
const CLOSED = ['note', 'reference', 'caseNumber', 'attachments', 'attachmentNames'].map(
  (name) => `/data/evidence/${name}`,
);
/** The fields whose commitments stand for the audience. */
const AUDIENCE = ['/data/audience/ids', '/data/audience/groups', '/data/counted/reached', '/data/counted/unreached'];

/** Whether a proof opens what concerns its notice in an entry of this kind. */
export function isOfNotices(kind: string): boolean {
  return Object.hasOwn(OPENED, kind);
}

function isOpened(kind: string, pointer: string): boolean {
  if (CLOSED.some((closed) => pointer === closed || pointer.startsWith(`${closed}/`))) return false;
  return [...OF_ALL, ...(OPENED[kind] ?? [])].some((each) =>
    each.endsWith('*') ? pointer.startsWith(each.slice(0, -1)) : pointer === each,
  );
}

/** What of an entry a proof opens: of another obligation its name alone, so that a reader sees that it is another one. */
export function openedFor(obligation: string, kind: string, openings: readonly Opening[]): Opening[] {
  if (!isOfNotices(kind)) return [];
  const isOwn = openings.some(
    ({ pointer, text }) => pointer === '/data/obligation' && text === JSON.stringify(obligation),
  );
  return openings.filter(({ pointer }) => (isOwn ? isOpened(kind, pointer) : pointer === '/data/obligation'));
}

/** Why it is no statement; undefined when it is one. */
export function statementFault(value: unknown): string | undefined {
  if (!isPlainObject(value) || !hasOnly(value, ['ledger', 'obligation', 'texts'])) return 'notice: is not a statement';
  const { obligation, texts, ledger } = value;
  if (typeof obligation !== 'string' || obligation === '') return 'notice.obligation: must be a text';
  if (!Array.isArray(texts)) return 'notice.texts: must be a list';
  for (const [n, text] of texts.entries()) {
    if (!isPlainObject(text) || !hasOnly(text, ['sha256', 'text']) || !isHash(text.sha256))
      return `notice.texts.${n}: has no hash`;
    if (typeof text.text !== 'string') return `notice.texts.${n}: must be a text`;
    if (createHash('sha256').update(text.text).digest('hex') !== text.sha256)
      return `notice.texts.${n}: does not match the hash beside it: one of them was altered`;
    if (n > 0 && text.sha256 <= texts[n - 1].sha256) return 'notice.texts: are not in order';
  }
  if (!isPlainObject(ledger) || !hasOnly(ledger, ['messageIds', 'states'])) return 'notice.ledger: is not one';
  const { states, messageIds } = ledger;
  if (!isPlainObject(states) || !Object.values(states).every(isCount)) return 'notice.ledger.states: must be counts';
  return idsFault(messageIds);
}

function idsFault(value: unknown): string | undefined {
  const field = 'notice.ledger.messageIds';
  if (!isPlainObject(value) || !isCount(value.count) || !isHash(value.sha256))
    return `${field}: must be a count and a hash`;
  const { ids, count, sha256, ...more } = value;
  if (Object.keys(more).length > 0) return `${field}: has further fields`;
  if (ids === undefined) return count > MOST_IDS ? undefined : `${field}: the ids are missing`;
  if (!Array.isArray(ids) || ids.length !== count || !ids.every((id) => typeof id === 'string'))
    return `${field}: are not as many as it says`;
  return idsHash(ids) === sha256 ? undefined : `${field}: are not those of their hash`;
}

/** An entry about the notice: where it stands, and what of it is opened, by the last part of its pointer. */
export interface NoticeEntry {
  position: number;
  at: string;
  kind: string;
  fields: Record<string, unknown>;
  /** Commitments to who was meant and who was reached, by pointer. */
  audience: Record<string, string>;
}

/** Versions of a text with numbers of single workspaces: how many, and the hash of their list. */
interface OwnTexts {
  count: number;
  sha256: string;
}

interface NamedText {
  language: string;
  sha256: string;
  own?: OwnTexts;
}

/** What a proof shows of a notice. */
export interface NoticeShown {
  obligation: string;
  /** The texts that the entries name; `text` where the file holds it. */
  texts: Array<NamedText & { text?: string }>;
  entries: NoticeEntry[];
  ledger: NoticeStatement['ledger'];
}

/** Follows the entries of an incident, and checks that a proof of a notice opens all that it must, and nothing else. */
export class NoticeFold {
  private readonly entries: NoticeEntry[] = [];

  constructor(private readonly statement: NoticeStatement) {}

  /** Takes an entry that holds; gives what is wrong with what it opens. */
  take(leaf: Leaf, openings: readonly Opening[]): string | undefined {
    const { kind, position, at } = leaf;
    const own = openings.find(({ pointer }) => pointer === '/data/obligation');
    const isOwn = own?.text === JSON.stringify(this.statement.obligation);
    const open = new Set(openings.map(({ pointer }) => pointer));
    const known = isOfNotices(kind);
    if (known && own === undefined) return 'it does not show which notice it is about';
    for (const pointer of leaf.fields.keys()) {
      const must = known && (isOwn ? isOpened(kind, pointer) : pointer === '/data/obligation');
      if (must && !open.has(pointer)) return `the field ${pointer} is withheld, which a proof of this notice must show`;
      if (!must && open.has(pointer)) return `the field ${pointer} is shown, which a proof of this notice does not do`;
    }
    if (!known || !isOwn) return undefined;
    const fields = Object.fromEntries(
      openings.map(({ pointer, text }) => [pointer.slice('/data/'.length), JSON.parse(text) as unknown]),
    );
    const audience = Object.fromEntries(
      AUDIENCE.flatMap((pointer) => {
        const commitment = leaf.fields.get(pointer);
        return commitment === undefined ? [] : [[pointer.slice('/data/'.length), commitment]];
      }),
    );
    this.entries.push({ position, at, kind, fields, audience });
    return undefined;
  }

  /** Call after the last entry: what is wrong with the statement. */
  fault(): string | undefined {
    if (this.entries.length === 0) return `no entry of the incident is about ${this.statement.obligation}`;
    const told = new Set(this.renderings().map(({ sha256 }) => sha256));
    const other = this.statement.texts.find(({ sha256 }) => !told.has(sha256));
    return other && `the text ${other.sha256} is none that an entry says went out`;
  }

  shown(): NoticeShown {
    const { obligation, texts, ledger } = this.statement;
    const held = new Map(texts.map(({ sha256, text }) => [sha256, text]));
    const named = this.renderings().map((each) => {
      const text = held.get(each.sha256);
      return { ...each, ...(text !== undefined && { text }) };
    });
    return { obligation, texts: named, entries: this.entries, ledger };
  }

  /** The texts that went out, as the entries say, each once. */
  private renderings(): NamedText[] {
    const found = new Map<string, NamedText>();
    for (const { fields } of this.entries) {
      const renderings = fields['evidence/renderings'];
      for (const each of Array.isArray(renderings) ? renderings : []) {
        if (!isPlainObject(each) || typeof each.language !== 'string' || !isHash(each.sha256)) continue;
        const { language, sha256, own } = each;
        const hasOwn = isPlainObject(own) && isCount(own.count) && isHash(own.sha256);
        found.set(sha256, {
          language,
          sha256,
          ...(hasOwn && { own: { count: own.count, sha256: own.sha256 } as OwnTexts }),
        });
      }
    }
    return [...found.values()];
  }
}
