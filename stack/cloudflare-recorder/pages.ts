import type { FastifyReply } from 'fastify';
import { escapeHtml } from '../../platform/html';
import { instant, sendPage } from '../page';
import type { RecordedRequest } from './requests';
import type { AccessRule } from './rules';

const SHOWN = 200;

/** Answers the page for people: the rules in force and the newest calls. */
export function recorderPage(
  reply: FastifyReply,
  rules: { scope: string; rule: AccessRule }[],
  requests: RecordedRequest[],
): FastifyReply {
  const ruleRows = rules.map(
    ({ scope, rule }) => `<tr><td>${instant(rule.created_on)}</td><td>${escapeHtml(rule.mode)}</td>
<td><code>${escapeHtml(rule.configuration.value)}</code></td><td>${escapeHtml(scope)}</td><td>${escapeHtml(rule.notes)}</td></tr>`,
  );
  const requestRows = requests
    .slice(-SHOWN)
    .reverse()
    .map(
      (
        each,
      ) => `<tr><td>${instant(each.at)}</td><td>${escapeHtml(each.method)}</td><td><code>${escapeHtml(each.path)}</code></td>
<td>${each.status === 0 ? 'cut off' : escapeHtml(each.status)}</td></tr>`,
    );
  return sendPage(
    reply,
    'Recorder · Tocsin',
    `<h1>Recorder</h1><p class="lead">Stands in for Cloudflare and for signed webhooks. Nothing here has left this machine.</p>
<h2>IP access rules in force</h2>${table(['Created', 'Mode', 'Value', 'Scope', 'Notes'], ruleRows)}
<h2>Calls received</h2>${table(['Time', 'Method', 'Path', 'Answer'], requestRows)}`,
  );
}

function table(heads: string[], rows: string[]): string {
  if (rows.length === 0) return '<p class="empty">None yet.</p>';
  const head = heads.map((each) => `<th>${each}</th>`).join('');
  return `<table><thead><tr>${head}</tr></thead><tbody>${rows.join('\n')}</tbody></table>`;
}
