import type { FastifyInstance } from 'fastify';
import { escapeHtml } from '../../platform/html';
import { instant, sendPage } from '../page';
import { MailboxError } from './errors';
import type { Messages, StoredMessage } from './store';

const SHOWN = 500;

/** Adds the pages for people: the list at `/` (filtered by `?tag=` and `?to=`) and one message at `/messages/:id`. */
export function routeMailboxPages(app: FastifyInstance, store: Messages): void {
  app.get<{ Querystring: { tag?: string; to?: string } }>('/', async (request, reply) => {
    const { tag, to } = request.query;
    const all = store.list();
    const shown = store.list({ tag, to });
    const incidents = [...new Set(all.flatMap(incidentTags))].slice(0, 50);
    const filters = incidents.map((each) => chip(each, each === tag));
    const nav = filters.length
      ? `<nav><b>Incident</b> <a class="chip${tag ? '' : ' on'}" href="/">all</a>${filters.join('')}</nav>`
      : '';
    const found = `${shown.length} of ${all.length} messages${shown.length > SHOWN ? `, the newest ${SHOWN} shown` : ''}`;
    const to_ = to ? ` to <b>${escapeHtml(to)}</b>` : '';
    const lead = `<p class="lead">${found}${to_}. Nothing here has left this machine.</p>`;
    return sendPage(reply, 'Mailbox · Tocsin', `<h1>Mailbox</h1>${lead}${nav}${table(shown.slice(0, SHOWN))}`);
  });

  app.get<{ Params: { id: string } }>('/messages/:id', async (request, reply) => {
    const message = store.get(request.params.id);
    if (!message) throw new MailboxError('not_found', `There is no message "${request.params.id}" in this mailbox.`);
    return sendPage(reply, `${message.subject} · Mailbox`, messagePage(message));
  });
}

function table(messages: StoredMessage[]): string {
  if (messages.length === 0) return '<p class="empty">No messages yet. Every message sent appears here.</p>';
  const rows = messages.map(
    (message) => `<tr><td>${instant(message.created_at)}</td>
<td class="to">${message.to.map((each) => escapeHtml(each)).join('<br>')}</td>
<td><a href="/messages/${escapeHtml(message.id)}">${escapeHtml(message.subject)}</a></td><td>${tags(message)}</td></tr>`,
  );
  const head = '<tr><th>Sent</th><th>To</th><th>Subject</th><th>Tags</th></tr>';
  return `<table><thead>${head}</thead><tbody>${rows.join('\n')}</tbody></table>`;
}

function messagePage(message: StoredMessage): string {
  const rows: [string, string | undefined][] = [
    ['From', escapeHtml(message.from)],
    ['To', message.to.map((each) => `<a href="/?to=${encodeURIComponent(each)}">${escapeHtml(each)}</a>`).join(', ')],
    ['Cc', message.cc && escapeHtml(message.cc.join(', '))],
    ['Bcc', message.bcc && escapeHtml(message.bcc.join(', '))],
    ['Reply to', message.reply_to && escapeHtml(message.reply_to.join(', '))],
    ['Sent', instant(message.created_at)],
    ['Tags', message.tags && tags(message)],
    ['Attachments', message.attachments?.map((each) => escapeHtml(each.filename ?? 'unnamed')).join(', ')],
    ...Object.entries(message.headers ?? {}).map(([name, value]): [string, string] => [name, escapeHtml(value)]),
    ['Message id', `<code>${escapeHtml(message.id)}</code>`],
    ['Idempotency key', message.request && `<code>${escapeHtml(message.request.key)}</code>`],
  ];
  const cells = rows
    .filter(([, value]) => value)
    .map(([name, value]) => `<tr><th>${escapeHtml(name)}</th><td>${value}</td></tr>`);
  // The sandbox has no permission at all: what a template or a recipient's name smuggled in cannot run.
  const html = message.html
    ? `<h2>HTML</h2><iframe sandbox title="The message as HTML" srcdoc="${escapeHtml(message.html)}"></iframe>`
    : '';
  const text = message.text ? `<h2>Text</h2><pre>${escapeHtml(message.text)}</pre>` : '';
  return `<p><a href="/">← Mailbox</a></p><h1>${escapeHtml(message.subject)}</h1>
<table><tbody>${cells.join('')}</tbody></table>${html}${text}`;
}

function incidentTags(message: StoredMessage): string[] {
  return (message.tags ?? []).filter((tag) => tag.name.startsWith('incident')).map((tag) => `${tag.name}:${tag.value}`);
}

function tags(message: StoredMessage): string {
  return (message.tags ?? []).map((tag) => chip(`${tag.name}:${tag.value}`, false)).join('');
}

function chip(tag: string, on: boolean): string {
  return `<a class="chip${on ? ' on' : ''}" href="/?tag=${encodeURIComponent(tag)}">${escapeHtml(tag)}</a>`;
}
