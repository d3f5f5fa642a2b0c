import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { momentOf, readScenario } from '../../../cli/commands/exercise/scenario';
import { readInput } from '../../../cli/input';
import { clockNow } from '../../../domain/case/clock-now';
import { pack, root, T0 } from './helpers';

const dir = mkdtempSync(path.join(os.tmpdir(), 'tocsin-scenario-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const incident = { id: 'EX-1', detectedAt: T0 };
const example = path.join(root, 'examples', 'leaked-deploy-key.yaml');

/** The message and problems of the error that a changed example gives. */
function problemsOf(change: (text: string) => string): string {
  const file = path.join(dir, 'scenario.yaml');
  writeFileSync(file, change(readFileSync(example, 'utf8')));
  try {
    readScenario(readInput(file), incident, pack);
  } catch (error) {
    const { message, problems } = error as { message: string; problems: string[] };
    return [message.replace(file, 'FILE'), ...problems].join('\n');
  }
  return 'no error';
}

describe('scenarios', () => {
  it.each(['leaked-deploy-key.yaml', 'phishing-no-data.yaml', 'lost-laptop-encrypted.yaml'])('%s is valid', (name) => {
    const scenario = readScenario(readInput(path.join(root, 'examples', name)), incident, pack);
    expect(scenario.declaration).toMatchObject({ id: 'EX-1', detectedAt: T0 });
    expect(scenario.acts.at(-1)?.message).toBe('close');
  });

  it('names workspaces that are in the example directory', () => {
    const { acts } = readScenario(readInput(example), incident, pack);
    const directory = readFileSync(path.join(root, 'examples', 'directory', 'workspaces.csv'), 'utf8');
    const assessed = acts.flatMap((act) => (act.body.assessment as { workspaces?: string[] })?.workspaces ?? []);
    expect(assessed.length).toBeGreaterThan(5);
    for (const workspace of assessed) expect(directory).toContain(`\n${workspace},`);
  });

  it('an act of the past may have an inexact time; one that is played in an exercise has an exact one', () => {
    const file = path.join(dir, 'past.yaml');
    writeFileSync(file, readFileSync(example, 'utf8').replace(/^( *- (?:\{ )?at:) *[^,\n]+/m, '$1 about T+00:25'));
    const { acts } = readScenario(readInput(file), incident, pack, true);
    expect(acts[0]).toMatchObject({
      when: { earliest: '2026-03-31T23:25:00.000Z', latest: '2026-04-01T01:25:00.000Z' },
    });
    expect(() => readScenario(readInput(file), incident, pack)).toThrow(/"about T\+00:25" is not a valid time/);
  });

  it('resolves times relative to the detection, also inside a message', () => {
    const { declaration, acts } = readScenario(readInput(example), incident, pack);
    expect(declaration.declaredAt).toBe('2026-04-01T00:05:00.000Z');
    const assess = acts.find((act) => act.message === 'assess')!;
    expect(assess.at).toBe('2026-04-01T06:00:00.000Z');
    expect(assess.body).toMatchObject({ assessment: { periodFrom: '2026-03-31T22:50:00.000Z' } });
  });

  it.each([
    ['T+0', '2026-04-01T00:00:00.000Z'],
    ['T+00:25', '2026-04-01T00:25:00.000Z'],
    ['T-01:10', '2026-03-31T22:50:00.000Z'],
    ['T+3d 04:00', '2026-04-04T04:00:00.000Z'],
    ['T+5d', '2026-04-06T00:00:00.000Z'],
    ['PT40M', '2026-04-01T00:40:00.000Z'],
    ['2026-04-01T02:00:00+02:00', '2026-04-01T00:00:00.000Z'],
  ])('takes %s', (text, expected) => {
    expect(momentOf(text, T0, 'here')).toBe(expected);
  });

  it.each<[string, (text: string) => string, RegExp]>([
    [
      'an obligation that does not exist',
      (t) => t.replace('enterprise-notice }', 'enterprise-notce }'),
      /^FILE line \d+ \(approve\): there is no obligation "enterprise-notce"; did you mean "enterprise-notice"\?$/,
    ],
    [
      'an authority that does not exist',
      (t) => t.replace(':ie-dpc"', ':ie-dcp"'),
      /line \d+ \(filed\): .*did you mean "gdpr-art33-authority:ie-dpc"/,
    ],
    [
      'an unknown message',
      (t) => t.replace('message: measure', 'message: mesure'),
      /line \d+ \(mesure\): there is no message "mesure"; did you mean "measure"/,
    ],
    [
      'a time that is none',
      (t) => t.replace('at: T+00:40', 'at: T+40'),
      /line \d+ \(contain\): "T\+40" is not a valid time\. Write T\+00:25/,
    ],
    [
      'acts out of order',
      (t) => t.replace('at: T+00:40', 'at: T+00:20'),
      /line \d+ \(contain\): it comes before .*put the acts in chronological order/,
    ],
    [
      'a mistyped field',
      (t) => t.replace('  severity: sev1', '  severty: sev1'),
      /declaration\): it is not valid\nseverity: is missing; must be one of sev1.*\nseverty: unknown field; did you mean "severity"\?/s,
    ],
    [
      'a bad value in a message',
      (t) => t.replace('status: monitoring }', 'status: monitorin }'),
      /\(status\): the message is not valid\nstatus: must be one of .*did you mean "monitoring"/,
    ],
  ])('refuses %s, with its line', (_what, change, expected) => {
    expect(problemsOf(change)).toMatch(expected);
  });
});

describe("the incident's clock, from a reading", () => {
  const realAt = '2026-11-22T12:00:00.000Z';
  const twoSecondsOn = Date.parse(realAt) + 2_000;

  it('runs at its rate', () => {
    expect(clockNow({ incidentAt: T0, realAt, rate: 3_600 }, twoSecondsOn)).toBe('2026-04-01T02:00:00.000Z');
  });

  it('stops at its limit, and never runs backwards', () => {
    const until = '2026-04-01T00:30:00.000Z';
    expect(clockNow({ incidentAt: T0, realAt, rate: 3_600, until }, twoSecondsOn)).toBe(until);
    expect(clockNow({ incidentAt: T0, realAt, rate: 3_600, until: '2026-03-01T00:00:00.000Z' }, twoSecondsOn)).toBe(T0);
  });
});
