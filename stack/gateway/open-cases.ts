/**
 * `/open-cases`: the list of the Web UI as a board. It shows the cases that are open, without what Tocsin does for itself every
 * few minutes, and in columns what of a case is not encrypted. The Web UI keeps its columns in the browser, for each
 * namespace: whoever chose their own keeps them.
 */
import { createHash } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { OPEN_CASES } from '../../platform/open-cases';

/** As the Web UI calls them: its own, and search attributes by name. */
const COLUMNS = [
  'Status',
  'Workflow ID',
  'TocsinSeverity',
  'TocsinStatus',
  'TocsinNextDeadline',
  'TocsinOwner',
  'Type',
  'Start',
].map((label) => ({ label }));
/** Where the Web UI keeps them (tried with 2.42); a version that keeps them elsewhere shows its own columns. */
const KEPT_AS = 'namespace-workflow-table-columns';

/** Adds the page. It needs no more than the rest of the Web UI. */
export function openCasesRoute(app: FastifyInstance, namespace: string): void {
  const list = `/namespaces/${encodeURIComponent(namespace)}/workflows?query=${encodeURIComponent(OPEN_CASES)}`;
  const script = `try {
  const kept = JSON.parse(localStorage.getItem(${json(KEPT_AS)}) ?? '{}');
  kept[${json(namespace)}] ??= ${json(COLUMNS)};
  localStorage.setItem(${json(KEPT_AS)}, JSON.stringify(kept));
} catch {}
location.replace(${json(list)});`;
  const policy = `default-src 'none'; script-src 'sha256-${createHash('sha256').update(script).digest('base64')}'; base-uri 'none'; frame-ancestors 'none'`;
  app.get('/open-cases', (_, reply) =>
    reply
      .header('content-security-policy', policy)
      .header('cache-control', 'no-store')
      .type('text/html; charset=utf-8')
      .send(
        `<!doctype html><html lang="en"><title>Open cases</title><a href="${list}">Open cases</a><script>${script}</script></html>`,
      ),
  );
}

/** JSON that no text in it can end the script with. */
function json(value: unknown): string {
  return JSON.stringify(value).replaceAll('<', '\\u003c');
}
