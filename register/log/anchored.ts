/**
 * How far each anchor keeps the register, where every worker sees it: one note in Postgres, signed with the log's key. It is a
 * memory more, never the measure: what an anchor itself holds decides when a register is verified.
 */
import { z } from 'zod';
import { SignerBusyError } from '../errors';
import type { Queryable } from '../read-entries';
import { NoteError, type NoteSigner, parseNote, parseVerifierKey, signNote, verifiedBy } from '../tree/note';
import { LogKeys } from '../verifier/log-keys';
import { checkpointOf } from './anchor';
import { readSigner } from './signer-row';

const AnchoredSchema = z.strictObject({
  /** The anchor's name: `file`, `mail`, `witness NAME`. */
  name: z.string().min(1),
  /** How long an entry waits for it at most, by the settings of the worker that signs: 0 where it takes each checkpoint at once. */
  everyMs: z.int().nonnegative(),
  /** The last checkpoint that it keeps, with a witness's cosignature; missing before the first. */
  note: z.string().optional(),
  /** Since when it keeps that. */
  keptAt: z.iso.datetime().optional(),
  /** A checkpoint on its way, of which nobody knows yet whether it is there; `givenUpAt`: nor ever will. */
  sending: z
    .strictObject({ note: z.string(), startedAt: z.iso.datetime(), givenUpAt: z.iso.datetime().optional() })
    .optional(),
});

/** What is remembered of one anchor. */
export type Anchored = z.infer<typeof AnchoredSchema>;

/** What Postgres holds of all of them. */
export interface Statement {
  anchors: Anchored[];
  /** As it is stored; undefined before the first. */
  text?: string;
  /** It is signed by none of the log's keys, so nothing of it is believed. */
  isForged?: true;
}

/** No checkpoint reads like this: the second line of one is a number. */
const HEADING = 'tocsin anchored';

/** Reads it, and believes what a key of the log has signed. */
export async function readAnchored(pool: Queryable): Promise<Statement> {
  const { rows } = await pool.query<{ statement: string }>('SELECT statement FROM tocsin.log_anchored');
  const text = rows[0]?.statement;
  if (text === undefined) return { anchors: [] };
  const row = await readSigner(pool);
  const anchors = row && opened(text, LogKeys.follow(row.verifierKey, row.rotations));
  return anchors ? { anchors, text } : { anchors: [], text, isForged: true };
}

/** Replaces what was read. @throws SignerBusyError when another has replaced it meanwhile. */
export async function writeAnchored(
  pool: Queryable,
  before: Pick<Statement, 'text'>,
  anchors: readonly Anchored[],
  signer: NoteSigner,
): Promise<void> {
  const text = signNote(`${HEADING} ${signer.name}\n${JSON.stringify(anchors)}\n`, [signer]);
  const { rowCount } =
    before.text === undefined
      ? await pool.query('INSERT INTO tocsin.log_anchored (statement) VALUES ($1) ON CONFLICT DO NOTHING', [text])
      : await pool.query('UPDATE tocsin.log_anchored SET statement = $1 WHERE statement = $2', [text, before.text]);
  if (rowCount !== 1) throw new SignerBusyError('another worker has anchored meanwhile: it is tried again');
}

/** How many entries the checkpoint has that an anchor keeps for certain. */
export function keptSize({ note }: Pick<Anchored, 'note'>): number {
  return note === undefined ? 0 : checkpointOf(note).size;
}

function opened(text: string, keys: LogKeys): Anchored[] | undefined {
  try {
    const note = parseNote(text);
    const [heading, told] = note.text.split('\n');
    const verifiers = keys.keys.map(({ verifierKey }) => parseVerifierKey(verifierKey));
    if (heading !== `${HEADING} ${keys.origin}` || verifiedBy(note, verifiers).length === 0) return undefined;
    const read = z.array(AnchoredSchema).safeParse(JSON.parse(told!));
    return read.success ? read.data : undefined;
  } catch (error) {
    if (error instanceof NoteError || error instanceof SyntaxError) return undefined;
    throw error;
  }
}
