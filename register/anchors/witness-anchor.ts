/** Anchors checkpoints at a witness, keeps its cosignatures, and publishes them with the checkpoint. */
import { createHash } from 'node:crypto';
import path from 'node:path';
import { z } from 'zod';
import { readIfThere } from '../../platform/read-if-there';
import { writeWhole } from '../../platform/write-whole';
import { AnchorError, WitnessConflictError } from '../errors';
import { type Anchor, checkpointOf } from '../log/anchor';
import { publishedCheckpoint, type RegisterLog } from '../log/open-log';
import { CHECKPOINT } from '../log/sign-log';
import { consistencyProof } from '../tree/merkle';
import { parseNote, parseVerifierKey, verifiedBy } from '../tree/note';
import { type AnchorMemory, remember } from './anchor-memory';
import { addCheckpoint, type Witness } from './witness';

const StateSchema = z.strictObject({
  verifierKey: z.string(),
  size: z.int().nonnegative(),
  /** The last checkpoint with the witness's signature line. */
  note: z.string(),
});

/** What is known of a witness. */
export type WitnessState = z.infer<typeof StateSchema>;

/** What a witness is called among the anchors. */
export function witnessName({ verifierKey }: Witness): string {
  return `witness ${parseVerifierKey(verifierKey).name}`;
}

/**
 * @param stateDir where this worker keeps the last cosigned checkpoint of each witness.
 * @param memory where all workers see it: one with another disk goes on from what its predecessor was told.
 */
export function createWitnessAnchor(
  witness: Witness,
  log: RegisterLog,
  stateDir: string,
  memory: AnchorMemory,
): Anchor {
  const { verifierKey } = witness;
  const file = stateFileOf(stateDir, verifierKey);
  const { name } = parseVerifierKey(verifierKey);
  return {
    name: witnessName(witness),
    async put(note) {
      const { size, root } = checkpointOf(note);
      const last = later(await readWitnessState(file), cosignedOf(verifierKey, (await memory.read()).note));
      if (last?.note.startsWith(note)) {
        // It may have been cosigned before it was published, or by the worker before this one.
        await writeWhole(file, stateText(last));
        await publishCosignature(log, note, last.note.slice(note.length));
        await remember(memory, last.note);
        return 'present';
      }
      const read = await log.nodes();
      const ask = async (oldSize: number) =>
        addCheckpoint(witness, note, oldSize, await consistencyProof(oldSize, size, read));
      // A witness that was shown more than this checkpoint is asked all the same: it tells by its answer.
      let answer = await ask(Math.min(last?.size ?? 0, size));
      // It knows another size than is remembered here: one more try from there.
      if ('size' in answer) answer = await ask(answer.size);
      if ('size' in answer) throw new AnchorError(`the witness ${name} changes its mind: try again later`);
      assertNotBehind(last, size, root, name);
      const cosigned = note + answer.cosignature;
      await writeWhole(file, stateText({ verifierKey, size, note: cosigned }));
      await publishCosignature(log, note, answer.cosignature);
      await remember(memory, cosigned);
      return 'taken';
    },
  };
}

/** What all workers remember counts by the witness's own signature. */
function cosignedOf(verifierKey: string, note: string | undefined): WitnessState | undefined {
  if (note === undefined || verifiedBy(parseNote(note), [parseVerifierKey(verifierKey)]).length === 0) return undefined;
  return { verifierKey, size: checkpointOf(note).size, note };
}

function later(own: WitnessState | undefined, shared: WitnessState | undefined): WitnessState | undefined {
  return own && own.size >= (shared?.size ?? 0) ? own : shared;
}

/** A witness that cosigns less than, or another tree than, it did before has lost its memory: it vouches for nothing. */
function assertNotBehind(last: WitnessState | undefined, size: number, root: Buffer, name: string): void {
  if (last === undefined || last.size < size) return;
  if (last.size === size && checkpointOf(last.note).root.equals(root)) return;
  throw new WitnessConflictError(
    `the witness ${name} cosigned ${last.size} entries before, and now ${size} that they do not continue: ` +
      'the log was rolled back, and the witness with it',
  );
}

/** Adds a signature line to the published checkpoint, unless that is another one by now. */
async function publishCosignature(log: RegisterLog, note: string, line: string): Promise<void> {
  if (!(await publishedCheckpoint(log))?.startsWith(note)) return;
  await log.asSigner(async () => {
    const published = await publishedCheckpoint(log);
    if (!published?.startsWith(note)) return;
    const { name, keyId } = parseNote(note + line).signatures.at(-1)!;
    const there = parseNote(published).signatures.some((each) => each.name === name && each.keyId.equals(keyId));
    if (!there) await log.store.write(CHECKPOINT, Buffer.from(published + line));
  });
}

function stateFileOf(dir: string, verifierKey: string): string {
  return path.join(dir, `${createHash('sha256').update(verifierKey).digest('hex').slice(0, 16)}.json`);
}

function stateText(state: WitnessState): string {
  return `${JSON.stringify(state)}\n`;
}

async function readWitnessState(file: string): Promise<WitnessState | undefined> {
  const text = (await readIfThere(file))?.toString('utf8');
  if (text === undefined) return undefined;
  try {
    return StateSchema.parse(JSON.parse(text));
  } catch {
    throw new AnchorError(`${file} is damaged: remove it, and the witness is asked what it knows`);
  }
}

/** The last checkpoint that a witness has cosigned; undefined before the first. @throws AnchorError when the file is damaged. */
export function lastCosigned(stateDir: string, { verifierKey }: Witness): Promise<WitnessState | undefined> {
  return readWitnessState(stateFileOf(stateDir, verifierKey));
}
