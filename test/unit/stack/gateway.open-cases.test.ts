/** The page that opens the list of the Web UI: with what, and what it leaves as somebody has it. */
import { createHash } from 'node:crypto';
import { runInNewContext } from 'node:vm';
import { openCasesRoute } from '../../../stack/gateway/open-cases';
import { createLocalApp } from '../../../stack/local-server';

const KEPT_AS = 'namespace-workflow-table-columns';

/** Runs the page's script over what a browser keeps. */
async function opened(kept: Record<string, string>, namespace = 'default') {
  const app = createLocalApp();
  openCasesRoute(app, namespace);
  const { body, headers } = await app.inject({ url: '/open-cases', headers: { host: '127.0.0.1:8233' } });
  await app.close();
  const script = /<script>(.*)<\/script>/s.exec(body)![1]!;
  expect(headers['content-security-policy']).toContain(
    `'sha256-${createHash('sha256').update(script).digest('base64')}'`,
  );
  const went: string[] = [];
  const localStorage = {
    getItem: (name: string) => kept[name] ?? null,
    setItem: (name: string, value: string) => void Object.assign(kept, { [name]: value }),
  };
  runInNewContext(script, { localStorage, location: { replace: (to: string) => void went.push(to) } });
  const columns = (): Array<{ label: string }> => JSON.parse(kept[KEPT_AS]!)[namespace];
  return { columns, to: new URL(went[0]!, 'http://ui') };
}

test('it opens on the open cases, with severity, status, deadline and owner in columns', async () => {
  const { columns, to } = await opened({});
  expect(to.pathname).toBe('/namespaces/default/workflows');
  expect(to.searchParams.get('query')).toBe('ExecutionStatus="Running" AND TocsinStatus IS NOT NULL');
  const labels = columns().map(({ label }) => label);
  for (const each of ['Workflow ID', 'TocsinSeverity', 'TocsinStatus', 'TocsinNextDeadline', 'TocsinOwner'])
    expect(labels).toContain(each);
});

test('columns that somebody chose stay, and so do those of other namespaces', async () => {
  const own = { default: [{ label: 'Type' }], other: [{ label: 'Start' }] };
  const kept = { [KEPT_AS]: JSON.stringify(own) };
  expect((await opened(kept)).columns()).toEqual(own.default);
  expect(JSON.parse(kept[KEPT_AS]!)).toEqual(own);
});

test('a browser that keeps nothing still gets the list', async () => {
  const kept = { [KEPT_AS]: 'no JSON' };
  expect((await opened(kept)).to.pathname).toBe('/namespaces/default/workflows');
  expect(kept[KEPT_AS]).toBe('no JSON');
});

test('no name of a namespace ends the script', async () => {
  const { to } = await opened({}, '</script><b>');
  expect(to.pathname).toBe('/namespaces/%3C%2Fscript%3E%3Cb%3E/workflows');
});
