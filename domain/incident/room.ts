/**
 * What an incident can hold. Its state goes along when a run ends and the next begins, so it has a bound in bytes; what
 * would pass that is refused to its sender, before it is accepted. What must be done to keep a duty is always accepted: it is
 * small, and is done once for each duty. Pure. Decision 0026.
 */
import { jsonBytes, jsonBytesInParts, MESSAGE_BYTES, sizeText, tooLarge } from '../kernel/bytes';
import { pack } from '../kernel/packed';
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
  const held = heldBytes(state);
  if (held + added <= room) return undefined;
  const most = largestParts(state);
  return `message: has ${sizeText(bytes)}, and the incident holds ${sizeText(held)} of the ${sizeText(room)} that it can (most of it: ${most}): say it shorter, keep the long form where your files are, and name that`;
}

/** What changes with every message, refused or not. */
type Counted = 'seq' | 'handled' | 'rejected';
type Kept = Omit<IncidentState, Counted>;
/** What a text of a packed list costs beside itself. */
const PLACE_BYTES = 5;
/** By the declaration, which stays the same object through a run: what was measured last, and its bytes. */
const measured = new WeakMap<object, { kept: Kept; bytes: number }>();

/** The bytes of a state without its repetitions. What changes with every message repeats nothing, and is counted as it is. */
function heldBytes({ seq: _seq, handled, rejected: _rejected, ...kept }: IncidentState): number {
  const counted = jsonBytes(handled) + handled.length * PLACE_BYTES;
  const last = measured.get(kept.declaration);
  if (last && isSame(last.kept, kept)) return last.bytes + counted;
  const bytes = jsonBytes(pack(kept));
  measured.set(kept.declaration, { kept, bytes });
  return bytes + counted;
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
