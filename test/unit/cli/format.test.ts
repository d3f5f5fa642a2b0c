import { shortInstant } from '../../../cli/rendering/format';
import { minuteText } from '../../../domain/kernel/time';

const NOW = '2026-11-28T13:50:00.000Z';

describe('instants for people', () => {
  it('a date of this year leaves its year out', () => {
    expect(shortInstant(NOW, '2026-01-01T00:00:59.999Z')).toBe('01-01 00:00');
  });

  it.each([
    ['2025-12-31T23:59:00.000Z', '2025-12-31 23:59'],
    ['2027-01-01T00:00:00.000Z', '2027-01-01 00:00'],
  ])('a date of another year shows it: %s', (at, text) => {
    expect(shortInstant(NOW, at)).toBe(text);
  });

  it('in sentences the year always stands', () => {
    expect(minuteText('2026-04-01T02:00:00.000Z')).toBe('2026-04-01 02:00');
  });
});
