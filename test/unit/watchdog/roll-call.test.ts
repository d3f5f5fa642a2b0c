/** Who is asked how a case stands, and what counts as an answer. */
import type { RegisteredCase } from '../../../domain/watch/registered-case';
import { RollCall } from '../../../watchdog/roll-call';

const cases = (...ids: string[]) => ids.map((id) => ({ id, seq: 5 }) as RegisteredCase);

test('a case that answers with less than the register has of it, with nothing or not at all, is silent; in turn, one a look', async () => {
  const roll = new RollCall();
  const asked: string[] = [];
  const answering = (entries: () => number | undefined) => async (id: string) => {
    asked.push(id);
    return entries();
  };
  const look = (entries: () => number | undefined) => roll.silentOnes(cases('C', 'A', 'B'), answering(entries));
  for (const entries of [5, 6, 5, 7]) expect(await look(() => entries)).toEqual([]);
  expect(asked).toEqual(['A', 'B', 'C', 'A']);

  const one = (id: string, entries: () => number | undefined) =>
    roll.silentOnes(cases('C', 'A', 'B'), async (each) => (each === id ? entries() : answering(() => 5)(each)));
  expect(await one('B', () => 4)).toEqual(['B']);
  expect(await one('B', () => undefined)).toEqual(['B']);
  const nobody = () => {
    throw new Error('anything, by whoever answers');
  };
  expect(await one('B', nobody)).toEqual(['B']);
  expect(await look(() => 5)).toEqual([]);
  // One that stays silent takes no other's turn.
  expect(asked.slice(4)).toEqual(['C', 'A', 'B', 'C']);
});

test('of very many that are silent some are asked again, and no others', async () => {
  const roll = new RollCall();
  const ask = jest.fn(async () => undefined);
  const many = cases('A', 'B', 'C', 'D', 'E', 'F', 'G');
  for (let n = 1; n <= 9; n++) expect(await roll.silentOnes(many, ask)).toHaveLength(Math.min(n, 5));
});

test('nobody is asked where no case is open; one that is over is not asked again', async () => {
  const roll = new RollCall();
  const ask = jest.fn(async () => undefined);
  expect(await roll.silentOnes([], ask)).toEqual([]);
  expect(await roll.silentOnes(cases('A', 'B'), ask)).toEqual(['A']);
  expect(await roll.silentOnes(cases('B'), ask)).toEqual(['B']);
  expect(ask.mock.calls).toEqual([['A'], ['B']]);
});
