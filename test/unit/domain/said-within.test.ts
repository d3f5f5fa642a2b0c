// What a person decides of a detection or a report was decided when they said so, though no worker read it for hours.
import { open } from '../../../domain/case/advance';
import { saidWithin } from '../../../domain/kernel/said-within';
import { toInstant, toMs } from '../../../domain/kernel/time';
import { vulnerabilityReportLifecycle } from '../../../domain/report/vulnerability-report';
import { openingOf } from '../../../domain/triage/opening';
import { triageLifecycle } from '../../../domain/triage/triage';
import { triageInput } from './helpers/detections';

const T0 = '2026-04-01T02:00:00.000Z';
const at = (hours: number) => toInstant(toMs(T0) + hours * 3_600_000);
const READ = at(10);

test.each([
  ['no stamp: now', undefined, READ],
  ['hours ago: then', at(1), at(1)],
  ['before there was anything to say it of: from then', at(-5), T0],
  ['in the future: now', at(11), READ],
  ['less than a second ago: now', toInstant(toMs(READ) - 999), READ],
  ['a second ago: then', toInstant(toMs(READ) - 1_000), toInstant(toMs(READ) - 1_000)],
])('%s', (_name, sentAt, said) => {
  expect(saidWithin(sentAt, T0, READ)).toBe(said);
});

test('a detection that is declared: the incident is declared, and its company aware, since the person said so', () => {
  const input = triageInput({ at: T0 });
  const { state } = open(triageLifecycle, input.caseId, [openingOf(input, T0)], T0);
  const declared = (sentAt?: string) => {
    const news = triageLifecycle.onMessage(state, 'declare', { by: 'anna', sentAt } as never, READ);
    return news.map(({ kind, data }) => [
      kind,
      (data as { declaration?: { declaredAt: string } }).declaration?.declaredAt,
    ]);
  };
  expect(declared(at(1))).toEqual([['triage-declared', at(1)]]);
  expect(declared()).toEqual([['triage-declared', READ]]);
});

test('a report that a person acknowledged in time is not late because a worker read it late', () => {
  const data = {
    via: 'json' as const,
    receivedAt: T0,
    length: 9,
    commitment: 'a'.repeat(64),
    reachable: true,
    owner: 'oncall',
    clock: { dueAt: at(5), alarms: [] as never[], businessDays: 3, timeZone: 'UTC', daysOff: [] as string[] },
    repeatEveryMs: 86_400_000,
    followUpAfterMs: 86_400_000,
  };
  const { state } = open(vulnerabilityReportLifecycle, 'VR-20260401-9f3a5c1e', [{ kind: 'report-received', data }], T0);
  const acknowledged = (sentAt: string) =>
    vulnerabilityReportLifecycle
      .onMessage(state, 'acknowledge-report', { by: 'anna', answered: false, sentAt } as never, READ)
      .flatMap((news) => (news.kind === 'acknowledged' ? [[news.data.at, news.data.lateByMs]] : []));
  expect(acknowledged(at(4))).toEqual([[at(4), 0]]);
  expect(acknowledged(at(6))).toEqual([[at(6), 3_600_000]]);
});
