/** Which messages that count for nothing the register is told of. */
import fc from 'fast-check';
import { TOLD_SINGLY, toldOf } from '../../../domain/case/turned-away';

test('the first twenty are told one by one, the next at forty, eighty, and so on', () => {
  const told = Array.from({ length: 100 }, (_, i) => i + 1).filter(toldOf);
  expect(told).toEqual([...Array.from({ length: TOLD_SINGLY }, (_, i) => i + 1), 40, 80]);
  expect([20, 40, 80, 160].map((nth) => toldOf(nth)?.untold)).toEqual([0, 19, 39, 79]);
});

test('each is told, or counted in what is told later; what is told grows with the logarithm', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 14 }), (doublings) => {
      const most = TOLD_SINGLY * 2 ** doublings;
      const told = Array.from({ length: most }, (_, i) => toldOf(i + 1)).flatMap((each) => each ?? []);
      expect(told.reduce((sum, { untold }) => sum + 1 + untold, 0)).toBe(most);
      expect(told).toHaveLength(TOLD_SINGLY + doublings);
    }),
  );
});
