// A register restored from an older backup gets back what a case still has, and nothing out of its order.
import { writtenAgain } from '../../../domain/case/written-again';

const events = (...numbers: number[]) => numbers.map((seq) => ({ seq }) as never) as Array<{ seq: number } & never>;

test.each<[string, number[], unknown, number, number[] | undefined]>([
  ['all that is lost is kept', [3, 4, 5, 6], 4, 6, [4, 5]],
  ['the first kept is the first lost', [4, 5, 6], 4, 6, [4, 5]],
  ['the first lost is not kept any more', [5, 6], 4, 6, undefined],
  ['one between is missing', [4, 6, 7], 4, 7, undefined],
  ['nothing is lost', [4, 5, 6], 6, 6, undefined],
  ['the register wants a later one', [4, 5, 6], 7, 6, undefined],
  ['the register did not say which', [4, 5, 6], undefined, 6, undefined],
  ['nothing is kept', [], 4, 6, undefined],
])('%s', (_name, kept, next, first, lost) => {
  expect(writtenAgain(events(...kept), next, first)?.map(({ seq }) => seq)).toEqual(lost);
});
