// Anybody who reaches Temporal may start workflows that are called like those that write entries: a look asks after so many only.
import { backlogId, type EntryWriter, type NamedWriter, writerOf } from '../../../domain/case/backlog-id';
import type { RegisteredCase } from '../../../domain/watch/registered-case';
import { WritersEye } from '../../../watchdog/writers-eye';

const inRegister = (id: string, over: Partial<RegisteredCase> = {}) =>
  ({ id, seq: 10, open: true, exercise: false, ...over }) as RegisteredCase;
const named = (caseId: string, first: number, last: number) => writerOf(backlogId(caseId, first, last))!;

/** Temporal, of which only `ended` began in the case and ended. */
function temporal(...ended: NamedWriter[]) {
  const asked: string[] = [];
  const ask = async ({ workflowId }: NamedWriter): Promise<EntryWriter | undefined> => {
    asked.push(workflowId);
    const writer = ended.find((each) => each.workflowId === workflowId);
    return writer && { ...writer, running: false };
  };
  return { asked, ask };
}

test('of thousands of names a look asks after fifty; the one that is true is found in turn, and from then on at each look', async () => {
  const forged = Array.from({ length: 2_000 }, (_, n) => named('INC-1', 11, 12 + n));
  const isTrue = named('INC-1', 11, 1_200);
  const { asked, ask } = temporal(isTrue);
  const eye = new WritersEye();
  const looks: number[] = [];
  for (let look = 0; look < 60; look++) {
    const before = asked.length;
    looks.push((await eye.ended(forged, [inRegister('INC-1')], ask)).length);
    expect(asked.length - before).toBeLessThanOrEqual(50);
  }
  const first = looks.indexOf(1);
  expect(first).toBeGreaterThanOrEqual(0);
  expect(first).toBeLessThanOrEqual(40);
  expect(looks.slice(first).every((found) => found === 1)).toBe(true);
  expect(new Set(asked).size).toBe(forged.length);
});

test('nobody is asked about what the register has, about a closed case, an exercise, or a case that it has not', async () => {
  const { asked, ask } = temporal();
  const cases = [
    inRegister('INC-1', { seq: 20 }),
    inRegister('INC-2', { open: false }),
    inRegister('INC-3', { exercise: true }),
  ];
  const names = ['INC-1', 'INC-2', 'INC-3', 'INC-4'].map((id) => named(id, 11, 20));
  expect(await new WritersEye().ended(names, cases, ask)).toEqual([]);
  expect(asked).toEqual([]);
});
