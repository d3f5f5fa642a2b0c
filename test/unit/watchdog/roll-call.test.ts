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
  const look = (entries: () => number | undefined) => roll.silentOne(cases('C', 'A', 'B'), answering(entries));
  for (const entries of [5, 6, 5, 7]) expect(await look(() => entries)).toBeUndefined();
  expect(asked).toEqual(['A', 'B', 'C', 'A']);

  expect(await look(() => 4)).toBe('B');
  expect(await look(() => undefined)).toBe('B');
  const nobody = () => {
    throw new Error('anything, by whoever answers');
  };
  expect(await look(nobody)).toBe('B');
  expect(await look(() => 5)).toBeUndefined();
  expect(await look(() => 5)).toBeUndefined();
  expect(asked.slice(4)).toEqual(['B', 'B', 'B', 'B', 'C']);
});

test('nobody is asked where no case is open; one that is over is not asked again', async () => {
  const roll = new RollCall();
  const ask = jest.fn(async () => undefined);
  expect(await roll.silentOne([], ask)).toBeUndefined();
  expect(await roll.silentOne(cases('A', 'B'), ask)).toBe('A');
  expect(await roll.silentOne(cases('B'), ask)).toBe('B');
  expect(ask.mock.calls).toEqual([['A'], ['B']]);
});
