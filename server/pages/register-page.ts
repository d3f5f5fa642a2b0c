/** The register: what was signed last, the entries of a case, and how an outsider verifies them without trusting this page. */
import { kindOf } from '../../client/kinds';
import { tocsin } from '../../domain/kernel/command-lines';
import { grouped } from '../../domain/kernel/grouped';
import { plural } from '../../domain/kernel/plural';
import { type Html, html } from '../../platform/html';
import type { CaseEntry } from '../../register/case-entries';
import { isCaseId } from '../api/bodies';
import { Refusal } from '../problem';
import { say } from './layout';
import { addressOf } from './links';
import { instant } from './times';
import { type Typed, textOf } from './typed';
import { words } from './words';

/** What the page reads of the register, in Postgres. Rejects while that does not answer. */
export interface RegisterReader {
  /** The log's last signed checkpoint; `undefined` while nothing was signed. `entries`: how many the register holds. */
  log(): Promise<{ entries: number; signed?: SignedLog }>;
  /** The entries of a case in their order, from one on; `undefined` where it has none. */
  entriesOf(caseId: string, from: number, most: number): Promise<{ entries: CaseEntry[]; count: number } | undefined>;
}

export interface SignedLog {
  origin: string;
  verifierKey: string;
  size: number;
  /** Base64, as in the checkpoint. */
  root: string;
  /** The signed note (C2SP tlog-checkpoint). */
  note: string;
}

const ON_A_PAGE = 100;

export async function registerPage(from: RegisterReader | undefined): Promise<Html> {
  const log = await from?.log().catch(() => undefined);
  return html`<div class="head prose"><h1>Register</h1><p class="soft">Every step of every case, append-only and signed. What it shows can be verified without trusting Tocsin.</p></div>
${!from && notHere()}
${from && !log && say('bad', 'The register does not answer: is Postgres running?')}
<div class="two"><div class="stack">
${from && html`<section class="card"><h2>The entries of a case</h2><form class="form" method="get" action="/register/case"><div class="field"><label for="id">Case</label><span class="hint" id="id-hint">Its id, like INC-20260401-9f3a</span><input id="id" name="id" aria-describedby="id-hint" autocomplete="off" required></div><div class="acts"><button>Show its entries</button></div></form></section>`}
${howToVerify(log?.signed)}
</div><div class="stack">${log && signedCard(log)}</div></div>`;
}

export async function entriesPage(from: RegisterReader | undefined, asked: Typed): Promise<Html> {
  const id = textOf(asked.id);
  if (!isCaseId(id)) throw new Refusal('not-found', 'no case has such an id');
  const first = Math.max(1, Number(/^\d{1,9}$/.exec(textOf(asked.from))?.[0] ?? 1));
  const head = html`<div class="head prose"><p><a href="/register">Back to the register</a></p><h1>Entries of ${id}</h1><p class="meta"><a href="${addressOf(id)}">${(kindOf(id) ?? 'incident') === 'incident' ? 'The incident' : 'The case'}</a></p></div>`;
  if (!from) return html`${head}${notHere()}`;
  const answered = await from.entriesOf(id, first, ON_A_PAGE).then(
    (found) => ({ found }),
    () => undefined,
  );
  if (!answered) return html`${head}${say('bad', 'The register does not answer: is Postgres running?')}`;
  const { found } = answered;
  if (!found) throw new Refusal('not-found', 'the register has no entry of this case');
  const { entries, count } = found;
  const to = (n: number) => `/register/case?${new URLSearchParams({ id, from: String(n) }).toString()}`;
  const last = entries.at(-1)?.seq ?? first;
  return html`${head}
<section class="card"><h2>${plural(count, 'entry', 'entries')}</h2><table><thead><tr><th>Entry</th><th>When</th><th>What</th><th>By</th><th>Position and leaf hash</th></tr></thead><tbody>${entries.map(({ seq, at, kind, by, position, hash }) => html`<tr><th scope="row" data-label="Entry">${seq}</th><td class="time">${instant(at)}</td><td>${words(kind)}</td><td>${by}</td><td class="small" data-label="Position and leaf hash">${grouped(position)} <code>${hash.slice(0, 16)}…</code></td></tr>`)}</tbody></table></section>
${(first > 1 || last < count) && html`<p class="acts">${first > 1 && html`<a class="button plain" href="${to(Math.max(1, first - ON_A_PAGE))}">Those before</a>`}${last < count && html`<a class="button plain" href="${to(last + 1)}">The next ones</a>`}</p>`}
<section class="card prose stack"><h2>Hand them over</h2><p>Exports are recorded, and withhold what a reader may not see:</p><p><code>${tocsin('register export', { incident: id, for: 'authority', output: 'entries.jsonl' })}</code></p><p>One entry with its proof, and nothing else of the register:</p><p><code>${tocsin('register prove', { entry: `${id}/${first}`, output: 'proof.jsonl' })}</code></p></section>`;
}

function notHere(): Html {
  return say('note', 'This server has no access to Postgres (DATABASE_URL), so it cannot show the register.');
}

function signedCard({ entries, signed }: { entries: number; signed?: SignedLog }): Html {
  if (!signed)
    return say(
      'warn',
      html`<b>Nothing was signed yet</b><p>The register holds ${plural(entries, 'entry', 'entries')}.</p>`,
    );
  const behind = entries - signed.size;
  return html`<section class="card stack"><h2>Signed last</h2><dl class="facts"><dt>Entries signed</dt><dd>${grouped(signed.size)}</dd><dt>Not signed yet</dt><dd>${grouped(Math.max(0, behind))}</dd><dt>Log</dt><dd>${signed.origin}</dd><dt>Root</dt><dd><code>${signed.root}</code></dd></dl>
<details><summary>The checkpoint as it is signed</summary><div class="letter"><code>${signed.note}</code></div></details><p class="soft small">As Postgres holds it. This page does not check the signature; <code>${tocsin('register verify', {})}</code> does.</p></section>`;
}

function howToVerify(signed: SignedLog | undefined): Html {
  return html`<section class="card stack"><h2>How to verify it</h2>
<p>The whole log, and which of its entries are anchored where:</p><p><code>${tocsin('register verify', {})}</code></p>
<p>An export, by its reader, in an empty folder with Node alone:</p><p><code>${tocsin('register verifier', { output: 'verify-register.cjs' })}</code><br><code>node verify-register.cjs inc.jsonl --key KEY</code></p>
${signed && html`<p>KEY is the key of the log. Hand it out early, and not together with an export:</p><p><code>${signed.verifierKey}</code></p>`}</section>`;
}
