/** Commands of `tocsin` against a world of real parts. */
import { runCommand } from '../../cli/program';
import { Shell } from '../../cli/shell';
import { LOCAL_API_KEY } from '../../stack';
import type { RealWorld } from '../setup/real-world';
import { Screen } from '../unit/cli/helpers';

export interface Ran {
  exitCode: number;
  out: string;
  err: string;
}

/** What a shell has in which commands against this world are typed. */
export function shellEnv(world: RealWorld): NodeJS.ProcessEnv {
  return {
    ...world.workerEnv(),
    DATABASE_URL: world.postgres.url,
    TEMPORAL_ADDRESS: world.temporalAddress.address,
    RESEND_API_KEY: LOCAL_API_KEY,
    RESEND_BASE_URL: world.mailbox.url,
    TOCSIN_WATCHDOG_MAIL: 'oncall@watch.example',
  };
}

/** Runs a command as in a shell of this world. */
export async function tocsin(world: RealWorld, ...argv: string[]): Promise<Ran> {
  const [out, err] = [new Screen(), new Screen()];
  const exitCode = await runCommand(argv, new Shell(shellEnv(world), out, err, world.client));
  return { exitCode, out: out.text, err: err.text };
}

/** It did what it was told; the error shows what it said. */
export async function expectOk(running: Promise<Ran>): Promise<Ran> {
  const ran = await running;
  expect({ ...ran, out: '' }).toEqual({ exitCode: 0, out: '', err: '' });
  return ran;
}
