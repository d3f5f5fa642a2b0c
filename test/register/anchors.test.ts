// Checkpoints reach a file that only grows, and a mailbox, each once, whatever breaks in between.
import { appendFileSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { readSettings } from '../../platform/settings/load';
import { anchorSettings } from '../../register/anchors/anchor-settings';
import { createFileAnchor } from '../../register/anchors/file-anchor';
import {
  type CheckpointMail,
  type CheckpointMailer,
  createMailAnchor,
  readMailed,
} from '../../register/anchors/mail-anchor';
import { signCheckpoint } from '../../register/tree/checkpoint';
import { createSigner, parseVerifierKey } from '../../register/tree/note';
import { splitNotes } from '../../register/verifier/notes';
import { temporaryDir } from '../setup/helpers';
import { aMemory } from './anchors.helpers';

const signer = createSigner('register.example.com/test', Buffer.alloc(32, 3));
const note = (size: number) => signCheckpoint(size, Buffer.alloc(32, size), signer);

test('the file takes every checkpoint once, after those it has', async () => {
  const file = path.join(temporaryDir('anchor'), 'deep', 'checkpoints.txt');
  const anchor = createFileAnchor(file);
  for (const size of [1, 2, 2, 3]) await anchor.put(note(size));
  expect(await createFileAnchor(file).put(note(3))).toBe('present');
  expect(splitNotes(readFileSync(file, 'utf8'))).toEqual([1, 2, 3].map(note));
});

test('a record that a crash cut off anywhere stays, and the next ones can be read', async () => {
  const dir = temporaryDir('anchor');
  const whole = path.join(dir, 'whole');
  await createFileAnchor(whole).put(note(1));
  const { size } = statSync(whole);
  for (let cut = 1; cut < size; cut += 7) {
    const file = path.join(dir, `cut-${cut}`);
    appendFileSync(file, readFileSync(whole));
    truncateSync(file, cut);
    const torn = readFileSync(file);
    await createFileAnchor(file).put(note(2));
    await createFileAnchor(file).put(note(3));
    expect(readFileSync(file).subarray(0, cut).equals(torn)).toBe(true);
    expect(splitNotes(readFileSync(file, 'utf8')).slice(-2)).toEqual([note(2), note(3)]);
  }
});

/** A provider that forgets keys after a day, as the real one does. */
function mailbox(now: () => Date) {
  const sent: Array<CheckpointMail & { key: string; at: Date }> = [];
  let fault: 'before' | 'after' | 'refuse' | undefined;
  const mailer: CheckpointMailer = {
    async send(mail, key) {
      if (fault === 'refuse') return { refused: 'validation_error' };
      if (fault === 'before') throw new Error('timeout');
      const known = sent.some((each) => each.key === key && now().getTime() - each.at.getTime() < 24 * 3_600_000);
      if (!known) sent.push({ ...mail, key, at: now() });
      if (fault === 'after') throw new Error('timeout');
      return undefined;
    },
    wasSent: async (mail, since) => sent.some(({ subject, at }) => subject === mail.subject && at >= since),
  };
  return { sent, mailer, fail: (how: typeof fault) => (fault = how) };
}

function mailAnchor() {
  let nowMs = Date.UTC(2026, 3, 1);
  const now = () => new Date(nowMs);
  const box = mailbox(now);
  const stateFile = path.join(temporaryDir('anchor'), 'mailed.json');
  const anchor = createMailAnchor({
    to: 'witness@example.org',
    everyMs: 24 * 3_600_000,
    stateFile,
    memory: aMemory(),
    mailer: box.mailer,
    now,
  });
  return { ...box, anchor, stateFile, hours: (n: number) => (nowMs += n * 3_600_000) };
}

test('mail goes at most every 24 hours, the newest checkpoint then, and holds the note as it was signed', async () => {
  const { anchor, sent, hours } = mailAnchor();
  expect(await anchor.put(note(1))).toBe('taken');
  expect(await anchor.put(note(1))).toBe('present');
  expect(await anchor.put(note(2))).toBe('waits');
  hours(23);
  expect(await anchor.put(note(3))).toBe('waits');
  hours(1);
  expect(await anchor.put(note(4))).toBe('taken');
  expect(sent.map(({ subject }) => subject)).toEqual([
    'Checkpoint of register.example.com/test at 1 entries',
    'Checkpoint of register.example.com/test at 4 entries',
  ]);
  expect(sent[1]!.text).toContain(`\n${note(4)}-`);
});

test('of a register that is still empty nothing is mailed, so that its first entries wait for no day', async () => {
  const { anchor, sent } = mailAnchor();
  expect(await anchor.put(note(0))).toBe('waits');
  expect(await anchor.put(note(1))).toBe('taken');
  expect(sent.map(({ subject }) => subject)).toEqual(['Checkpoint of register.example.com/test at 1 entries']);
});

test.each([
  ['not sent', 'before' as const, 1],
  ['sent, but nobody heard of it', 'after' as const, 1],
])('a mail that was %s is there once after the next try, soon or days later', async (_what, how, times) => {
  for (const laterHours of [0, 30]) {
    const { anchor, sent, hours, fail } = mailAnchor();
    fail(how);
    await expect(anchor.put(note(1))).rejects.toThrow('timeout');
    fail(undefined);
    hours(laterHours);
    await anchor.put(note(2));
    expect(sent.filter(({ subject }) => subject.endsWith('at 1 entries'))).toHaveLength(times);
  }
});

test('a mail of which nobody can tell any more paces the next one, and counts as kept nowhere', async () => {
  const { mailer, fail, stateFile, sent } = mailAnchor();
  let nowMs = Date.UTC(2026, 3, 1);
  const memory = aMemory();
  const options = { to: 'witness@example.org', everyMs: 24 * 3_600_000, memory, now: () => new Date(nowMs) };
  const anchor = createMailAnchor({ ...options, stateFile, mailer: { ...mailer, wasSent: async () => undefined } });
  await anchor.put(note(1));
  nowMs += 25 * 3_600_000;
  fail('before');
  await expect(anchor.put(note(2))).rejects.toThrow('timeout');
  fail(undefined);
  nowMs += 24 * 3_600_000;
  expect(await anchor.put(note(2))).toBe('waits');
  expect(await anchor.put(note(2))).toBe('waits');
  expect(await anchor.put(note(3))).toBe('waits');
  // What is kept for certain is the first one, also for a worker without a memory of its own.
  expect(await memory.read()).toMatchObject({ note: note(1), sending: { note: note(2) } });
  expect((await readMailed(stateFile))?.sentAt).toBeUndefined();
  const other = createMailAnchor({ ...options, stateFile: `${stateFile}.other`, mailer });
  expect(await other.put(note(3))).toBe('waits');
  nowMs += 24 * 3_600_000;
  expect(await other.put(note(3))).toBe('taken');
  expect(await memory.read()).toEqual({ note: note(3), keptAt: expect.any(String) });
  expect(sent.map(({ subject }) => subject.replace(/.* at /, ''))).toEqual(['1 entries', '3 entries']);
});

test('a refused mail is told and tried again', async () => {
  const { anchor, sent, fail } = mailAnchor();
  fail('refuse');
  await expect(anchor.put(note(1))).rejects.toThrow('was refused (validation_error): check TOCSIN_ANCHOR_MAIL');
  fail(undefined);
  expect(await anchor.put(note(1))).toBe('taken');
  expect(sent).toHaveLength(1);
});

test('several workers mail a checkpoint once', async () => {
  const { sent, mailer, stateFile } = mailAnchor();
  const anchors = Array.from({ length: 5 }, () =>
    createMailAnchor({ to: 'witness@example.org', everyMs: 60_000, stateFile, memory: aMemory(), mailer }),
  );
  const outcomes = await Promise.all(anchors.map((anchor) => anchor.put(note(1))));
  expect(sent).toHaveLength(1);
  expect(outcomes.filter((outcome) => outcome === 'taken')).toHaveLength(1);
});

test('a damaged memory of what was mailed is told', async () => {
  const { anchor, stateFile } = mailAnchor();
  writeFileSync(stateFile, '{');
  await expect(anchor.put(note(1))).rejects.toThrow('is damaged: remove it');
});

test('the settings name each variable that is wrong', () => {
  const key = 'witness.example.com/w+e7de75aa+BLxF';
  for (const [env, problem] of [
    [{ TOCSIN_ANCHOR_MAIL: 'a@example.org', TOCSIN_ANCHOR_MAIL_EVERY: 'daily' }, 'TOCSIN_ANCHOR_MAIL_EVERY: must be'],
    [{ TOCSIN_WITNESSES: key }, 'each witness is "VERIFIERKEY URL"'],
    [{ TOCSIN_WITNESSES: `${key} file:///etc/passwd` }, 'each witness is "VERIFIERKEY URL"'],
    [{ TOCSIN_WITNESSES: `${key} http://127.0.0.1:1` }, 'TOCSIN_WITNESSES: a verifier key must look like'],
  ] as const) {
    expect(() => readSettings(anchorSettings, { TOCSIN_DATA_DIR: '/data', ...env })).toThrow(problem);
  }
  const witness = `${signer.verifierKey} https://witness.example.org/`;
  expect(readSettings(anchorSettings, { TOCSIN_DATA_DIR: '/data', TOCSIN_WITNESSES: ` ${witness} ,` })).toMatchObject({
    file: '/data/register/checkpoints.txt',
    witnesses: [{ verifierKey: parseVerifierKey(signer.verifierKey) && signer.verifierKey }],
  });
});
