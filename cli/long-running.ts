/** What processes have in common that run until they are stopped. */
import type { Logger } from 'pino';
import { createLog, faultFields, type Speaker } from '../platform/log';
import type { Shell } from './shell';

/**
 * The log of this process, of which warnings of Node and a fault that nobody caught are lines, too. What ends the command is one
 * from when `shell.log` is set: until it runs, that is text for whoever starts it.
 */
export function logOfProcess(shell: Shell, speaker: Speaker): Logger {
  const log = createLog(speaker);
  if (!shell.isProcess) return log;
  // Node's own listener writes text.
  process.removeAllListeners('warning');
  process.on('warning', (warning) => log.warn(faultFields(warning), 'a warning of Node'));
  process.on('uncaughtException', (error) => {
    log.fatal(faultFields(error), 'the process ends by a fault that nobody caught');
    process.exit(1);
  });
  return log;
}
