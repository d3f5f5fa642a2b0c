/** What containment reaches: each provider is asked for something that changes nothing. */
import { PROVIDERS } from '../activities/containment/providers';
import { containmentSettings } from '../activities/containment/settings';
import { type Check, type Found, messageOf, notChecked, ok, problem, WRONG_SETTINGS, warning } from './check';

export const containment: Check = {
  about: 'Containment',
  of: ['worker'],
  async look({ read }) {
    const settings = read(containmentSettings);
    if (!settings) return WRONG_SETTINGS;
    const found: Found[] = [];
    for (const { name, setting, takes, probe } of PROVIDERS) {
      const config = settings.providers[name];
      if (!config)
        found.push(
          warning(
            `${name} is not set up: ${takes.join(' and ')} through it ${takes.length === 1 ? 'is' : 'are'} refused`,
            `Set ${setting}, or do it by hand`,
          ),
        );
      else if (settings.recordedOnly.includes(name))
        found.push(notChecked(`${name} is the local recorder: its measures contain nothing`, `Set ${setting}`));
      else if (!probe) found.push(notChecked(`${name} was not tried: it would act`));
      else found.push(await probe(config).then(ok, (error) => problem(`${name}: ${messageOf(error)}`)));
    }
    return found;
  },
};
