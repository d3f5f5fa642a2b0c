// Whoever reaches Temporal may start any number of workflows: none of them hides another one from the watchdog for good.
import { InTurn } from '../../../watchdog/in-turn';

const named = (count: number) => Array.from({ length: count }, (_, n) => `INC-${String(n).padStart(3, '0')}`);
const idOf = (id: string) => id;

test('however many are found, each of the others has its turn, and what was found stays found', async () => {
  const turns = new InTurn<string>(20);
  let asked = 0;
  const ask = async (id: string) => {
    asked += 1;
    return id;
  };
  for (let look = 0; look < 10; look++) {
    asked = 0;
    await turns.found(named(95), idOf, ask);
    expect(asked).toBe(20);
  }
  expect((await turns.found(named(95), idOf, ask)).sort()).toEqual(named(95));
});

test('what is mended, or is not named any more, is found no longer', async () => {
  const turns = new InTurn<string>(20);
  await turns.found(named(3), idOf, async (id) => id);
  expect(await turns.found(named(2), idOf, async (id) => (id === 'INC-001' ? undefined : id))).toEqual(['INC-000']);
});
