/** A notice as its readers will have it, in each language; what is approved is the very text that stands here. */
import { randomUUID } from 'node:crypto';
import { stateWords } from '../../domain/incident/board-words';
import { languageName } from '../../domain/incident/say/say';
import { isSecondPerson } from '../../domain/incident/second-person';
import { approvalOf } from '../../domain/incident/two-persons';
import { plural } from '../../domain/kernel/plural';
import { type Html, html } from '../../platform/html';
import { allows } from '../access';
import { Refusal } from '../problem';
import { MESSAGE_ROLES } from '../roles-of-messages';
import { say, type Visitor } from './layout';
import { addressOf } from './links';
import type { LookedAt } from './looked-at';
import { instant } from './times';

/** Reads the text that the workers stored under a hash. Rejects while it cannot be read. */
export type ReadText = (sha256: string) => Promise<{ subject: string; text: string }>;

export async function noticePage(
  looked: LookedAt,
  obligation: string,
  visitor: Visitor,
  read: ReadText | undefined,
): Promise<Html> {
  const { id, view, pack } = looked;
  const o = Object.hasOwn(view.state.obligations, obligation) ? view.state.obligations[obligation]! : undefined;
  if (!o?.draft) throw new Refusal('not-found', 'nothing is drafted for this duty of the incident');
  const { draft } = o;
  const { actor } = visitor.session;
  const texts = await Promise.all(
    draft.renderings.map(async (each) => ({
      language: each.language,
      text: await read?.(each.sha256).catch(() => undefined),
    })),
  );
  const isWhole = texts.length > 0 && texts.every(({ text }) => text !== undefined);
  const title = pack.obligations.find((rule) => rule.id === o.rule)?.title ?? obligation;
  const { reach, missing } = draft;
  const untranslated = Object.entries(draft.untranslated ?? {});
  const awaits = o.status === 'drafted';
  const { of, first } = approvalOf(o, view.state, pack);
  const isFirst = first !== undefined && !isSecondPerson(actor.by, first.by);
  const may = (name: 'approve' | 'hold' | 'edit-draft') => allows(MESSAGE_ROLES.incident[name], actor.roles);
  const at = addressOf(id);
  return html`<div class="head prose"><p><a href="${at}">Back to the incident</a></p><h1>${title}</h1><p class="meta"><span>${id}</span><span>${stateWords(o.status)}</span>${o.dueAt && html`<span>Due ${instant(o.dueAt)}</span>`}</p></div>
${o.hold && say('warn', html`<b>Held by ${o.hold.by}</b><p>${o.hold.reason}</p>`)}
${first && say('warn', html`<b>Approved by ${first.by}, 1 of 2</b><p>${isFirst ? 'Somebody else must approve the same text before it is sent.' : 'It is sent when you approve it.'}</p>`)}
${missing.length > 0 && say('warn', html`<b>Not yet established</b><ul>${missing.map((each) => html`<li>${each}</li>`)}</ul>`)}
${untranslated.length > 0 && say('warn', html`<b>Not available in every language</b><ul>${untranslated.map(([language, n]) => html`<li>${nameOf(language)}: ${plural(n, 'text')} not translated</li>`)}</ul>`)}
<section class="card prose"><h2>Who gets it</h2>${reach ? html`<ul>${Object.entries(reach.languages).map(([language, n]) => html`<li>${n} in ${nameOf(language)}</li>`)}</ul>${reach.unreachable ? html`<p class="soft">${reach.unreachable} cannot be reached by mail.</p>` : ''}` : html`<p class="soft">The directory has not said how many.</p>`}</section>
${texts.map(({ language, text }) => html`<section class="stack"><h2>The text in ${nameOf(language)}</h2>${text ? html`<div class="letter" lang="${language}"><b>${text.subject}</b>${text.text}</div>` : say('bad', 'This text cannot be read here now, so it cannot be approved here.')}${text && awaits && may('edit-draft') && html`<p><a href="${at}/edit-draft?obligation=${encodeURIComponent(obligation)}&language=${encodeURIComponent(language)}&draft=${draft.fingerprint}">Edit</a></p>`}</section>`)}
${
  awaits &&
  isWhole &&
  !isFirst &&
  may('approve') &&
  html`<section class="card prose stack"><h2>${of === 2 ? 'Approve' : 'Approve and send'}</h2><p>${sendsWhen(of, first)} If the facts change first, nothing is sent.</p>
<form class="form" method="post" action="${at}/approve"><input type="hidden" name="csrf" value="${visitor.formToken}"><input type="hidden" name="key" value="${randomUUID()}"><input type="hidden" name="obligation" value="${obligation}"><input type="hidden" name="draft" value="${draft.fingerprint}">
${missing.length > 0 && html`<div class="field"><label for="incompleteBecause">Why it goes out incomplete <span class="hint">(where the law requires what is missing)</span></label><textarea id="incompleteBecause" name="incompleteBecause" rows="3"></textarea></div>`}
<div class="acts"><button>${of === 2 && !first ? 'Approve, 1 of 2' : 'Approve and send'}</button></div></form></section>`
}
${awaits && may('hold') && html`<p class="acts"><a class="button plain" href="${at}/hold?obligation=${encodeURIComponent(obligation)}">Hold it back</a></p>`}`;
}

function sendsWhen(of: 1 | 2 | undefined, first: object | undefined): string {
  if (of === undefined && !first)
    return 'It is sent as it stands above, where the policy asks for two persons once a second one approves it.';
  if (of === 2 && !first)
    return 'Two persons must approve it: it is sent as it stands above once somebody else approves it too.';
  return 'It is sent as it stands above.';
}

function nameOf(language: string): string {
  return languageName(language, { locale: 'en' });
}
