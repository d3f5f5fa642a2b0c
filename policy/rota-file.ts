/** The rota of the settings, read again whenever its file changes. */
import { stat } from 'node:fs/promises';
import type { Rota } from '../domain/escalation/rota';
import type { Log } from '../platform/log';
import { text, variable } from '../platform/settings/variable';
import { loadRota } from './load-rota';
import { PolicyError } from './policy-error';

export const TOCSIN_ROTA = variable(
  'A file that says who is on call when, like [`examples/rota.yaml`](../examples/rota.yaml).',
  text,
  { unset: 'the owner of each case is alarmed' },
);

/** The rota as it is now; `undefined` where none is configured. */
export type RotaSource = () => Promise<Rota | undefined>;

/**
 * A rota file. It is read at once, so that a wrong one is refused at the start, and again whenever it changes. While a
 * changed file is wrong the one before it stays in force: an alarm must reach somebody.
 */
export function rotaFile(file: string, log: Pick<Log, 'error'>): RotaSource {
  let rota = loadRota(file);
  let readAt: number | undefined;
  return async () => {
    try {
      const { mtimeMs } = await stat(file);
      if (mtimeMs !== readAt) rota = loadRota(file);
      readAt = mtimeMs;
    } catch (error) {
      // Problems quote the file, which names people: the log says in which fields they are.
      const fields = error instanceof PolicyError ? error.problems.map((problem) => problem.split(':')[0]) : undefined;
      log.error(
        { fields, code: (error as { code?: string }).code },
        'the rota cannot be read: the previous one stays in force',
      );
    }
    return rota;
  };
}
