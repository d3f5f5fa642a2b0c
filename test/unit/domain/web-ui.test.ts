/** What the Web UI is told of a case: it is written when something happens and read at any time. */
import { incidentLifecycle } from '../../../domain/incident/lifecycle';
import { nextWake } from '../../../domain/incident/wake';
import { pack, Story, T0 } from '../cli/helpers';

const HOUR = '2026-04-01T01:00:00.000Z';
const { rows, next } = incidentLifecycle(pack);

test('no row and no step counts time down', () => {
  const { state } = new Story();
  const texts = [...rows(state, HOUR), ...next(state, HOUR)].map((each) => JSON.stringify(each));
  expect(texts.length).toBeGreaterThan(10);
  expect(texts.filter((text) => /\d (left|overdue)/.test(text))).toEqual([]);
  expect(next(state, HOUR)[0]!.what).toBe('Assess: is personal data affected?');
});

test('the timer says what happens then, and to which duty', () => {
  const story = new Story();
  const seen: string[] = [];
  for (let now = T0 as string; seen.length < 12; ) {
    const wake = nextWake(story.state, pack, now);
    if (!wake) break;
    seen.push(wake.what);
    now = wake.at;
  }
  const duty = '.+: (alarm, .+|deadline|deadline passed|margin reached|sent if nobody objects|the hold ends)';
  expect(seen.length).toBeGreaterThan(5);
  for (const what of seen) expect(what).toMatch(new RegExp(`^${duty}$`));
  expect(seen).toContain('Containment: alarm, 50 % of the clock');
});
