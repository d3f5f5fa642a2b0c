/**
 * What an incident can hold. Its state goes along when a run ends and the next begins, so it has a bound in bytes; what
 * would pass that is refused to its sender, before it is accepted. What must be done to keep a duty is always accepted: it is
 * small, and is done once for each duty. Pure. Decision 0026.
 */
import { jsonBytes, MESSAGE_BYTES, sizeText, tooLarge } from '../kernel/bytes';
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
  // Repetitions are looked for where it hangs on them: that takes long, and many messages may come in one workflow task.
  const plain = jsonBytes(state);
  if (plain + added <= room) return undefined;
  const held = jsonBytes(pack(state));
  if (held + added <= room) return undefined;
  const most = largestParts(state);
  return `message: has ${sizeText(bytes)}, and the incident holds ${sizeText(held)} of the ${sizeText(room)} that it can (most of it: ${most}): say it shorter, keep the long form where your files are, and name that`;
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
    .map(([name, part]) => ({ name, bytes: jsonBytes(part) }))
    .sort((a, b) => b.bytes - a.bytes)
    .slice(0, 3)
    .map(({ name, bytes }) => `${name} ${sizeText(bytes)}`)
    .join(', ');
}
