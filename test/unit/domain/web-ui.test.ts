/** What the Web UI is told of a case: it is written when something happens and read at any time. */
import { incidentLifecycle } from '../../../domain/incident/lifecycle';
import { readerOf } from '../../../domain/incident/readers';
import { nextWake } from '../../../domain/incident/wake';
import { pack, Story, T0 } from '../cli/helpers';

const HOUR = '2026-04-01T01:00:00.000Z';
const DRAFT = { fingerprint: 'ab12', renderings: [], missing: [] };
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

describe('a timer at the margin of a notice', () => {
  const DUTY = 'status-page-update';
  const { state } = new Story();
  const duty = state.obligations[DUTY]!;
  /** What the timer of this duty alone says, just before its margin. */
  const said = (over: object = {}, of: object = {}) => {
    const o = { ...duty, status: 'drafted', ...over } as never;
    return nextWake({ ...state, ...of, obligations: { [DUTY]: o } }, pack, earlier(duty.marginAt!))?.what;
  };
  const earlier = (at: string) => new Date(Date.parse(at) - 1_000).toISOString();
  const title = pack.obligations.find(({ id }) => id === DUTY)!.title;

  test.each([['drafted'], ['pending']])('that silence sends, %s, says so', (status) => {
    expect(said({ status })).toBe(`${title}: sent if nobody objects`);
  });

  test.each([
    ['that is held', { hold: { by: 'bea', reason: 'wait', at: T0 } }, {}],
    ['that is being sent', { status: 'dispatching' }, {}],
    ['that says something else than what was told, so that only a person sends it', { changed: ['count'] }, {}],
    ['of an incident that is only recorded', {}, { declaration: { ...state.declaration, recordedAt: T0 } }],
  ])('%s does not say that it is sent', (_what, over, of) => {
    expect(said(over, of)).toBe(`${title}: margin reached`);
  });

  test('of a duty that is told with another does not say that it is sent', () => {
    const rule = pack.obligations.find(({ toldWith, onSilence }) => toldWith !== undefined && onSilence === 'send')!;
    const marginAt = '2026-04-01T03:00:00.000Z';
    const owed = (id: string) => ({ ...duty, id, rule: id, status: 'drafted' as const, marginAt });
    const at = (obligations: object) =>
      nextWake({ ...state, obligations: obligations as never }, pack, '2026-04-01T02:59:00.000Z')?.what;
    expect(at({ [rule.id]: owed(rule.id) })).toBe(`${rule.title}: sent if nobody objects`);
    const teller = { ...owed(rule.toldWith!), marginAt: undefined };
    expect(at({ [rule.id]: owed(rule.id), [teller.id]: teller })).toBe(`${rule.title}: margin reached`);
  });

  test('of a notice to people that lacks what its law requires does not say that it is sent', () => {
    const rule = { ...pack.obligations.find((each) => readerOf(each) === 'person')!, onSilence: 'send' as const };
    const sends = { ...pack, obligations: [...pack.obligations.filter(({ id }) => id !== rule.id), rule] };
    const at = (missing: string[]) => {
      const o = { ...duty, id: rule.id, rule: rule.id, status: 'drafted' as const, draft: { ...DRAFT, missing } };
      return nextWake({ ...state, obligations: { [rule.id]: o as never } }, sends, earlier(duty.marginAt!))?.what;
    };
    expect(at([])).toBe(`${rule.title}: sent if nobody objects`);
    expect(at(['the number of people'])).toBe(`${rule.title}: margin reached`);
  });

  test('of an incident whose detection is in doubt does not say that it is sent', () => {
    const clocks = [{ ...pack.obligations.find(({ id }) => id === DUTY)!.clocks[0]!, from: 'detected' as const }];
    const sends = {
      ...pack,
      obligations: pack.obligations.map((each) => (each.id === DUTY ? { ...each, clocks } : each)),
    };
    const detectionDoubt = { awareAt: T0, since: T0, why: ['it lies far back'], answerBy: '2026-04-09T00:00:00.000Z' };
    const at = (of: object) => {
      const obligations = { [DUTY]: { ...duty, status: 'drafted' as const } };
      return nextWake({ ...state, ...of, obligations }, sends, earlier(duty.marginAt!))?.what;
    };
    expect(at({})).toBe(`${title}: sent if nobody objects`);
    expect(at({ detectionDoubt })).toBe(`${title}: margin reached`);
  });
});
