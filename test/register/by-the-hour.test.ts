/** What was filed, told or contained at an inexact time: every form of the record says whether that was in time, late, or either. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import type { IncidentEvent } from '../../domain/incident/events';
import { AUDIENCES, type Audience } from '../../domain/policy/disclosure';
import { loadDisclosures } from '../../policy/load-disclosure';
import { documentOf, FORMS } from '../../register/forms';
import { groupEntry } from '../../register/show';
import { temporaryDir } from '../setup/helpers';
import { pagesOf, preparePoppler } from '../setup/poppler';
import { accounts, assessment, at, COUNSEL, stored } from '../unit/domain/helpers/facts';
import { packOf } from '../unit/domain/helpers/pack';
import { Story } from '../unit/domain/helpers/story';
import { logOf, shownTo } from './readers';

const PACK = packOf({ mainEstablishment: 'IE' });
const DPC = 'gdpr-art33-authority:ie-dpc';
const table = loadDisclosures();
const range = (from: number, to: number) => `${at(from)}..${at(to)}`;

beforeAll(preparePoppler, 600_000);

interface Times {
  aware?: string;
  contained: string;
  told: string;
  filed: string;
}

/** Aware at one hour: containment is due at two, the customers at 49, the report at 73. */
function story({ aware = at(1), contained, told, filed }: Times): Story {
  const it = new Story({}, PACK, { unreached: { 'ws-2': 1 } }).to(1);
  it.send('assess', {
    assessment: assessment({ dataSets: [accounts(), stored()], workspaces: ['ws-1', 'ws-2'] }),
    awareAt: aware,
  });
  it.send('approve', { obligation: 'enterprise-notice' });
  it.to(5).send('status', { status: 'contained', at: contained });
  it.to(60).send('told', {
    obligation: 'enterprise-notice',
    channel: 'letter',
    workspaces: ['ws-2'],
    at: told,
    by: COUNSEL,
  });
  it.to(100).send('filed', { obligation: DPC, reference: 'IE-1', submittedAt: filed });
  return it;
}

const BY_THE_HOUR = story({ contained: range(1, 3), told: range(48, 52), filed: range(72, 75) });
const IN_TIME = story({ contained: range(1, 2), told: range(47, 49), filed: range(70, 73) });
const LATE = story({ contained: range(2.1, 3), told: range(49.1, 52), filed: range(73.1, 75) });

function documentFor(audience: Audience, events: IncidentEvent[]) {
  return documentOf({
    ...{ audience, madeAt: '2026-05-01T08:00:00.000Z', scope: 'the whole register', pack: PACK },
    organisation: { name: 'Example Cloud Ltd', contactPoint: 'privacy@example.com' },
    entries: shownTo(audience, logOf(events, table), table),
    erasures: new Map(),
  });
}

/** What a person reads in a form, with single blanks. */
async function read(form: keyof typeof FORMS, audience: Audience, { events }: Story): Promise<string> {
  const bytes = await FORMS[form](documentFor(audience, events));
  if (form !== 'pdf') return bytes.toString().replace(/\s+/g, ' ');
  const file = path.join(temporaryDir('by-the-hour'), `${audience}.pdf`);
  writeFileSync(file, bytes);
  return (await pagesOf(file)).join(' ').replace(/\s+/g, ' ');
}

const VERDICTS = {
  contained: 'depends on the hour (in time if no later than 2026-04-01 04:00 UTC, else late by up to 1 h)',
  told: 'depends on the hour (in time if no later than 2026-04-03 03:00 UTC, else late by up to 3 h)',
  filed: 'depends on the hour (in time if no later than 2026-04-04 03:00 UTC, else late by up to 2 h)',
};

describe.each(['csv', 'html', 'pdf'] as const)('as %s', (form) => {
  test.each(AUDIENCES)('for %s: what depends on the hour says so, with both of its ends', async (audience) => {
    const text = await read(form, audience, BY_THE_HOUR);
    for (const verdict of audience === 'customer' ? [VERDICTS.contained, VERDICTS.told] : Object.values(VERDICTS))
      expect(text).toContain(verdict);
    expect(text).toContain('(between 2026-04-01 03:00 and 2026-04-01 05:00 UTC)');
    expect(text).toContain('(between 2026-04-03 02:00 and 2026-04-03 06:00 UTC)');
  });

  test('what was in time, or late, whatever the hour is not said to depend on it', async () => {
    for (const each of [IN_TIME, LATE])
      expect(await read(form, 'authority', each)).not.toContain('depends on the hour');
    expect(await read(form, 'authority', LATE)).toContain('late whatever the hour');
  });
});

test('as data: the deadline between the readings, and the time as it was stated', () => {
  const { notifications, measures } = groupEntry(BY_THE_HOUR.events);
  expect(notifications.find(({ channel }) => channel === 'filing')).toMatchObject({
    at: at(75),
    inTimeUntil: at(73),
    stated: expect.stringContaining('between 2026-04-04 02:00 and 2026-04-04 05:00 UTC'),
  });
  expect(notifications.find(({ channel }) => channel === 'outside')).toMatchObject({
    stated: expect.stringContaining('between 2026-04-03 02:00'),
  });
  expect(measures.contained).toMatchObject({
    at: at(3),
    verdicts: [{ obligation: 'containment', inTimeUntil: at(2) }],
  });
  expect(groupEntry(IN_TIME.events).measures.contained!.verdicts[0]).not.toHaveProperty('inTimeUntil');
});

test('an awareness that is not known exactly is shown as it was stated; an exact one is not repeated', () => {
  const inexact = story({ aware: range(0.5, 1), contained: at(2), told: at(49), filed: at(70) });
  expect(groupEntry(inexact.events).times).toMatchObject({
    awareAt: at(0.5),
    awareStated: expect.stringContaining('between 2026-04-01 02:30 and 2026-04-01 03:00 UTC'),
  });
  expect(groupEntry(IN_TIME.events).times).not.toHaveProperty('awareStated');
});

test('who was left untold, by whom and why, and how others were told outside, stand in the forms too', async () => {
  const text = await read('html', 'internal', BY_THE_HOUR);
  expect(text).toContain('Left untold by decision');
  expect(text).toContain('told outside of Tocsin (letter): ws-2');
});
