import { hash64 } from '../../../domain/kernel/hash64';

test('it stays what it was: drafts and histories hold it', () => {
  const text = 'what the notice says '.repeat(1_000);
  const hashes = ['1aee8d83c14d9671', '82c9790130324e85', '315b62515d786134', '5bcb9e70d9b38833'];
  expect(['', 'a', 'Zürich 🔔', text].map(hash64)).toEqual(hashes);
});
