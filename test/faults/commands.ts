/** Commands of `tocsin` against a world of real parts. */
import { runCommand } from '../../cli/program';
import { Shell } from '../../cli/shell';
import { LOCAL_API_KEY } from '../../stack';
import type { RealWorld } from '../setup/real-world';

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
  let out = '';
  let err = '';
  const sink = (add: (text: string) => void) => ({
    write: (text: string) => void add(text),
    columns: 80,
    isTTY: false,
  });
  const env = shellEnv(world);
  const client = Object.create(world.client, { close: { value: async () => undefined } });
  const shell = new Shell(
    env,
    sink((text) => {
      out += text;
    }) as never,
    sink((text) => {
      err += text;
    }) as never,
    client,
  );
  const exitCode = await runCommand(argv, shell);
  return { exitCode, out, err };
}

/** It did what it was told; the error shows what it said. */
export async function expectOk(running: Promise<Ran>): Promise<Ran> {
  const ran = await running;
  expect({ ...ran, out: '' }).toEqual({ exitCode: 0, out: '', err: '' });
  return ran;
}
