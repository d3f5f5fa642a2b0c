/**
 * What an incident can hold. Its state goes along when a run ends and the next begins, so it has a bound in bytes; what
 * would pass that is refused to its sender, before it is accepted. What must be done to keep a duty is always accepted: it is
 * small, and is done once for each duty. Pure. Decision 0026.
 */
import { jsonBytes, jsonBytesInParts, MESSAGE_BYTES, sizeText, tooLarge } from '../kernel/bytes';
import { codesMoved, type Packed, pack } from '../kernel/packed';
import type { Message } from './messages';
import type { IncidentState } from './state';

/** Most bytes of the state that messages may make, each repetition counted once. Twice as much fits when a run begins. */
const STATE_BYTES = 450_000;
/** Room that is kept for the facts: what is owed hangs on them, so whatever else fills an incident leaves that much. */
const FACTS_BYTES = 100_000;

/** Messages of which an incident takes any number, so that they alone could fill it. */
const FILLS: ReadonlySet<Message['message']> = new Set([
  'assess',
  'measure',
  'translate',
  'edit-draft',
  'follow-up',
  'link',
]);

/** Why a message cannot be taken for its size; `undefined` when it can. */
export function roomProblem(state: IncidentState, message: { message: Message['message'] }): string | undefined {
  const large = tooLarge(message, 'message', MESSAGE_BYTES);
  if (large) return large;
  if (!FILLS.has(message.message)) return undefined;
  const bytes = jsonBytes(message);
  // An assessment takes the place of the one before.
  const added = bytes - (message.message === 'assess' ? jsonBytes(state.assessment?.facts) : 0);
  const room = message.message === 'assess' ? STATE_BYTES + FACTS_BYTES : STATE_BYTES;
  if (added <= 0) return undefined;
  // Thousands of messages may come in one workflow task: what takes long is done where it hangs on that, and once.
  if (jsonBytesInParts(state) + added <= room) return undefined;
  const held = heldBytes(state, room - added);
  if (held + added <= room) return undefined;
  const most = largestParts(state);
  return `message: has ${sizeText(bytes)}, and the incident holds ${sizeText(held)} of the ${sizeText(room)} that it can (most of it: ${most}): say it shorter, keep the long form where your files are, and name that`;
}

/** What changes with every message, refused or not. */
type Counted = 'seq' | 'handled' | 'rejected';
type Kept = Omit<IncidentState, Counted>;
/** What was measured last of an incident. `bytes`: of all of it, `fixed`: but for the codes of its lists. */
interface Measured {
  kept: Kept;
  packed: Packed;
  bytes: number;
  fixed: number;
}
/** By the declaration, which stays the same object through a run. */
const measured = new WeakMap<object, Measured>();
const EMPTY_BYTES = jsonBytes(pack({}));
/** Two packed values share their texts, so that both together are not as large as each: by less than this. */
const SHARED_BYTES = 10_000;

/**
 * The bytes of a state without its repetitions: near `bound` exactly those of the packed state, by which earlier runs took or
 * refused a message, so that a replay does as they did. What changes with every message is packed by itself, as the rest is
 * large and mostly stays.
 */
export function heldBytes({ seq, handled, rejected, ...kept }: IncidentState, bound: number): number {
  const rest = measuredOf(kept);
  const counted = pack({ seq, handled, rejected });
  // Of two objects one: a comma between them.
  const apart = rest.bytes + jsonBytes(counted) - EMPTY_BYTES + 1;
  return Math.abs(bound - apart) > SHARED_BYTES ? apart : bytesTogether(rest, counted);
}

/** The bytes of both packed as one: each text stands once, and moves the places of those after it. */
function bytesTogether({ packed, fixed }: Measured, counted: Packed): number {
  const [own, others] = [packed.ids, counted.ids];
  const added: string[] = [];
  const moved: Record<'own' | 'others', number[]> = { own: [], others: [] };
  for (let [i, j, place] = [0, 0, 0]; i < own.length || j < others.length; place++) {
    const [a, b] = [own[i], others[j]];
    if (a === undefined || (b !== undefined && b < a)) added.push(b!);
    if (a !== undefined && (b === undefined || a <= b)) moved.own[i++] = place;
    if (b !== undefined && (a === undefined || b <= a)) moved.others[j++] = place;
  }
  const codes = [codesMoved(packed, moved.own), codesMoved(counted, moved.others)];
  const merged = {
    ids: added,
    lists: codes.flatMap(({ lists }) => lists),
    rows: codes.flatMap(({ rows }) => rows),
    value: counted.value,
  };
  const commas = own.length > 0 && added.length > 0 ? 2 : 1;
  return fixed + jsonBytes({ ...merged, same: [] }) - EMPTY_BYTES + commas;
}

function measuredOf(kept: Kept): Measured {
  const last = measured.get(kept.declaration);
  if (last && isSame(last.kept, kept)) return last;
  const packed = pack(kept);
  const now = { kept, packed, bytes: jsonBytes(packed), fixed: jsonBytes({ ...packed, lists: [], rows: [] }) };
  measured.set(kept.declaration, now);
  return now;
}

function isSame(a: Kept, b: Kept): boolean {
  const names = Object.keys(b) as Array<keyof Kept>;
  return names.length === Object.keys(a).length && names.every((name) => a[name] === b[name]);
}

function largestParts({
  declaration,
  assessment,
  obligations,
  measures,
  containment,
  translations,
  followUps,
}: IncidentState) {
  const edits = Object.values(obligations).map((o) => o.edits);
  const parts = {
    'the declaration': declaration,
    'the assessment': assessment,
    measures,
    containment,
    translations,
    'follow-ups': followUps,
    'edited drafts': edits,
  };
  return Object.entries(parts)
    .map(([name, part]) => ({ name, bytes: jsonBytesInParts(part, 1) }))
    .sort((a, b) => b.bytes - a.bytes)
    .slice(0, 3)
    .map(({ name, bytes }) => `${name} ${sizeText(bytes)}`)
    .join(', ');
}
