/** How many a draft would go to: counted page by page as the delivery resolves them, and not waited for for ever. */
import fc from 'fast-check';
import type { AudienceRow, AudienceRows } from '../../../activities/directory/directory-port';
import { resolved } from '../../../activities/directory/resolved';
import { addressKey, isMailAddress } from '../../../activities/mail/mail-address';
import { countRecipients } from '../../../activities/notices/reach';
import { ALL_OWNERS, draftInput, recipientsNamed, startBench } from './fixtures';

const input = draftInput({ audience: ALL_OWNERS });
const log = { warn: jest.fn(), error: jest.fn(), info: jest.fn() };

function directoryOf(of: AudienceRows['of'], pages: () => AsyncIterable<AudienceRow[]>) {
  return { read: (): AudienceRows => ({ of, pages: pages(), unknown: () => ['gone'] }) };
}

const ROW = fc.record({
  ref: fc.constantFrom('p:1', 'p:2', 'p:3', 'p:4'),
  address: fc.constantFrom('', 'a@example.com', 'A@Example.com', 'b@example.com', 'c@example.com', 'no address'),
  language: fc.constant('en'),
});

test('the count is that of whom the delivery resolves', async () => {
  const suppressed = new Set(['a@example.com']);
  await fc.assert(
    fc.asyncProperty(fc.constantFrom('people' as const, 'workspaces' as const), fc.array(ROW), async (of, rows) => {
      // All rows of one ref side by side, as a directory that is in order has them.
      const sorted = [...rows].sort((a, b) => a.ref.localeCompare(b.ref));
      const directory = directoryOf(of, async function* () {
        for (let at = 0; at < sorted.length; at += 3) yield sorted.slice(at, at + 3);
      });
      const { recipients } = await resolved(directory.read());
      const usable = recipients.filter(({ address }) => isMailAddress(address)).length;
      expect(await countRecipients({ directory, log }, input, suppressed)).toEqual({
        languages: new Map(usable > 0 ? [['en', usable]] : []),
        unreachable: recipients.length - usable + 1,
        suppressed: recipients.filter(({ address }) => suppressed.has(addressKey(address))).length,
      });
    }),
  );
});

test('a directory that hangs, or is endless, stops no draft, and the endless one is let go', async () => {
  const hanging = directoryOf('people', async function* () {
    await new Promise(() => undefined);
    yield [];
  });
  expect(await countRecipients({ directory: hanging, log }, input, new Set(), 200)).toBeUndefined();
  let letGo = false;
  const endless = directoryOf('people', async function* () {
    try {
      for (;;) {
        await new Promise((resolve) => setTimeout(resolve, 20));
        yield [];
      }
    } finally {
      letGo = true;
    }
  });
  expect(await countRecipients({ directory: endless, log }, input, new Set(), 200)).toBeUndefined();
  await new Promise((resolve) => setTimeout(resolve, 200));
  expect(letGo).toBe(true);
});

test('a draft never resolves its audience at once', async () => {
  const bench = await startBench(recipientsNamed(3));
  const resolve = jest.spyOn(bench.deps.ports.live.directory, 'resolve');
  expect((await bench.activities.draftNotice(input)).reach).toEqual({ languages: { en: 3 }, unreachable: 0 });
  expect(resolve).not.toHaveBeenCalled();
});
