// A directory over HTTP (docs/directory.md), of rows in a file: {"workspaces": [...], "individuals": [...], "subscribers": [...]}.
// DIRECTORY_TOKEN=… node examples/directory-server.mjs FILE.json [PORT]
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';

const [file, port = '8085'] = process.argv.slice(2);
const listings = new Map(Object.entries(JSON.parse(readFileSync(file, 'utf8'))));

/** By this the rows are in order: a cursor is the last key that was given, so that a row that goes meanwhile hides no other. */
const keyOf = (row) => JSON.stringify([row.person_id ?? row.workspace_id ?? row.subscriber_id, row.data_set ?? '']);
for (const rows of listings.values()) rows.sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));

const server = createServer((request, response) => {
  const { pathname, searchParams } = new URL(request.url, 'http://directory');
  if (request.headers.authorization !== `Bearer ${process.env.DIRECTORY_TOKEN}`) return response.writeHead(401).end();
  const rows = listings.get(pathname.split('/').at(-1));
  if (!rows) return response.writeHead(404).end();

  // What is named narrows; a person of no workspace is left out by their data set alone.
  const named = (name) => (searchParams.has(name) ? new Set(searchParams.getAll(name)) : undefined);
  const [workspaces, dataSets, after] = [named('workspace'), named('data_set'), searchParams.get('cursor')];
  const rest = rows
    .filter((row) => !workspaces || !row.workspace_id || workspaces.has(row.workspace_id))
    .filter((row) => !dataSets || dataSets.has(row.data_set))
    .filter((row) => after === null || keyOf(row) > after);

  const items = rest.slice(0, Number(searchParams.get('limit')));
  const next = items.length < rest.length ? keyOf(items.at(-1)) : null;
  response.setHeader('content-type', 'application/json').end(JSON.stringify({ items, next }));
});
server.listen(Number(port), '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}`));
