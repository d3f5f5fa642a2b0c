/** Whom the watchdog tells, and who notices when it ends itself. */
import { watchdogSettings } from '../watchdog/settings';
import { type Check, ok, WRONG_SETTINGS, warning } from './check';

export const telling: Check = {
  about: 'Watchdog',
  of: ['watchdog'],
  async look({ read }) {
    const settings = read(watchdogSettings);
    if (!settings) return WRONG_SETTINGS;
    const ways = [...settings.mail, ...(settings.webhook ? ['the webhook'] : [])];
    return [
      ok(`it tells ${ways.join(', ')}`),
      settings.pingUrl
        ? ok("a dead man's switch is set")
        : warning(
            "no dead man's switch is set: nobody is told if the watchdog itself ends",
            'Set TOCSIN_WATCHDOG_PING_URL',
          ),
    ];
  },
};
