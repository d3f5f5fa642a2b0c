// What an alarm says of something that has no sentence of its own: what happened, and never something else that did not.
import type { About, Alarm, Threshold } from '../../../domain/case/alarm';
import { ThresholdSchema } from '../../../domain/case/alarm';
import { alarmText } from '../../../domain/case/alarm-text';

const AT = '2026-04-01T02:00:00.000Z';
const GIVEN = {
  percent: 50,
  times: 1,
  work: 'draft',
  failed: 1,
  total: 2,
  outcome: 'unknown',
  trigger: 'rule',
  entry: 7,
  at: AT,
};
/** Of each kind there is, with something in each of its fields. */
const EVERY = kinds(ThresholdSchema).map((kind) => ({ ...GIVEN, kind, into: 'INC-2', from: 'a', to: 'b', by: 'c' }));

function kinds(schema: unknown): string[] {
  const { options, shape } = schema as { options?: unknown[]; shape?: { kind: { values: Set<string> } } };
  return options ? options.flatMap(kinds) : [...shape!.kind.values];
}

/** What an alarm says of what it is about. */
const said = (kind: string, about: About) => {
  const threshold = EVERY.find((each) => each.kind === kind) as unknown as Threshold;
  const alarm: Alarm = { threshold, about, todo: 'look-into', commands: [], detail: 'the disk is full' };
  return alarmText(alarm, AT).what;
};

test('every kind of alarm is tried', () => {
  expect(EVERY.length).toBeGreaterThanOrEqual(18);
});

const incident: About = { kind: 'incident' };
const whole: About = { kind: 'case' };
const measure: About = { kind: 'measure', measure: 'isolate-system ci' };
test.each([
  ['the incident', incident, /does not verify/, ['register-damaged']],
  ['the incident', incident, /cancel/i, ['cancel-requested']],
  ['the case', whole, /cancel/i, ['cancel-requested']],
  ['the case', whole, / fails/, ['failing']],
  ['the case', whole, /another entry 7 .* has stopped itself/, ['forked']],
  ['a measure', measure, /Containment isolate-system ci failed/, ['failed']],
  ['a measure', measure, /refused/, ['refused']],
] as const)('about %s: %#', (_what, about, words, kindsThatSayIt) => {
  const saying = EVERY.map(({ kind }) => kind).filter((kind) => words.test(said(kind, about)));
  expect(saying).toEqual(kindsThatSayIt);
});

test.each(EVERY.map(({ kind }) => kind))('%s: begins with a capital and keeps what failed', (kind) => {
  for (const about of [incident, whole]) {
    expect(said(kind, about)).toMatch(/^[A-Z0-9]/);
    // These two say all there is.
    if (kind !== 'cancel-requested' && kind !== 'forked') expect(said(kind, about)).toContain('the disk is full');
  }
});
