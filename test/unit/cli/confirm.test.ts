import { PassThrough } from 'node:stream';
import { confirm } from '../../../cli/confirm';

/** A terminal at which a person types this. */
function terminal(typed: string, isTTY = true): NodeJS.ReadStream {
  const stdin = Object.assign(new PassThrough(), { isTTY });
  stdin.end(typed);
  return stdin as unknown as NodeJS.ReadStream;
}

beforeEach(() => jest.spyOn(process.stderr, 'write').mockReturnValue(true));
afterEach(() => jest.restoreAllMocks());

test('the word goes on; anything else, and nothing, does not', async () => {
  await expect(confirm('Gone for good.', 'INC-1', terminal('INC-1\n'))).resolves.toBeUndefined();
  for (const typed of ['yes\n', 'INC-2\n', '\n', 'inc-1\n', '']) {
    await expect(confirm('Gone for good.', 'INC-1', terminal(typed))).rejects.toThrow('nothing was done');
  }
});

test('without a terminal nobody is asked: --yes must say so', async () => {
  await expect(confirm('Gone for good.', 'INC-1', terminal('INC-1\n', false))).rejects.toThrow('use --yes');
});
