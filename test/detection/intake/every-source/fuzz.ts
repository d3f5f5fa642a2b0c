/** One source of `npm run fuzz:intake` (tools/fuzz-intake.js), in a process of its own. */
import { sendChanged } from './changed';
import { payloadsOf, SOURCES } from './payloads';
import { createWorld, rowsOf, type World } from './world';

const AT_ONCE = 64;
const REPEATS = 1_000;
const PROGRESS_EVERY = 5_000;

/** What the parent is told: how far it is, what came of it, or what is wrong. */
export type Told = { progress: number } | { figures: object } | { wrong: string };

/** What the parent asks for. */
export interface Asked {
  source: string;
  /** Of a database with Tocsin's tables, for this source alone. */
  databaseUrl: string;
  inputs: number;
  seed: number;
}

export { SOURCES };

/** Sends all inputs, then the payload that makes most rows a thousand times at once. */
export async function fuzz({ source, databaseUrl, inputs, seed }: Asked, tell: (told: Told) => void): Promise<void> {
  const world = await createWorld(databaseUrl);
  try {
    const onProgress = (done: number) => void (done % PROGRESS_EVERY === 0 && tell({ progress: done }));
    const figures = await sendChanged(world, source, { inputs, seed, atOnce: AT_ONCE, onProgress });
    await repeat(world, source);
    tell({ figures: { ...figures, repeatsAtOnce: REPEATS } });
  } catch (error) {
    const { cause, stack } = error as Error;
    tell({ wrong: `${stack ?? error}${cause ? `\ncaused by ${(cause as Error).stack ?? cause}` : ''}` });
  } finally {
    await world.close();
  }
}

/** @throws Error when one is refused, or more or fewer rows are made than by one. */
async function repeat(world: World, source: string): Promise<void> {
  const [payload] = payloadsOf(source).sort((a, b) => b.rows - a.rows);
  // As new as it can be: what is known by its id, and was sent unchanged before, makes no row again.
  const { body, signed, rows } = payload!;
  const before = await rowsOf(world);
  const headers = signed(body, 1);
  const answers = await Promise.all(
    Array.from({ length: REPEATS }, () =>
      world.app.inject({ method: 'POST', url: `/intake/${source}`, headers, body }),
    ),
  );
  const others = answers.filter(({ statusCode }) => statusCode !== 202);
  if (others.length > 0) throw new Error(`${others.length} of ${REPEATS} repeats got ${others[0]!.statusCode}`);
  const made = (await rowsOf(world)) - before;
  if (made > rows) throw new Error(`${REPEATS} repeats made ${made} rows, one makes ${rows}`);
}
