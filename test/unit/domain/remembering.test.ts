import { remembering } from '../../../domain/kernel/remembering';

test('what is asked again is not worked out again', () => {
  const asked: number[] = [];
  const double = remembering((n: number) => {
    asked.push(n);
    return 2 * n;
  });
  expect([double(2), double(3), double(2), double(0), double(0)]).toEqual([4, 6, 4, 0, 0]);
  expect(asked).toEqual([2, 3, 0]);
});

test('however much is asked, a few hundred answers are kept, and each is right', () => {
  let worked = 0;
  const double = remembering((n: number) => {
    worked++;
    return 2 * n;
  });
  for (let n = 0; n < 10_000; n++) if (double(n) !== 2 * n) throw new Error(`wrong for ${n}`);
  expect(worked).toBe(10_000);
  double(0);
  expect(worked).toBe(10_001); // it was forgotten
  double(9_999);
  expect(worked).toBe(10_001); // it was not
});

test('what cannot be answered is refused each time', () => {
  const half = remembering((n: number) => {
    if (n % 2 === 1) throw new RangeError(`${n} is odd`);
    return n / 2;
  });
  for (let times = 0; times < 2; times++) expect(() => half(3)).toThrow('3 is odd');
});
