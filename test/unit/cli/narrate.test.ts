import { AssessmentSchema } from '../../../domain/incident/assessment';
import type { IncidentEvent, NewEvent } from '../../../domain/incident/events';
import { evolve } from '../../../domain/incident/evolve';
import { narrate } from '../../../domain/incident/narrate';
import { periodText } from '../../../domain/incident/narrated';
import type { IncidentState } from '../../../domain/incident/state';
import { pack, Story, T0 } from './helpers';

const story = new Story({
  assessment: { personalData: 'possible', dataSets: [{ id: 'records', title: 'Records', role: 'processor' }] },
});

function told(event: NewEvent, before?: IncidentState) {
  const whole = { v: 1, incidentId: 'INC-1', seq: 99, at: T0, by: 'dpo@example.com', exercise: false, ...event };
  return narrate(whole as IncidentEvent, pack, before);
}

describe('narrating events', () => {
  it('tells a notice with how many were told and how long before the deadline', () => {
    const said = told(
      {
        kind: 'obligation-fulfilled',
        data: {
          obligation: 'enterprise-notice',
          round: 1,
          at: '2026-04-01T22:12:00.000Z',
          lateByMs: 0,
          evidence: { channel: 'email', recipients: 6, sent: 6 },
        },
      },
      story.state,
    );
    expect(said).toEqual({
      obligation: 'enterprise-notice',
      commitments: ['T3', 'N1'],
      text: 'Sent to 6 workspace owners, 1 d 1 h before the deadline',
      tone: 'good',
    });
  });

  it.each([
    ['2026-04-01T02:00:00.000Z', '2 h'],
    ['2026-04-04T00:00:00.000Z', '72 h'],
    ['2026-04-15T00:00:00.000Z', '14 days'],
    ['2026-03-31T23:00:00.000Z', '1 h'],
    ['2026-04-01T01:30:00.000Z', '1 h 30 min'],
    ['2026-04-05T22:30:00.000Z', '4 d 22 h'],
  ])('says the period of a clock as laws and contracts do: until %s %s', (until, text) => {
    expect(periodText('2026-04-01T00:00:00.000Z', until)).toBe(text);
  });

  it.each([
    [{ exact: 2 }, ', 2 individuals'],
    [{ exact: 1 }, ', 1 individual'],
    [2, ', about 2 individuals'],
    [{ from: 1200, to: 1500 }, ', 1,200 to 1,500 individuals'],
    [{ atLeast: 5 }, ', at least 5 individuals'],
    ['cannot-be-determined', '1 data set'],
  ])('tells the number of people as surely as it was stated: %j', (individuals, ends) => {
    const facts = AssessmentSchema.parse({
      personalData: 'yes',
      dataSets: [{ id: 'a', title: 'Accounts', role: 'controller', individuals }],
    });
    const { text } = told({ kind: 'assessed', data: { revision: 2, assessment: facts } });
    expect(text.endsWith(ends)).toBe(true);
  });

  it('ends what the first of two persons decided with one full stop', () => {
    const data = { act: 'approve', obligation: 'enterprise-notice', what: 'ab', reason: 'not all is known.' } as const;
    const { text } = told({ kind: 'first-of-two', data }, story.state);
    expect(text).toContain(': not all is known. It takes effect');
  });

  it('tells lateness as bad', () => {
    const evidence = { channel: 'filing', authority: 'ie-dpc', reference: 'DPC-1' };
    const data = { obligation: 'gdpr-art33-authority:ie-dpc', round: 1, at: T0, lateByMs: 7_500_000, evidence };
    const said = told({ kind: 'obligation-fulfilled', data }, story.state);
    expect(said.text).toBe('Filed with Data Protection Commission, reference DPC-1, late by 2 h 5 min');
    expect(said.tone).toBe('bad');
    expect(said.commitments).toEqual(['T4', 'N2']);
  });

  it('tells an alarm by its share of the clock, without repeating the title', () => {
    const title = 'Notice to enterprise customers (controllers)';
    const about = { kind: 'obligation', obligation: 'enterprise-notice', title, onSilence: 'send' } as const;
    const threshold = { kind: 'elapsed', percent: 90 } as const;
    const said = told({ kind: 'alarm-raised', data: { about, threshold, todo: 'approve', dueAt: T0, commands: [] } });
    expect(said.text).toMatch(/^90 % of the clock: .* To do: approve, hold or waive the notice\./);
    expect(said.text).not.toContain(title);
    expect(said.tone).toBe('warn');
  });

  it('names people by their handle: no address is told', () => {
    const said = told({
      kind: 'obligation-held',
      data: { obligation: 'enterprise-notice', reason: 'asked by police@city.example.org' },
    });
    expect(said.text).toBe('Held by dpo: asked by police');
  });

  it('tells every event of a whole incident in one line, without an address', () => {
    const whole = new Story({
      systems: ['ci'],
      isolate: ['ci'],
      maliciousSources: ['203.0.113.7'],
      credentials: [{ provider: 'postgres-role', ref: 'deploy' }],
    });
    whole.do('2026-04-01T01:00:00.000Z', {
      command: 'message',
      message: { message: 'status', by: 'oncall@example.com', status: 'contained' },
    });
    whole.do('2026-04-05T00:00:00.000Z', { command: 'tick' });
    let before: IncidentState | undefined;
    for (const event of whole.events) {
      const { text } = narrate(event, pack, before);
      expect(text).toMatch(/^[A-Z0-9]/);
      expect(text).not.toMatch(/[\n@]|undefined|NaN/);
      before = evolve(before, event);
    }
  });
});
