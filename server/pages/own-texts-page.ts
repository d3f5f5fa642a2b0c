/** The versions of a notice with a workspace's own numbers: which there are, and what one says. They are approved with the notice. */
import { draftTextOf } from '../../domain/incident/draft-text';
import { plural } from '../../domain/kernel/plural';
import { type Html, html } from '../../platform/html';
import { Refusal } from '../problem';
import { diffBox } from './diff-box';
import { say } from './layout';
import { letter } from './letter';
import { noticeOf } from './links';
import type { LookedAt } from './looked-at';
import { type NoticeTexts, nameOf } from './notice-texts';
import { pageHead, subjectOf } from './subject';
import { type Typed, textOf } from './typed';

const ON_A_PAGE = 100;

export async function ownTextsPage(
  looked: LookedAt,
  obligation: string,
  asked: Typed,
  from: NoticeTexts | undefined,
): Promise<Html> {
  const { obligations } = looked.view.state;
  const draft = Object.hasOwn(obligations, obligation) ? obligations[obligation]!.draft : undefined;
  const language = textOf(asked.language);
  const rendering = draft?.renderings.find((each) => each.language === language && each.own);
  if (!rendering?.own)
    throw new Refusal('not-found', 'no workspace gets a version of its own of this notice in this language');
  const notice = noticeOf(looked.id, obligation);
  const list = await from?.own(rendering.own.sha256).catch(() => undefined);
  const head = html`${pageHead({
    back: { to: notice, text: 'Back to the notice' },
    heading: `Versions of single workspaces, in ${nameOf(language)}`,
    about: `${plural(rendering.own.count, 'workspace')} with ${rendering.own.count === 1 ? 'its' : 'their'} own numbers. Whoever approves the notice approves these too.`,
    subject: subjectOf(looked, obligation),
  })}`;
  if (!from || !list) return html`${head}${say('bad', 'They cannot be read here now.')}`;
  const at = (query: Record<string, string>) =>
    `${notice}/own?${new URLSearchParams({ language, ...query }).toString()}`;
  const workspace = textOf(asked.workspace);
  if (workspace) {
    const sha256 = Object.hasOwn(list, workspace) ? list[workspace]! : undefined;
    if (!sha256) throw new Refusal('not-found', 'this workspace gets no version of its own');
    const [own, common] = await Promise.all(
      [sha256, rendering.sha256].map((each) => from.text(each).catch(() => undefined)),
    );
    return html`${head}<section class="stack"><h2>${workspace}</h2>${own ? letter(own, language) : say('bad', 'This text cannot be read here now.')}${own && common && html`<h3>What is different from the notice of all others</h3>${diffBox(draftTextOf(common), draftTextOf(own))}`}<p><a href="${at({})}">All workspaces</a></p></section>`;
  }
  const all = Object.keys(list).sort();
  const page = Math.max(1, Number(/^\d{1,4}$/.exec(textOf(asked.page))?.[0] ?? 1));
  const shown = all.slice((page - 1) * ON_A_PAGE, page * ON_A_PAGE);
  const next = page * ON_A_PAGE < all.length;
  return html`${head}<ul class="card stack">${shown.map((each) => html`<li><a href="${at({ workspace: each })}">${each}</a></li>`)}</ul>${(next || page > 1) && html`<p class="acts">${page > 1 && html`<a class="button plain" href="${at({ page: String(page - 1) })}">Those before</a>`}${next && html`<a class="button plain" href="${at({ page: String(page + 1) })}">The next ones</a>`}</p>`}`;
}
