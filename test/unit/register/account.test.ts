/** A long entry is cut in the forms of the register, and says how much of it is left out. */
import { cut } from '../../../register/forms/account';

test('up to the length: whole', () => expect(cut('a'.repeat(600), 600)).toBe('a'.repeat(600)));

test('longer: as many characters as are left out are named', () => {
  expect(cut('a'.repeat(601), 600)).toBe(`${'a'.repeat(599)}… (2 more characters in the entry)`);
  expect(cut('a'.repeat(1600), 600)).toBe(`${'a'.repeat(599)}… (1001 more characters in the entry)`);
});

test('characters outside of the basic plane count as one, and none is cut in two', () => {
  expect(cut('\u{1F510}'.repeat(12), 10)).toBe(`${'\u{1F510}'.repeat(9)}… (3 more characters in the entry)`);
});
