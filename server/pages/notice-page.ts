/** A notice as its readers will have it, in each language; what is approved is the very text that stands here. */
import { stateWords } from '../../domain/incident/board-words';
import { draftTextOf } from '../../domain/incident/draft-text';
import type { EventOf, IncidentEvent } from '../../domain/incident/events';
import type { Rendering } from '../../domain/incident/evidence';
import { alsoBy } from '../../domain/incident/holds';
import { askedText, isSecondPerson } from '../../domain/incident/second-person';
import { lacksRequired, sentOnSilenceAt } from '../../domain/incident/sent-on-silence';
import { type Standing, shareText } from '../../domain/incident/standing';
import { type Draft, isSettled, type Obligation } from '../../domain/incident/state';
import { standing } from '../../domain/incident/telling';
import { approvalOf } from '../../domain/incident/two-persons';
import { untoldText } from '../../domain/incident/untold';
import { upperFirst } from '../../domain/kernel/first-letter';
import { grouped } from '../../domain/kernel/grouped';
import { plural } from '../../domain/kernel/plural';
import { type Instant, toMs } from '../../domain/kernel/time';
import { ruleOf } from '../../domain/policy/policy';
import { type Html, html } from '../../platform/html';
import { allows } from '../access';
import type { Actor } from '../identity/actor';
import type { Said } from '../identity/sessions';
import { Refusal } from '../problem';
import { MESSAGE_ROLES } from '../roles-of-messages';
import { isBeingWritten } from './being-written';
import { diffBox } from './diff-box';
import { dossierPageOf } from './dossier-file';
import { fieldWords } from './field-words';
import { say, type Visitor } from './layout';
import { letter } from './letter';
import { addressOf, noticeOf } from './links';
import type { LookedAt } from './looked-at';
import { isSentAlong, linkBox, type MailedLink } from './mailed-links';
import { type NoticeText, type NoticeTexts, nameOf } from './notice-texts';
import { isUnknown, keyAfter, refusalBox, type Sent } from './refusal-box';
import { saidBox } from './said-box';
import { pageHead, subjectOf } from './subject';
import { instant, timeLeft } from './times';

/**
 * @param sent an approval that was not taken: it is shown with what was typed. @param said what the last form caused.
 * @param mailed the link that led here.
 */
export async function noticePage(
  looked: LookedAt,
  obligation: string,
  visitor: Visitor,
  from: NoticeTexts | undefined,
  { sent, said, mailed }: { sent?: Sent; said?: Said | undefined; mailed?: MailedLink | undefined } = {},
): Promise<Html> {
  const { id, view, pack } = looked;
  const o = Object.hasOwn(view.state.obligations, obligation) ? view.state.obligations[obligation]! : undefined;
  if (!o?.draft) throw new Refusal('not-found', 'nothing is drafted for this duty of the incident');
  const { draft } = o;
  const { actor } = visitor.session;
  const rule = ruleOf(pack, o.rule);
  const isFiling = rule?.dispatch === 'filing';
  const texts = await Promise.all(
    (isFiling ? [] : draft.renderings).map(async (each) => ({
      rendering: each,
      language: each.language,
      own: each.own?.count ?? 0,
      text: await from?.text(each.sha256).catch(() => undefined),
      before: await versionBefore(looked, o, each, from),
    })),
  );
  const isWhole = texts.length > 0 && texts.every(({ text }) => text !== undefined);
  const title = rule?.title ?? obligation;
  const { reach, missing } = draft;
  const untranslated = Object.entries(draft.untranslated ?? {});
  const awaits = o.status === 'drafted';
  const { of, first } = approvalOf(o, view.state, pack, actor.by);
  const isFirst = first !== undefined && !isSecondPerson(actor.by, first.by);
  const takesApproval = awaits && rule?.dispatch === 'approval';
  // Without the policy of the incident nobody knows here what silence does.
  const silentAt =
    takesApproval && looked.known && !o.hold && !lacksRequired(o, rule)
      ? sentOnSilenceAt(o, view.state, pack)
      : undefined;
  // The same message may be sent again only for the same text.
  const kept = sent?.typed.draft === draft.fingerprint ? sent : undefined;
  // The second person may give the reason of the first, who stands there with it.
  const why = sent?.typed.incompleteBecause ?? (first && reasonOfFirst(looked, obligation));
  const may = (name: 'approve' | 'hold' | 'stop-sending' | 'edit-draft' | 'filed') =>
    allows(MESSAGE_ROLES.incident[name], actor.roles);
  const at = addressOf(id);
  // What is known or was edited since is not in this text: it is not sent, so it is not approved either.
  const isOld = looked.known && isBeingWritten(view.state, pack, obligation);
  const mayApprove = takesApproval && isWhole && !isOld && !isFirst && may('approve');
  const isDone = isSettled(o) || view.state.closedAt !== undefined || looked.stopped !== undefined;
  const version = looked.events.findLast(
    (event) => isDraftOf(event, o) && event.data.fingerprint === draft.fingerprint,
  );
  const stands = html`${upperFirst(stateWords(o.status))}${version && html`, written ${instant(version.at)}, entry ${version.seq}`}${o.dueAt && isDone && html`, due ${instant(o.dueAt)}`}`;
  const left = o.dueAt && !isDone ? timeLeft(o.dueAt, looked.now, '') : undefined;
  return html`${pageHead({ back: { to: at, text: 'Back to the incident' }, heading: title, about: stands, subject: { ...subjectOf(looked), left } })}
${said && saidBox(looked, said)}
${mailed && linkBox(mailed, looked, actor.by, kept?.refusal)}
${isOld && say('note', html`<b>This text is being written anew</b><p>What is known or was edited since is not in it yet. <a href="${noticeOf(id, obligation)}">Look again</a></p>`)}
${!isFiling && outcome(looked, o)}
${stoppedBox(looked, o)}
${o.refused && say('warn', html`<b>Statuspage did not take the last text</b><p>${o.refused.detail}</p><p>Correct the text and approve it again; or publish it there by hand, then <a href="${at}/settle?obligation=${encodeURIComponent(obligation)}">record when it stood there and where</a>.</p>`)}
${o.status === 'dispatching' && !o.stopped && rule?.channel === 'email' && may('stop-sending') && html`<p class="acts"><a class="button" href="${at}/stop-sending?obligation=${encodeURIComponent(obligation)}">Stop sending</a></p>`}
${sent && sentBox(sent, kept !== undefined && mayApprove, actor, backTo(noticeOf(id, obligation)))}
${o.hold && say('warn', html`<b>Held by ${o.hold.by}</b><p>${o.hold.reason}${alsoBy(o.hold.beside)}</p>`)}
${first && say('warn', html`<b>Approved by ${first.by}, 1 of 2</b><p>${isFirst ? `Somebody else must approve the same text before it is sent (${askedText(view.state.owner, first.by)}).` : 'It is sent when you approve it.'}</p>`)}
${missing.length > 0 && say('warn', html`<b>Not yet established</b><ul>${missing.map((each) => html`<li>${each}</li>`)}</ul>`)}
${untranslated.length > 0 && say('warn', html`<b>Not available in every language</b><ul>${untranslated.map(([language, n]) => html`<li>${nameOf(language)}: ${plural(n, 'text')} not translated</li>`)}</ul>`)}
${silentAt && say('warn', html`<b>${sendsAlone(silentAt, looked.now)}</b>`)}
<div class="two"><div class="stack">${isFiling && dossier(draft, from && noticeOf(id, obligation), `${at}/filed?obligation=${encodeURIComponent(obligation)}`, awaitsFiling(o.status) && may('filed'))}
${texts.map((each) => textSection(looked, o, each, awaits && may('edit-draft')))}</div><div class="stack">
${!isFiling && html`<section class="card"><h2>Who gets it</h2>${reach ? html`<ul>${Object.entries(reach.languages).map(([language, n]) => html`<li>${grouped(n)} in ${nameOf(language)}</li>`)}</ul>${reach.unreachable ? html`<p class="soft">${grouped(reach.unreachable)} cannot be reached by mail.</p>` : ''}` : html`<p class="soft">The directory has not said how many.</p>`}${o.purpose === 'new-recipients' && html`<p>Whoever of them was told already is not mailed again.</p>`}</section>`}
${
  mayApprove &&
  html`<section class="card stack"><h2>${of === 2 ? 'Approve' : 'Approve and send'}</h2><p>${sendsWhen(of, first)} If the facts change first, this draft is not sent: a new one is written.</p>
<form class="form" method="post" action="${at}/approve"><input type="hidden" name="csrf" value="${visitor.formToken}"><input type="hidden" name="key" value="${keyAfter(kept)}"><input type="hidden" name="obligation" value="${obligation}"><input type="hidden" name="draft" value="${draft.fingerprint}">${mailed && isSentAlong(mailed, looked, kept?.refusal) && html`<input type="hidden" name="link" value="${mailed.token}">`}
${
  missing.length > 0 &&
  html`<div class="field"><label id="field-incompleteBecause" for="incompleteBecause">Why it goes out incomplete <span class="hint">(needed if the law requires what is missing)</span></label><textarea id="incompleteBecause" name="incompleteBecause" rows="3">
${typeof why === 'string' ? why : ''}</textarea></div>`
}
<div class="acts"><button>${of === 2 && !first ? 'Approve, 1 of 2' : 'Approve and send'}</button></div></form></section>`
}
${awaits && may('hold') && html`<p class="acts"><a class="button plain" href="${at}/hold?obligation=${encodeURIComponent(obligation)}">Hold it back</a></p>`}
</div></div>`;
}

interface Shown {
  rendering: Rendering;
  language: string;
  /** How many workspaces get a text of their own. */
  own: number;
  text: NoticeText | undefined;
  before: { text: NoticeText; seq: number } | undefined;
}

function textSection(
  { id, pack }: LookedAt,
  o: Obligation,
  { rendering, language, own, text, before }: Shown,
  mayEdit: boolean,
): Html {
  const to = new URLSearchParams({ obligation: o.id, language });
  const edit = o.edits?.[language];
  const byHand = rendering.edited && edit;
  return html`<section class="stack"><h2>The text in ${nameOf(language)}</h2>
${byHand && html`<p class="soft">Edited by ${edit.by}, ${instant(edit.at)}.</p>`}
${own > 0 && html`<p>${plural(own, 'workspace')} ${own === 1 ? 'gets' : 'get'} a version with ${own === 1 ? 'its' : 'their'} own numbers in place of this one. It is approved with this text. <a href="${noticeOf(id, o.id)}/own?${new URLSearchParams({ language }).toString()}">Read ${own === 1 ? 'it' : 'them'}</a></p>`}
${text ? letter(text, language) : say('bad', 'This text cannot be read here now, so it cannot be approved here.')}${!text && pageOf(o.draft!)}
${text && mayEdit && ruleOf(pack, o.rule)?.channel !== 'filing' && html`<p class="acts"><a class="button plain" href="${addressOf(id)}/edit-draft?${to.toString()}">Edit the text in ${nameOf(language)}</a></p>`}
${text && before && html`<details${byHand && html` open`}><summary>What is different from the version before it, entry ${before.seq}</summary>${diffBox(draftTextOf(before.text), draftTextOf(text))}</details>`}</section>`;
}

function isDraftOf(event: IncidentEvent, { id, round }: Obligation): event is EventOf<'notice-drafted'> {
  return event.kind === 'notice-drafted' && event.data.obligation === id && event.data.round === round;
}

/** The text of the same language that stood there before this one, in the same round, as far as it can be read. */
async function versionBefore(
  { events }: LookedAt,
  o: Obligation,
  { language, sha256 }: Rendering,
  from: NoticeTexts | undefined,
): Promise<Shown['before']> {
  const drafts = events.flatMap((event) => {
    const of = isDraftOf(event, o) && event.data.renderings.find((each) => each.language === language);
    return of ? [{ seq: event.seq, sha256: of.sha256 }] : [];
  });
  const at = drafts.findLastIndex((each) => each.sha256 === sha256);
  const before = drafts.slice(0, Math.max(at, 0)).findLast((each) => each.sha256 !== sha256);
  const text = before && (await from?.text(before.sha256).catch(() => undefined));
  return before && text && { text, seq: before.seq };
}

function reasonOfFirst({ events }: LookedAt, obligation: string): string | undefined {
  const said = events.findLast(
    (event) => event.kind === 'first-of-two' && event.data.act === 'approve' && event.data.obligation === obligation,
  );
  return said?.kind === 'first-of-two' ? said.data.reason : undefined;
}

/** How far it is told, once it is being sent. */
function outcome({ view: { state }, pack, known }: LookedAt, o: Obligation): Html | undefined {
  if (!['dispatching', 'partly-told', 'fulfilled'].includes(o.status)) return undefined;
  const rule = known ? ruleOf(pack, o.rule) : undefined;
  const stands = rule && standing(o, rule, state, pack);
  const told = stands && html`<p>Told: ${shareText(stands)}.</p>`;
  if (o.status === 'dispatching' && o.stopped) return undefined;
  if (o.status === 'dispatching') return say('note', html`<b>It is being sent</b>${told}`);
  if (o.status === 'fulfilled') return say('good', html`<b>${stands ? settledText(stands) : 'It is done'}</b>${told}`);
  return say(
    'warn',
    html`<b>Not everybody was told</b>${told}${stands && html`<p>Still untold: ${untoldText(stands.untold)}.</p>`}`,
  );
}

/** That a person stopped its sending: of how many nobody says more than is counted. */
function stoppedBox({ view: { state }, pack, known }: LookedAt, o: Obligation): Html | undefined {
  if (!o.stopped || isSettled(o)) return undefined;
  const { by, at, reason } = o.stopped;
  if (o.status === 'dispatching')
    return say(
      'warn',
      html`<b>It is being stopped by ${by}</b><p>${reason}</p><p>Batches on their way still end; no further one begins.</p>`,
    );
  const rule = known ? ruleOf(pack, o.rule) : undefined;
  const stands = rule && standing(o, rule, state, pack);
  const told = stands && stands.of > 0 && html`<p>Told: ${shareText(stands)}. Approved again, it goes to the rest.</p>`;
  return say('warn', html`<b>Stopped by ${by}, ${instant(at)}</b><p>${reason}</p>${told}`);
}

/** What is fulfilled was told, or left untold by a person's decision. */
function settledText({ of, told, left }: Standing): string {
  if (left > 0) return `It is settled: ${grouped(told)} told, ${grouped(left)} left untold by decision`;
  return of > 0 && told === of ? 'Everybody it goes to was told' : `It is settled by decision: ${grouped(told)} told`;
}

/** The field of the page, which may be refused. */
const OWN_FIELDS = new Map([['incompleteBecause', fieldWords('incompleteBecause').label]]);

function sentBox({ refusal }: Sent, mayRepeat: boolean, actor: Actor, back: Html): Html {
  if (!isUnknown(refusal) || mayRepeat) return refusalBox(refusal, OWN_FIELDS, actor, back);
  return say(
    'bad',
    html`<h2>It is not known whether this was taken</h2><p>Here is how the notice stands now: read it before you send anything again.</p>`,
    'alert',
  );
}

function backTo(notice: string): Html {
  return html`<p><a href="${notice}">Back to the notice</a></p>`;
}

function sendsAlone(silentAt: Instant, now: Instant): Html {
  return toMs(silentAt) <= toMs(now)
    ? html`If nobody objects, it is sent automatically: the time to object ended ${instant(silentAt)}.`
    : html`If nobody objects, it is sent automatically at ${instant(silentAt)}.`;
}

/** A filing is not sent by Tocsin: a person takes the dossier to the authority. `here`: the address below which it is read. */
function dossier(draft: Draft, here: string | undefined, filed: string, mayFile: boolean): Html {
  const [first, ...others] = here ? draft.renderings : [];
  const pages = first
    ? html`<p class="acts"><a class="button" href="${here}/${dossierPageOf(first.language)}">Read the dossier</a>${mayFile && html`<a class="button plain" href="${filed}">Record the filing</a>`}</p>${others.map(({ language }) => html`<p><a href="${here}/${dossierPageOf(language)}">In ${nameOf(language)}</a></p>`)}`
    : html`${pageOf(draft) ?? html`<p class="soft">It cannot be read here now.</p>`}${mayFile && html`<p class="acts"><a class="button" href="${filed}">Record the filing</a></p>`}`;
  return html`<section class="card prose stack"><h2>The dossier</h2><p>A person files it with the authority; it takes no approval here.</p>${pages}</section>`;
}

/** Where the draft stands as a page of its own. Browsers open no file of a worker from here. */
function pageOf({ url }: Draft): Html | undefined {
  if (url === undefined) return undefined;
  return /^https?:\/\//.test(url)
    ? html`<p><a href="${url}" rel="noopener">Open ${url}</a></p>`
    : html`<p>It stands at <code>${url}</code>.</p>`;
}

function awaitsFiling(status: Obligation['status']): boolean {
  return status === 'drafted' || status === 'filing';
}

function sendsWhen(of: 1 | 2 | undefined, first: object | undefined): string {
  if (of === undefined && !first)
    return 'It is sent as it stands here. If the policy requires two people, it is sent only once a second person approves it.';
  if (of === 2 && !first)
    return 'Two people must approve it: it is sent as it stands here once somebody else approves it too.';
  return 'It is sent as it stands here.';
}
