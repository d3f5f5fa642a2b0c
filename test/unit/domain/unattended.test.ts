import { open, record } from '../../../domain/case/advance';
import { alarmText } from '../../../domain/case/alarm-text';
import { capProblem, MOST_BLOCKED } from '../../../domain/incident/containment-cap';
import { ContainmentMeasureSchema, measureId } from '../../../domain/incident/incident';
import type { ContainmentStep } from '../../../domain/incident/state';
import { toInstant, toMs } from '../../../domain/kernel/time';
import { openingOf } from '../../../domain/triage/opening';
import type { TriageState } from '../../../domain/triage/state';
import { triageLifecycle } from '../../../domain/triage/triage';
import { isForgeable, MOST_UNATTENDED, unattended } from '../../../domain/triage/unattended';
import { triageInput } from './helpers/detections';

const T0 = '2026-04-01T02:00:00.000Z';
const opened = (over: Record<string, unknown>, forgeableSources?: boolean): TriageState => {
  const input = triageInput(over);
  input.judgement.incident = {
    ...input.judgement.incident,
    maliciousSources: ['address', 'range', 'asn', 'country'],
    ...(forgeableSources !== undefined && { forgeableSources }),
  };
  return open(triageLifecycle, input.caseId, [openingOf(input, T0)], T0).state;
};
const HEAVY = ['203.0.113.9', '198.51.100.0/24', 'asn:64500', 'country:DE', '2001:db8::7'];

describe('where Tocsin declares by itself', () => {
  it('single addresses are blocked; ranges, networks and countries wait for a person', () => {
    expect(unattended(opened({ indicators: HEAVY }))).toEqual({
      block: ['203.0.113.9', '2001:db8::7'],
      withheld: ['198.51.100.0/24', 'asn:64500', 'country:DE'],
    });
  });

  it.each([
    ['ftagent.udp-flood', {}],
    ['ftagent.syn-flood', {}],
    ['ftagent.dns-amplification', {}],
    ['ftagent.ntp-reflection', {}],
    ['cloudflare.dos_attack_l4', {}],
    ['cloudflare.ddos', {}],
    ['ftagent.anomaly', { protocol: 'UDP' }],
    ['ftagent.anomaly', { kind: 'icmp' }],
  ])('%s %j may come from anybody: nothing is blocked', (type, facts) => {
    const state = opened({ type, facts, indicators: HEAVY });
    expect(isForgeable(state)).toBe(true);
    expect(unattended(state)).toEqual({ block: [], withheld: HEAVY });
  });

  it.each([
    'cloudflare.http_ddos_attack',
    'ftagent.ssh-bruteforce',
    'alert.login',
    'auth.impossible-travel',
    'x.dossier',
  ])('%s comes from an address that answers', (type) => expect(isForgeable(opened({ type, facts: {} }))).toBe(false));

  it('the rule decides before the kind does, both ways', () => {
    expect(isForgeable(opened({ type: 'ftagent.port-scan' }, true))).toBe(true);
    expect(isForgeable(opened({ type: 'ftagent.udp-flood' }, false))).toBe(false);
  });

  it('only so many are blocked, and the rest waits', () => {
    const indicators = Array.from({ length: MOST_UNATTENDED + 1 }, (_, n) => `203.0.113.${n}`);
    expect(unattended(opened({ indicators: indicators.slice(1) })).withheld).toEqual([]);
    expect(unattended(opened({ indicators })).withheld).toEqual(['203.0.113.20']);
  });

  it('the owner is told how many wait, with the commands', () => {
    const state = opened({ type: 'ftagent.udp-flood', indicators: HEAVY });
    const late = toInstant(toMs(state.dueAt));
    const events = triageLifecycle.onTime({ ...state, triage: { ...state.triage!, onSilence: 'declare' } }, late);
    const declared = events.find(({ kind }) => kind === 'triage-declared')!;
    expect(declared.data).toMatchObject({ declaration: { maliciousSources: [] } });
    const raised = events.find(({ kind }) => kind === 'alarm-raised')!;
    expect(raised.data).toMatchObject({ about: { withheld: 5 } });
    const { events: recorded } = record(triageLifecycle, state, events, late);
    const alarm = recorded.at(-1)!.data as Parameters<typeof alarmText>[0];
    expect(JSON.stringify(alarmText(alarm, late))).toContain('5 sources of the attack were not blocked');
    const lines = alarm.commands.map(({ verb, given }) => [verb, given['block-source']]);
    expect(lines.slice(1)).toEqual(HEAVY.map((source) => ['contain', source]));
  });
});

describe('one incident blocks no more than its caps', () => {
  const measure = (source: string) => ContainmentMeasureSchema.parse({ action: 'block-source', source });
  const steps = (sources: string[], state: ContainmentStep['state'] = 'verified') => ({
    containment: Object.fromEntries(
      sources.map((source) => {
        const id = measureId(measure(source));
        return [id, { id, round: 1, measure: measure(source), state, at: T0 }];
      }),
    ),
  });
  const many = {
    address: (n: number) => `203.0.${n >> 8}.${n & 255}`,
    range: (n: number) => `203.${n}.0.0/16`,
    asn: (n: number) => `asn:${64500 + n}`,
    country: (n: number) => `country:${['KP', 'RU', 'CN', 'IR'][n]}`,
  };

  it.each(Object.entries(MOST_BLOCKED))('%s: %i, and not one more', (kind, most) => {
    const source = many[kind as keyof typeof many];
    const all = Array.from({ length: most + 1 }, (_, n) => source(n));
    const next = measure(all[most]!);
    expect(capProblem(steps(all.slice(1, most)), next)).toBeUndefined();
    expect(capProblem(steps(all.slice(0, most)), next)).toMatch(/the most that it may: undo one/);
    expect(capProblem(steps(all.slice(0, most), 'undone'), next)).toBeUndefined();
    expect(capProblem(steps(all.slice(0, most)), { action: 'isolate-system', system: 'ci' })).toBeUndefined();
  });
});

test.each([
  ['::ffff:203.0.113.9', '203.0.113.9'],
  ['::FFFF:CB00:7109', '203.0.113.9'],
  ['203.0.113.9/24', '203.0.113.0/24'],
  ['2001:DB8:0::1', '2001:db8::1'],
])('%s is one source however it is written: %s', (written, canonical) => {
  expect(ContainmentMeasureSchema.parse({ action: 'block-source', source: written })).toEqual({
    action: 'block-source',
    source: canonical,
  });
});
