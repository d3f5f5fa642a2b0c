/**
 * Makes a change of the guards visible in the log: also of a trigger that was switched off and on again between two looks.
 * Whoever changes the past as superuser has to do that first, and the entry that tells it is signed and anchored.
 */
import type { Pool } from 'pg';
import { z } from 'zod';
import type { Disclosures } from '../../domain/policy/disclosure';
import { readIfThere } from '../../platform/read-if-there';
import { writeWhole } from '../../platform/write-whole';
import { GuardMemoryError } from '../errors';
import { recordOwnEntry } from '../own-entries';
import { guardFaults } from './expected-guards';
import { type Guard, readGuards } from './read-guards';

const MemorySchema = z.array(z.strictObject({ name: z.string(), is: z.string(), version: z.string() }));

/** An entry names this many changes at most; the rest is counted. */
const MOST_NAMED = 50;

export interface GuardsDeps {
  pool: Pool;
  disclosures: Disclosures;
  /** The guards as they were last seen: a file outside the database. */
  memoryFile: string;
}

/**
 * Records what has changed since the last look, once, as the entry `guards-changed`; one process at a time.
 *
 * @returns the changes; empty when nothing has.
 * @throws GuardMemoryError when the memory is damaged; the driver's error when Postgres is away.
 */
export async function recordGuards(deps: GuardsDeps): Promise<string[]> {
  const { pool, disclosures, memoryFile } = deps;
  const [now, before] = [await readGuards(pool), await readMemory(memoryFile)];
  // Nothing is remembered of a register that is looked at for the first time: it must be as the migrations make it.
  const changed = before === undefined ? guardFaults(now) : changes(before, now);
  if (changed.length > 0) {
    const named = changed.slice(0, MOST_NAMED);
    const more = changed.length - named.length;
    const data = {
      changes: more > 0 ? [...named, `and ${more} more`] : named,
      // Whether they are now as the migrations make them.
      intact: guardFaults(now).length === 0,
    };
    await recordOwnEntry(pool, disclosures, { kind: 'guards-changed', data, by: 'tocsin' });
  }
  if (changed.length > 0 || before === undefined) await writeMemory(memoryFile, now);
  return changed;
}

/** Takes the guards as they are for those to compare with: after a restore into another database, and after migrations there. */
export async function rememberGuards({ pool, memoryFile }: Pick<GuardsDeps, 'pool' | 'memoryFile'>): Promise<void> {
  await writeMemory(memoryFile, await readGuards(pool));
}

function changes(before: readonly Guard[], now: readonly Guard[]): string[] {
  const [were, are] = [byName(before), byName(now)];
  const gone = before.filter(({ name }) => !are.has(name)).map(({ name }) => `${name} was dropped`);
  const others = now.flatMap((guard) => {
    const was = were.get(guard.name);
    if (was === undefined) return [`${guard.name} was added: ${guard.is}`];
    if (was.is !== guard.is) return [`${guard.name} was "${was.is}" and is now "${guard.is}"`];
    return was.version === guard.version ? [] : [`${guard.name} was changed or made anew, and is again what it was`];
  });
  return [...gone, ...others];
}

function byName(guards: readonly Guard[]): Map<string, Guard> {
  return new Map(guards.map((guard) => [guard.name, guard]));
}

async function writeMemory(file: string, guards: readonly Guard[]): Promise<void> {
  await writeWhole(file, `${JSON.stringify(guards)}\n`);
}

async function readMemory(file: string): Promise<Guard[] | undefined> {
  const text = (await readIfThere(file))?.toString('utf8');
  if (text === undefined) return undefined;
  try {
    return MemorySchema.parse(JSON.parse(text));
  } catch {
    throw new GuardMemoryError(`${file} is damaged: restore it from a copy, or remove it to begin anew`);
  }
}
