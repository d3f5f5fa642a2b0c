/** Which Temporal a command uses: as the environment or a profile says, else that of the stack that runs on this machine. */
import { configuredTemporal, type TemporalTarget } from '../client/connect';
import { refused } from '../client/errors';
import { isProduction } from '../platform/production';
import { runningStack } from '../settings/running-stack';

/** Finds Temporal. Throws an error that says what to do when there is none. */
export function temporalTarget(env: NodeJS.ProcessEnv = process.env): TemporalTarget {
  const configured = configuredTemporal(env);
  if (configured) return configured;
  const stack = runningStack(env);
  if (!stack && env.TOCSIN_URL)
    throw refused(
      'this works on Temporal itself, which the server of TOCSIN_URL does not pass on: set TEMPORAL_ADDRESS and TOCSIN_ENCRYPTION_KEYS, or run it where they are set',
    );
  if (!stack)
    throw refused(`no Temporal: ${isProduction(env) ? 'set' : 'run `npx tocsin up` or set'} TEMPORAL_ADDRESS`);
  const { address, namespace } = stack.temporal;
  return { connectionOptions: { address }, address, namespace, origin: 'the running stack' };
}
