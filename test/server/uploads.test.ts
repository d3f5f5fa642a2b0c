// Files with a form: nothing is read of whoever may not send them, nothing typed is lost, and only what was meant is recorded.
import { createHash } from 'node:crypto';
import { Story } from '../unit/cli/helpers';
import { browse, clientOf, hiddenIn, pagesOver } from './browser';

const HOUR = '2026-04-01T01:00:00.000Z';
const MIB = 1024 * 1024;
const FILED = '/incidents/INC-1/filed';
const TOLD = '/incidents/INC-1/told';
const fileOf = (name: string, bytes = 0) => new File([name, 'x'.repeat(bytes)], name);
const hashOf = (text: string) => createHash('sha256').update(text).digest('hex');
/** A hidden value, as the browser reads it. */
const hidden = (body: string, name: string) =>
  JSON.parse((hiddenIn(body)[name] ?? '[]').replaceAll('&quot;', '"').replaceAll('&#34;', '"')) as { name: string }[];

async function opened() {
  const send = jest.fn(async (..._: unknown[]) => ({ events: [] }));
  return { app: await pagesOver({ ...clientOf(new Story(), HOUR), send: send as never }), send };
}

describe('nothing of a form with files is read', () => {
  /** Longer than a form may be: what reads it says that it is too large. */
  const form = { key: 'k1', note: 'y'.repeat(2 * MIB) };
  const files: [string, File][] = [['attachments-file', fileOf('a')]];

  test.each([
    ['of a page that takes none', '/login', {}, 415, 'This form takes no files'],
    ['of the page to log out', '/logout', {}, 415, 'This form takes no files'],
    ['of a declaration', '/incidents', {}, 415, 'This form takes no files'],
    ['without a session', FILED, { endsIn: -60 }, 401, 'Log in in a new tab'],
    ['without the role', FILED, { roles: ['auditor' as const] }, 403, 'Your roles do not allow this'],
  ])('%s', async (_, url, who, expected, said) => {
    const { app, send } = await opened();
    const { status, body } = await browse(app, url, { form, files, ...who });
    expect([status, body.includes(said), body.includes('yyy')]).toEqual([expected, true, false]);
    expect(send).not.toHaveBeenCalled();
    await app.close();
  });
});

test('what is typed beside files is bounded in all, as in a form without files', async () => {
  const { app, send } = await opened();
  const many = Object.fromEntries(Array.from({ length: 11 }, (_, n) => [`f${n}`, 'y'.repeat(100_000)]));
  const { status, body } = await browse(app, FILED, { form: { key: 'k1', ...many }, files: [] });
  expect([status, body.includes('What is typed into a form has 1048576 bytes at most')]).toEqual([413, true]);
  const parts = Object.fromEntries(Array.from({ length: 201 }, (_, n) => [`f${n}`, 'y']));
  const more = await browse(app, FILED, { form: parts, files: [] });
  expect([more.status, more.body.includes('A form has 200 fields and files at most')]).toEqual([413, true]);
  expect(send).not.toHaveBeenCalled();
  await app.close();
});

test('of what was typed so much is shown again as a message may have, and it is said that there was more', async () => {
  const { app } = await opened();
  const form = { note: 'y'.repeat(300_000), other: 'not shown' };
  const { status, body } = await browse(app, FILED, { form, endsIn: -60 });
  expect(status).toBe(401);
  expect(/y{1000,}/.exec(body)![0]).toHaveLength(250_000);
  expect(body).not.toContain('not shown');
  expect(body).toContain('Not all of it is shown');
  const fields = Object.fromEntries(Array.from({ length: 50_000 }, (_, n) => [`f${n}`, 'y']));
  const many = await browse(app, FILED, { form: fields, endsIn: -60 });
  expect(many.body.split('<dt>').length).toBeLessThan(2_500);
  await app.close();
});

describe('files that are too large', () => {
  test.each([
    ['one', [fileOf('scan.pdf', 20 * MIB)]],
    ['all of them together', [fileOf('a', 12 * MIB), fileOf('scan.pdf', 12 * MIB)]],
    ['too many', [...Array.from({ length: 20 }, (_, n) => fileOf(`${n}`)), fileOf('scan.pdf')]],
  ])('%s: the form says which, and has all that was typed', async (_, all) => {
    const { app, send } = await opened();
    const form = { key: 'k1', reference: 'IN-26-4', delayReasons: 'we had to count' };
    const files = all.map((each): [string, File] => ['attachments-file', each]);
    const { status, body } = await browse(app, FILED, { form, files });
    expect(status).toBe(413);
    expect(body).toContain('scan.pdf&quot; was not taken: 20 files and 20 MiB in all at most.');
    expect(body).toContain('we had to count');
    expect(body).toContain('value="IN-26-4"');
    expect(hidden(body, 'attachments').map(({ name }) => name)).not.toContain('scan.pdf');
    expect(hidden(body, 'attachments')).toHaveLength(all.length - 1);
    expect(send).not.toHaveBeenCalled();
    await app.close();
  });

  test('the limit is said beside the field', async () => {
    const { app } = await opened();
    expect((await browse(app, FILED)).body).toContain('20 files and 20 MiB in all at most.');
    expect((await browse(app, TOLD)).body).toContain('20 MiB at most.');
    await app.close();
  });
});

describe('files of a form that was refused', () => {
  const stale = { csrf: 'of-another-session', key: 'k1' };
  const kept = (body: string, name: string) => ({ [name]: JSON.stringify(hidden(body, name)) });

  test('can be left out, each by itself', async () => {
    const { app, send } = await opened();
    const files: [string, File][] = ['right', 'wrong'].map((name) => ['attachments-file', fileOf(name)]);
    const { body } = await browse(app, FILED, { form: { ...stale, reference: 'IN-26-4' }, files });
    expect(body).toContain(
      `<input type="checkbox" name="attachments-leave-out" value="${hashOf('wrong')}"> <span>Leave out wrong</span>`,
    );
    const form = {
      ...{ key: 'k2', reference: 'IN-26-4', obligation: 'gdpr-art33-authority:ie-dpc', ...kept(body, 'attachments') },
      'attachments-leave-out': hashOf('wrong'),
    };
    expect((await browse(app, FILED, { form, files: [] })).status).toBe(303);
    expect(send.mock.calls[0]![2]).toMatchObject({
      attachments: [{ name: 'right', sha256: hashOf('right'), bytes: 5 }],
    });
    await app.close();
  });

  test('a field for one file holds the one that was chosen last, whatever was chosen before', async () => {
    const { app, send } = await opened();
    const choose = (name: string): [string, File][] => [['evidence-file', fileOf(name)]];
    const first = await browse(app, TOLD, { form: stale, files: choose('A') });
    const second = await browse(app, TOLD, { form: { ...stale, ...kept(first.body, 'evidence') }, files: choose('B') });
    expect(hidden(second.body, 'evidence').map(({ name }) => name)).toEqual(['B']);
    const form = { key: 'k2', obligation: 'status-page-update', channel: 'letter', workspaces: 'ws-1' };
    const last = { ...form, ...kept(first.body, 'evidence'), ...kept(second.body, 'evidence') };
    await browse(app, TOLD, { form: last, files: choose('A') });
    expect(send.mock.calls[0]![2]).toMatchObject({ evidence: { sha256: hashOf('A'), bytes: 1 } });
    await app.close();
  });
});
