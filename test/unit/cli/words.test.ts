import { boardLines } from '../../../cli/rendering/board-lines';
import { Output } from '../../../cli/rendering/output';
import { recordLines } from '../../../cli/rendering/record-lines';
import { narrate } from '../../../domain/incident/narrate';
import { groupEntry } from '../../../register/show';
import { pack, Screen, Story, T0 } from './helpers';

const data = (risk: string) => ({
  title: 'A leaked deploy key',
  assessment: { personalData: 'yes', dataSets: [{ id: 'accounts', title: 'Accounts', role: 'controller', risk }] },
});
const record = (risk: string) => {
  const screen = new Screen(true, 200);
  const out = new Output(screen, { NO_COLOR: '1' });
  for (const line of recordLines(groupEntry(new Story(data(risk) as never).events), out)) out.line(line);
  return screen.lines.join('\n');
};

describe('a person reads words, not codes', () => {
  test.each([
    ['risk', 'a risk is likely'],
    ['high', 'a high risk is likely'],
    ['unlikely', 'a risk is unlikely'],
    ['unknown', 'risk not yet established'],
  ])('the level "%s" in the register is said as "%s"', (risk, said) => {
    expect(record(risk)).toContain(`; ${said}; residence`);
    expect(record(risk)).not.toContain('risk risk');
  });

  test('what Tocsin proposes is still owed, in words', () => {
    expect(record('risk')).toContain('gdpr-art33-2-controllers: proposed as not owed, due');
  });

  test('a clock that a report to an authority starts says so', () => {
    const { obligation, ...clocked } = {
      obligation: 'gdpr-art34-individuals',
      dueAt: '2026-04-02T00:00:00.000Z',
      previousDueAt: '2026-04-03T00:00:00.000Z',
      clock: { from: 'authority-notified' as const, anchorAt: T0 },
    };
    const event = {
      v: 1,
      incidentId: 'INC-1',
      seq: 9,
      at: T0,
      by: 'dpo',
      exercise: false,
      kind: 'obligation-due-changed',
    };
    const said = narrate({ ...event, data: { obligation, ...clocked } } as never, pack).text;
    expect(said).toContain('counted from the first report to an authority');
  });

  test('a step that only a recorder took says so, and what to do', () => {
    const story = new Story({ ...data('risk'), maliciousSources: ['203.0.113.7'] } as never);
    const [id, step] = Object.entries(story.state.containment)[0]!;
    const state = { ...story.state, containment: { [id]: { ...step, state: 'recorded-only' as const } } };
    const screen = new Screen(true, 200);
    const clock = { incidentAt: T0, realAt: T0, rate: 1 };
    const view = { state, clock, registerBacklog: 0, inFlight: [], nextDueAt: null };
    const lines = boardLines(view, [], pack, T0, new Output(screen, { NO_COLOR: '1' }), 0).join('\n');
    expect(lines).toContain('recorded on this machine only: do it by hand');
    expect(lines).not.toContain('recorded-only');
  });

  it('shows the latest events that say something: drafts written anew do not push a refused message out of sight', () => {
    const story = new Story(data('risk') as never);
    const obligation = Object.keys(story.state.obligations)[0]!;
    const happened = story.events.length;
    const event = (seq: number, kind: string, data: unknown) =>
      ({ ...story.events[0]!, seq, by: 'x', kind, data }) as never;
    const drafted = (fingerprint: number) => ({
      obligation,
      round: 1,
      fingerprint: `${fingerprint}`,
      renderings: [],
      missing: [],
    });
    const events = [
      ...story.events,
      event(happened + 1, 'notice-drafted', drafted(0)),
      event(happened + 2, 'rejected', { message: 'status', problems: ['message: is not sealed'] }),
      ...Array.from({ length: 9 }, (_, index) => event(happened + 3 + index, 'notice-drafted', drafted(index + 1))),
    ];
    const view = {
      state: story.state,
      clock: { incidentAt: T0, realAt: T0, rate: 1 },
      registerBacklog: 0,
      inFlight: [],
      nextDueAt: null,
    };
    const shown = (most: number) => {
      const out = new Output(new Screen(true, 200), { NO_COLOR: '1' });
      const lines = boardLines(view, events, pack, T0, out, most);
      return lines.slice(lines.indexOf('Latest events') + 1);
    };
    expect(shown(2)).toEqual([expect.stringContaining('Draft ready'), expect.stringContaining('is not sealed')]);
    expect(shown(1)).toEqual([expect.stringContaining('is not sealed')]);
  });
});
