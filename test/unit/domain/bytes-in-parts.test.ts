/** What is measured part by part has the size that it is sent in, and thousands of messages do not measure all of an incident each. */
import fc from 'fast-check';
import { heldBytes } from '../../../domain/incident/room';
import { jsonBytes, jsonBytesInParts } from '../../../domain/kernel/bytes';
import { pack } from '../../../domain/kernel/packed';
import { assessment } from './helpers/facts';
import { Story } from './helpers/story';

test('any JSON has the same size in parts as whole, asked once and again', () => {
  const withGaps = fc.dictionary(fc.string(), fc.oneof(fc.jsonValue(), fc.constant(undefined)));
  fc.assert(
    fc.property(fc.oneof(fc.jsonValue(), withGaps), fc.integer({ min: 0, max: 3 }), (value, levels) => {
      expect(jsonBytesInParts(value, levels)).toBe(jsonBytes(value));
      expect(jsonBytesInParts(value, levels)).toBe(jsonBytes(value));
    }),
  );
});

/** How often something as long as this is written as JSON while `work` is done. */
function writtenWhole(bytes: number, work: () => void): number {
  const stringify = jest.spyOn(JSON, 'stringify');
  work();
  const lengths = stringify.mock.results.map(({ value }) => (value as string | undefined)?.length ?? 0);
  stringify.mockRestore();
  return lengths.filter((length) => length > bytes).length;
}

const measure = (story: Story, n: number, length: number) =>
  story.send('measure', { text: `${n} ${'x'.repeat(length)}`, commandId: `measure-${n}` });

test('a state is as large as it is sent after any message, and none of them measures all of it', () => {
  const story = new Story();
  const whole = writtenWhole(20_000, () => {
    for (let n = 0; n < 60; n++) measure(story, n, 1_000);
  });
  expect(whole).toBe(0);
  expect(jsonBytesInParts(story.state)).toBe(jsonBytes(story.state));
  story.send('status', { status: 'contained' });
  expect(jsonBytesInParts(story.state)).toBe(jsonBytes(story.state));
});

test('of a full incident all of it is measured once, not for each message that it refuses', () => {
  const story = new Story();
  for (let n = 0; n < 230; n++) measure(story, n, 1_990);
  const [refused] = measure(story, 230, 1_990);
  expect(refused).toMatchObject({
    kind: 'rejected',
    data: { problems: [expect.stringMatching(/holds 4\d\d kB of the 450 kB that it can \(most of it: measures 4/)] },
  });
  const before = story.state.measures;
  const whole = writtenWhole(100_000, () => {
    for (let n = 231; n < 331; n++) expect(measure(story, n, 1_990)[0]!.kind).toBe('rejected');
  });
  expect(whole).toBe(0);
  expect(story.state.measures).toBe(before);
});

describe('what an incident holds is, near its bound, what it holds packed, by which earlier runs took or refused:', () => {
  const workspaces = Array.from({ length: 900 }, (_, n) => `workspace-${(n * 7919) % 9973}`);

  test.each([
    ['without lists', {}],
    ['with lists', { assessment: assessment({ workspaces }) }],
  ])('%s, whatever of it changes with a message', (_, over) => {
    const story = new Story(over);
    for (let n = 0; n < 40; n++) {
      measure(story, n, 100);
      const exact = jsonBytes(pack(story.state));
      expect(heldBytes(story.state, exact)).toBe(exact);
      expect(heldBytes(story.state, exact + 2_000)).toBe(exact);
      expect(heldBytes(story.state, exact - 2_000)).toBe(exact);
    }
    const many = Array.from({ length: 500 }, (_, n) => `command-${(n * 31) % 499}-${n}`);
    const state = { ...story.state, handled: many, rejected: 12_345, seq: 98_765 };
    expect(heldBytes(state, jsonBytes(pack(state)))).toBe(jsonBytes(pack(state)));
    // Far from it the sum of both is near enough.
    expect(Math.abs(heldBytes(state, 450_000) - jsonBytes(pack(state)))).toBeLessThan(10_000);
  });
});
