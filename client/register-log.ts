/** The register's log and the disclosure table, as the commands on the register need them. */
import type { RegisterLog } from '../register/log/open-log';
import type { Shell } from './shell';

/** Opens the log that vouches for the register; loaded when first needed. */
export async function shellLog(shell: Shell): Promise<RegisterLog> {
  const { openLog } = require('../register/log/open-log') as typeof import('../register/log/open-log');
  const { logSettings } = require('../register/log/log-settings') as typeof import('../register/log/log-settings');
  return openLog(shell.register(), logSettings(shell.env));
}
