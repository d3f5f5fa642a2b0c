/** Who gives an instant on the wrong side of now is told what was read, what the time is, and one that is taken. */
import { aheadProblem, pastProblem } from '../../../domain/kernel/ahead';
import { readWhen } from '../../../domain/kernel/inexact-instant';
import { toInstant, toMs } from '../../../domain/kernel/time';
import { assessment, at, COUNSEL, stored } from './helpers/facts';
import { Story } from './helpers/story';

const NOW = '2026-04-01T10:07:31.000Z';
const example = (problem: string) => / like (\S+)$/.exec(problem)![1]!;

test('what was read, what the time is, and a right value', () => {
  expect(aheadProblem('2027-04-01T09:00:00.000Z', NOW)).toBe(
    'must not be in the future: 2027-04-01T09:00:00.000Z was read, and it is 2026-04-01 10:07 UTC; give a time up to then, like 2026-04-01T10:07:00Z',
  );
  expect(pastProblem('2026-04-01T09:00:00.000Z', NOW)).toBe(
    'must be in the future: 2026-04-01T09:00:00.000Z was read, and it is 2026-04-01 10:07 UTC; give a later one, like 2026-04-01T14:07:00Z',
  );
});

test('of one that is not known exactly: as it was stated, with both readings', () => {
  expect(aheadProblem(readWhen('2026-04-02')!, NOW)).toContain(
    '2026-04-02 (between 2026-04-02 00:00 and 2026-04-02 23:59 UTC) was read',
  );
});

test.each([
  ['status', { status: 'contained' }, 'at'],
  ['measure', { text: 'Key replaced' }, 'at'],
  ['follow-up', { text: 'A letter' }, 'at'],
  ['assess', {}, 'awareAt'],
  ['correct', { reason: 'the clock of the host was wrong' }, 'detectedAt'],
] as const)('%s: the value of the example is taken, and an hour later is not', (message, body, field) => {
  const story = new Story().to(5);
  const hourAhead = toInstant(toMs(story.now) + 3_600_000);
  story.send(message, { ...body, [field]: hourAhead, by: COUNSEL });
  const [problem] = story.problems();
  expect(problem).toContain(`${field}: must not be in the future: ${hourAhead} was read`);
  const taken = story.send(message, { ...body, [field]: example(problem!), by: COUNSEL });
  expect(taken.flatMap((event) => (event.kind === 'rejected' ? event.data.problems : [])).join()).not.toContain(
    'future',
  );
});

test('a hold: the value of the example is taken', () => {
  const story = new Story().to(1);
  story.send('assess', { assessment: assessment({ dataSets: [stored()], workspaces: ['ws-1'] }), awareAt: at(1) });
  const reason = 'counsel reads the part on passwords before it goes out';
  const hold = { obligation: 'enterprise-notice', reason, by: COUNSEL };
  story.send('hold', { ...hold, until: at(0.5) });
  const [problem] = story.problems();
  const [taken] = story.send('hold', { ...hold, until: example(problem!) });
  expect(taken).toMatchObject({ kind: 'obligation-held', data: { until: at(5) } });
});
