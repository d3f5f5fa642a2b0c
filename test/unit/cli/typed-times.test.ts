/** Times as people type them: read in their zone and shown back with it, and refused where they say two things or none. */
import { readTyped } from '../../../cli/typed-times';
import { tocsin } from './helpers';

const NOW = Date.parse('2026-11-29T05:30:20.000Z');
const dublin = (text: string, { now = NOW, toCome = false } = {}) =>
  readTyped(text, { nowMs: now, zone: 'Europe/Dublin', toCome });

test.each([
  ['2 hours ago', '2026-11-29T03:30:00Z', '2026-11-29 03:30 Europe/Dublin (03:30 UTC), 2 h ago'],
  ['an hour ago', '2026-11-29T04:30:00Z', '2026-11-29 04:30 Europe/Dublin (04:30 UTC), 1 h ago'],
  ['90 min ago', '2026-11-29T04:00:00Z', '2026-11-29 04:00 Europe/Dublin (04:00 UTC), 1 h 30 min ago'],
  ['02:30', '2026-11-29T02:30:00Z', '2026-11-29 02:30 Europe/Dublin (02:30 UTC), 3 h ago'],
  ['yesterday 22:15', '2026-11-28T22:15:00Z', '2026-11-28 22:15 Europe/Dublin (22:15 UTC), 7 h 15 min ago'],
  ['2026-07-01 02:30', '2026-07-01T01:30:00Z', '2026-07-01 02:30 Europe/Dublin (01:30 UTC), 151 d 4 h ago'],
  ['2026-11-29T02:30', '2026-11-29T02:30:00Z', '2026-11-29 02:30 Europe/Dublin (02:30 UTC), 3 h ago'],
  ['2026-11-29 02:30 Europe/Berlin', '2026-11-29T01:30:00Z', '2026-11-29 02:30 Europe/Berlin (01:30 UTC), 4 h ago'],
  ['about 02:30', 'about 2026-11-29T02:30:00Z', 'about 2026-11-29 02:30 Europe/Dublin (02:30 UTC), 3 h ago'],
  ['now', '2026-11-29T05:30:00Z', '2026-11-29 05:30 Europe/Dublin (05:30 UTC), now'],
])('%s', (text, sent, said) => expect(dublin(text)).toEqual({ sent, said }));

test('a time of day that is still to come today was yesterday; where it is to come, it comes next', () => {
  expect(dublin('23:00')?.sent).toBe('2026-11-28T23:00:00Z');
  expect(dublin('23:00', { toCome: true })?.sent).toBe('2026-11-29T23:00:00Z');
  expect(dublin('02:30', { toCome: true })?.sent).toBe('2026-11-30T02:30:00Z');
  expect(dublin('in 4 hours', { toCome: true })?.sent).toBe('2026-11-29T09:30:00Z');
});

test.each([
  '2026-11-29',
  '2026-11-29T02:30Z',
  '2026-11-29T02:30:00+01:00',
  '2026-11-29[Europe/Berlin]',
  'the other day',
  '2',
])('%s is left to the reader of all other forms', (text) => expect(dublin(text)).toBeUndefined());

test('a time that the clocks showed twice is refused with both readings', () => {
  expect(() => dublin('2026-10-25 01:30')).toThrow(
    '"2026-10-25 01:30" occurred twice in Europe/Dublin, as the clocks were put back: write which one, 2026-10-25T01:30+01:00 or 2026-10-25T01:30+00:00',
  );
});

test('one that they never showed is refused', () => {
  expect(() => dublin('2026-03-29 01:30')).toThrow('"2026-03-29 01:30" did not occur in Europe/Dublin');
});

test('of an hour that no day has it is said which there are', () => {
  expect(() => dublin('yesterday 25:00')).toThrow('"yesterday 25:00": hours go from 00 to 23, ');
  expect(() => dublin('yesterday 25:00')).toThrow('write it like "yesterday 22:15"');
});

test.each(['25:00', '2026-02-30 10:00', '02:30 Europe/Nowhere'])('%s is refused', (text) => {
  expect(() => dublin(text)).toThrow();
});

describe('of a command', () => {
  const sent: Array<[string, string, Record<string, unknown>]> = [];
  const client = {
    send: async (...all: [string, string, Record<string, unknown>]) => {
      sent.push(all);
      return { events: [] };
    },
  } as never;
  const status = (...more: string[]) =>
    tocsin(['status', 'INC-1', 'contained', ...more], client, { TZ: 'America/Toronto' });

  test('it is shown back, and the exact instant is sent', async () => {
    const { exitCode, err } = await status('--at', '2026-04-01 02:30');
    expect(exitCode).toBe(0);
    expect(err).toContain('--at read as 2026-04-01 02:30 America/Toronto (06:30 UTC)');
    expect(sent.at(-1)![2].at).toBe('2026-04-01T06:30:00.000Z');
  });

  test('a script must give the exact one, which it is told', async () => {
    const { exitCode, err } = await status('--at', '2026-04-01 02:30', '--json');
    expect(exitCode).toBe(2);
    expect(JSON.parse(err).error).toBe('--at: with --json give the exact time: 2026-04-01T06:30:00Z');
  });

  test('an argument is read likewise', async () => {
    const { err } = await tocsin(
      ['acted-at', 'INC-1', 'enterprise-notice', '2026-04-01 02:30', '--reason', 'the letter'],
      client,
      { TZ: 'UTC' },
    );
    expect(err).toContain('The time read as 2026-04-01 02:30 UTC');
    expect(sent.at(-1)![2].at).toBe('2026-04-01T02:30:00Z');
  });

  test('of a detection in the future the flag is named, not what was declared now', async () => {
    const { exitCode, err } = await tocsin([
      ...['declare', '--title', 'Key leaked', '--kind', 'credential-leak', '--severity', 'sev1'],
      ...['--affects', 'confidentiality', '--no-service-affecting', '--detected-at', '2199-01-01T00:00Z'],
    ]);
    expect(exitCode).toBe(2);
    expect(err).toContain('--detected-at: must not be in the future');
    expect(err).not.toContain('declaredAt');
  });
});
