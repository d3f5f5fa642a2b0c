import { createReadStream } from 'node:fs';
import { mkdir, readdir, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import type { FastifyReply } from 'fastify';
import { freePort } from '../platform/free-port';
import { escapeHtml } from '../platform/html';
import { requireSession } from './gateway/session';
import { createLocalApp, type LocalServer, listen } from './local-server';
import { sendPage } from './page';

/** The folders of the site, in the order of its index page. Nothing else below `dir` is served. */
export const SITE_FOLDERS = {
  status: 'Status page',
  dossiers: 'Dossiers for authorities',
  notices: 'Previews of notices',
  exports: 'Register exports',
} as const;

/** How to start the site. */
export interface SiteOptions {
  /** Folder that holds `status/`, `dossiers/`, `notices/` and `exports/`; they are created when missing. */
  dir: string;
  port?: number;
  /** Without it whoever reaches this machine's loopback reads everything; with it, the status page alone. */
  sessionKey?: string;
}

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.jsonl': 'application/x-ndjson; charset=utf-8',
  '.ndjson': 'application/x-ndjson; charset=utf-8',
  '.xml': 'application/xml; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.txt': 'text/plain; charset=utf-8',
  '.md': 'text/plain; charset=utf-8',
  '.csv': 'text/csv; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
};

// What was written for readers loads nothing from elsewhere and runs nothing, whatever a template let through.
const POLICY =
  "default-src 'none'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; base-uri 'none'; form-action 'none'";

/**
 * A local server of static files: the status page, the dossiers and the register exports, each in its folder, with an
 * index of what exists. Serves files below those folders only: no dot files, no way out by `..` or a symbolic link.
 */
export async function startSite(options: SiteOptions): Promise<LocalServer> {
  const root = path.resolve(options.dir);
  for (const folder of Object.keys(SITE_FOLDERS)) await mkdir(path.join(root, folder), { recursive: true });
  const realRoot = await realpath(root);
  const app = createLocalApp();
  const port = options.port ?? (await freePort());
  if (options.sessionKey) requireSession(app, options.sessionKey, port, ({ url }) => /^\/status(\/|$)/.test(url));
  app.get('/', (_request, reply) => index(reply, realRoot));
  for (const folder of Object.keys(SITE_FOLDERS)) {
    app.get(`/${folder}`, (_request, reply) => reply.redirect(`/${folder}/`, 308));
    app.get<{ Params: { '*': string } }>(`/${folder}/*`, (request, reply) =>
      serve(reply, path.join(realRoot, folder), request.params['*'], `/${folder}/`),
    );
  }
  app.setNotFoundHandler((_request, reply) => notFound(reply));
  return listen(app, 'The site', port);
}

async function serve(reply: FastifyReply, base: string, wanted: string, at: string): Promise<FastifyReply> {
  const parts = wanted.split('/');
  if (parts.some((part) => part.startsWith('.') || part.includes('\0') || part.includes('\\'))) return notFound(reply);
  try {
    const real = await realpath(path.join(base, ...parts));
    if (real !== base && !real.startsWith(base + path.sep)) return notFound(reply);
    if ((await stat(real)).isFile()) return send(reply, real);
    if (wanted !== '' && !wanted.endsWith('/')) return reply.redirect(`${at}${encodeURI(wanted)}/`, 308);
    const page = path.join(real, 'index.html');
    if ((await stat(page).catch(() => undefined))?.isFile()) return send(reply, page);
    return await listing(reply, real, at + wanted);
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'ENAMETOOLONG'].includes((error as NodeJS.ErrnoException).code ?? ''))
      return notFound(reply);
    throw error;
  }
}

function send(reply: FastifyReply, file: string): FastifyReply {
  return reply
    .header('content-security-policy', POLICY)
    .header('x-content-type-options', 'nosniff')
    .header('cache-control', 'no-cache')
    .type(TYPES[path.extname(file).toLowerCase()] ?? 'application/octet-stream')
    .send(createReadStream(file));
}

async function index(reply: FastifyReply, root: string): Promise<FastifyReply> {
  const rows = await Promise.all(
    Object.entries(SITE_FOLDERS).map(async ([folder, title]) => {
      const count = (await names(path.join(root, folder))).length;
      const what = count === 0 ? 'nothing yet' : `${count} ${count === 1 ? 'entry' : 'entries'}`;
      return `<tr><td><a href="/${folder}/">${title}</a></td><td>${what}</td></tr>`;
    }),
  );
  return sendPage(
    reply,
    'Tocsin',
    `<h1>Tocsin</h1><p class="lead">What Tocsin has published on this machine.</p><table><tbody>${rows.join('')}</tbody></table>`,
  );
}

async function listing(reply: FastifyReply, dir: string, at: string): Promise<FastifyReply> {
  const rows = (await names(dir)).map(
    ({ name, isDir }) =>
      `<tr><td><a href="${escapeHtml(encodeURIComponent(name))}${isDir ? '/' : ''}">${escapeHtml(name)}${isDir ? '/' : ''}</a></td></tr>`,
  );
  const table = rows.length ? `<table><tbody>${rows.join('')}</tbody></table>` : '<p class="empty">Nothing yet.</p>';
  return sendPage(reply, at, `<p><a href="/">← Tocsin</a></p><h1>${escapeHtml(at)}</h1>${table}`);
}

async function names(dir: string): Promise<{ name: string; isDir: boolean }[]> {
  const entries = await readdir(dir, { withFileTypes: true });
  return entries
    .filter((entry) => !entry.name.startsWith('.'))
    .map((entry) => ({ name: entry.name, isDir: entry.isDirectory() }))
    .sort((a, b) => a.name.localeCompare(b.name, 'en'));
}

function notFound(reply: FastifyReply): FastifyReply {
  return sendPage(reply.code(404), 'Not found', '<p><a href="/">← Tocsin</a></p><h1>Page not found</h1>');
}
