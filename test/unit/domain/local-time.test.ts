/** Whoever reads a time knows which clock it is of: the reader's zone by its name, in the reader's language, and UTC beside it. */

import { readdirSync } from 'node:fs';
import fc from 'fast-check';
import { readTemplates, templatesDir } from '../../../activities/notices/templates';
import { sayInstant } from '../../../domain/incident/say/say';
import { toInstant } from '../../../domain/kernel/time';

const reading = (locale: string, timeZone: string) => ({ language: locale.slice(0, 2), locale, timeZone });

test.each([
  ['de-DE', 'Europe/Berlin', '2026-04-01T02:00:00.000Z', '1. April 2026 um 04:00 Uhr MESZ (02:00 UTC)'],
  ['de-DE', 'Europe/Berlin', '2026-01-01T02:00:00.000Z', '1. Januar 2026 um 03:00 Uhr MEZ (02:00 UTC)'],
  [
    'fr-FR',
    'Europe/Paris',
    '2026-04-01T02:00:00.000Z',
    '1er avril 2026 à 4\u00a0h\u00a000 (heure d’été d’Europe centrale, 2\u00a0h\u00a000 UTC)',
  ],
  [
    'fr-CA',
    'America/Toronto',
    '2026-04-01T02:00:00.000Z',
    '31 mars 2026 à 22\u00a0h\u00a000 HAE (1er avril 2026 à 2\u00a0h\u00a000 UTC)',
  ],
  ['en-CA', 'America/Toronto', '2026-01-01T12:00:00.000Z', 'January 1, 2026 at 07:00 EST (12:00 UTC)'],
  ['en-GB', 'Europe/Dublin', '2026-04-01T02:00:00.000Z', '1 April 2026 at 03:00 (Irish Standard Time, 02:00 UTC)'],
  ['en-GB', 'UTC', '2026-04-01T02:00:00.000Z', '1 April 2026 at 02:00 UTC'],
])('%s in %s: %s', (locale, timeZone, at, said) => {
  expect(sayInstant(at, reading(locale, timeZone))).toBe(said);
});

test('in every template the two readings of an hour that comes twice in autumn differ by more than UTC', async () => {
  const templates = (await Promise.all(readdirSync(templatesDir()).map((name) => readTemplates(name)))).flat();
  const zones = [...new Set(templates.map(({ locale, timeZone }) => `${locale} ${timeZone}`))];
  expect(zones.length).toBeGreaterThan(3);
  fc.assert(
    fc.property(fc.constantFrom(...zones), fc.integer({ min: 0, max: 366 * 24 * 4 }), (zone, quarters) => {
      const [locale, timeZone] = zone.split(' ') as [string, string];
      const [one, later] = [0, 3_600_000].map((ms) =>
        sayInstant(toInstant(Date.UTC(2026, 0, 1) + quarters * 900_000 + ms), reading(locale, timeZone)),
      );
      expect(one!.replace(/ \(.*/, '')).not.toBe(later!.replace(/ \(.*/, ''));
      expect(one).toMatch(/UTC\)?$/);
    }),
  );
});
