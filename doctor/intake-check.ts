/** The sources of the intake and their secrets. */
import { loadSources } from '../detection/intake/config';
import { intakeSettings } from '../detection/intake/settings';
import { plural } from '../domain/kernel/plural';
import { type Check, messageOf, ok, problem, WRONG_SETTINGS, warning } from './check';

export const sources: Check = {
  about: 'Sources',
  of: ['intake'],
  async look({ read, env }) {
    const settings = read(intakeSettings);
    if (!settings) return WRONG_SETTINGS;
    if (!settings.sourcesFile)
      return [
        warning(
          'none: the intake takes vulnerability reports alone, and no detector can declare an incident',
          'Name a file in TOCSIN_SOURCES, like examples/sources.yaml',
        ),
      ];
    try {
      const all = loadSources(settings.sourcesFile, env);
      return [ok(`${plural(all.length, 'source')} with secrets: ${all.map(({ name }) => name).join(', ')}`)];
    } catch (error) {
      return [problem(messageOf(error))];
    }
  },
};
