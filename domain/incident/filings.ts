/**
 * Reports to an authority in phases (GDPR Art. 33(4)): what each phase left out, what all of them together still leave out,
 * and the acts of a person on them.
 */
import { ask, type CommandLine, commandLine, commandText, tocsin } from '../kernel/command-lines';
import type { Instant } from '../kernel/time';
import { UNDETERMINED } from '../policy/authorities';
import { standInOf } from '../policy/disclosure';
import type { Policy } from '../policy/policy';
import type { ObligationRule } from '../policy/rule';
import { authorityKeys, authorityRemedy, unknownAuthority } from './authority-decision';
import { missingFields } from './contents';
import type { NewEvent } from './events';
import type { Attachment, Evidence } from './evidence';
import type { MessageBody } from './messages';
import { noticeNow } from './notice-now';
import type { IncidentState, Obligation } from './state';

interface Given {
  state: IncidentState;
  o: Obligation;
  rule: ObligationRule;
  pack: Policy;
  answer: { rejected(...problems: string[]): NewEvent[]; noted(note: string): NewEvent[] };
}

/** The phases in which a report was filed, the first one first. */
export function phasesOf({ evidence, supplements }: Pick<Obligation, 'evidence' | 'supplements'>): Evidence[] {
  return [evidence, ...supplements.map((each) => each.evidence)].filter(
    (each) => each?.channel === 'filing',
  ) as Evidence[];
}

/** The required fields that no phase has delivered, by their titles; empty before the first one. */
export function undelivered(o: Pick<Obligation, 'evidence' | 'supplements'>): string[] {
  const [first, ...later] = phasesOf(o).map(({ missing = [] }) => missing);
  return (first ?? []).filter((title) => later.every((missing) => missing.includes(title)));
}

/** What a report that was filed still owes: delivered in no phase, and no person decided that it cannot be established. */
export function outstanding(o: Pick<Obligation, 'evidence' | 'supplements' | 'cannotEstablish'>): string[] {
  const decided = new Set((o.cannotEstablish ?? []).map(({ field }) => field));
  return undelivered(o).filter((title) => !decided.has(title));
}

/** Why a report that was filed in part keeps the incident open, with the commands that end it; `undefined` when it does not. */
export function outstandingProblem(id: string, o: Obligation, rule: ObligationRule): string | undefined {
  const missing = outstanding(o);
  if (missing.length === 0) return undefined;
  const decide = missing.map((title) => `\`${commandText(cannotEstablishLine(id, o, rule, title))}\``);
  return (
    `${o.id}: ${inPartText(missing)}: establish it with \`${tocsin('assess', { id, help: true })}\` and file the ` +
    `supplement, or decide that it cannot be established: ${decide.join(', ')}`
  );
}

/** `filed in part; missing: Approximate number of records`. */
export function inPartText(missing: string[]): string {
  return `filed in part; missing: ${missing.join(', ')}`;
}

function cannotEstablishLine(id: string, o: Obligation, rule: ObligationRule, title: string): CommandLine {
  const field = rule.contents.find((each) => each.title === title)?.field ?? title;
  return commandLine('cannot-establish', { id, obligation: o.id, field, reason: ask('reason') });
}

/** Why a report cannot be recorded as filed while nobody knows with whom. */
export function authorityProblem({ state, o }: Given): string | undefined {
  if (o.recipient !== UNDETERMINED) return undefined;
  return `obligation: ${o.id} has no authority yet, so it cannot have been filed: ${authorityRemedy(state.caseId, o.id)}`;
}

/** The authority of a report, by its key: that of the obligation; of one that was filed although none is owed, the named one. */
export function authorityOf(o: Pick<Obligation, 'recipient' | 'evidence' | 'supplements'>): string | undefined {
  return o.recipient ?? phasesOf(o).find(({ authority }) => authority !== undefined)?.authority;
}

/** What an obligation is called: its rule's title, with the authority where it has one. */
export function titleOf(o: Parameters<typeof authorityOf>[0], { title }: Pick<ObligationRule, 'title'>): string {
  const to = authorityOf(o);
  return to ? `${title} (${to})` : title;
}

/**
 * Why a filing does not say with whom, or says it wrongly. A report that is owed goes to the authority of its obligation; one
 * that was filed although none is owed has none by itself, and the person names it.
 */
export function namedAuthorityProblem(
  { state, o, rule, pack }: Given,
  message: MessageBody<'filed'>,
): string | undefined {
  const { authority, reference } = message;
  if (o.recipient !== undefined)
    return authority === undefined || authority === o.recipient
      ? undefined
      : `authority: ${o.id} goes to ${o.recipient}, not to ${authority}; leave "authority" out, or name the obligation that goes there`;
  if (authority !== undefined) return unknownAuthority(authority, rule, pack);
  if (authorityOf(o) !== undefined) return undefined;
  const keys = authorityKeys(rule, pack);
  const which = keys.length > 0 ? ` (there are: ${keys.join(', ')})` : '';
  const line = tocsin('filed', {
    id: state.caseId,
    obligation: o.id,
    reference: reference ?? ask('reference'),
    authority: ask('authority'),
  });
  return `authority: ${o.id} has no authority by itself, as no report is owed under it: name the one it was filed with: \`${line}\`${which}`;
}

/** What shows that a phase was filed; with the required fields that its dossier lacked. */
export function filedEvidence({ state, o, rule, pack }: Given, message: MessageBody<'filed'>): Evidence {
  const missing = o.draft?.missing ?? missingFields(noticeNow(o, rule, state, pack).contents);
  return {
    channel: 'filing',
    reference: message.reference,
    authority: message.authority ?? authorityOf(o),
    renderings: o.draft?.renderings,
    url: o.draft?.url,
    ...(message.caseNumber && { caseNumber: message.caseNumber }),
    ...(message.attachments && namesApart(message.attachments)),
    ...(missing.length > 0 && { missing }),
  };
}

/** What the authority gives later to a report that was filed: its case number, a receipt. */
export function onReceipt({ o, answer }: Given, message: MessageBody<'filed'>): NewEvent[] {
  const { caseNumber, attachments } = message;
  if (phasesOf(o).length === 0)
    return answer.rejected(
      `reference: is needed, as nothing has been filed for ${o.id} yet: give the reference from the authority`,
    );
  const known = new Set(allAttachments(o).map(({ sha256 }) => sha256));
  const fresh = attachments?.filter(({ sha256 }) => !known.has(sha256)) ?? [];
  const number = caseNumber === o.caseNumber ? undefined : caseNumber;
  if (number === undefined && fresh.length === 0) return answer.noted(`${o.id}: this is on record already`);
  const data = {
    obligation: o.id,
    ...(number && { caseNumber: number }),
    ...(fresh.length > 0 && namesApart(fresh)),
  };
  return [{ kind: 'receipt-recorded', data }];
}

function allAttachments(o: Obligation): Attachment[] {
  return [...phasesOf(o).flatMap(attachmentsIn), ...(o.attachments ?? [])];
}

/** Files as events hold them: what they are called stands apart, under the key that is destroyed when it is erased. */
function namesApart(
  files: Array<{ name: string; sha256: string; bytes: number }>,
): Pick<Evidence, 'attachments' | 'attachmentNames'> {
  return {
    attachments: files.map(({ sha256, bytes }) => ({ sha256, bytes })),
    attachmentNames: files.map(({ name }) => name),
  };
}

/** The files of a report with their names; where those are withheld or erased, with the word that says so. */
export function attachmentsIn({
  attachments = [],
  attachmentNames = [],
}: Pick<Evidence, 'attachments' | 'attachmentNames'>): Attachment[] {
  const hidden = standInOf(attachmentNames);
  if (standInOf(attachments)) return [];
  return attachments.map(({ name, ...file }, i) => {
    const called = hidden ?? attachmentNames[i] ?? name;
    return { ...file, ...(called !== undefined && { name: called }) };
  });
}

/** A named person decides that a required field cannot be established, with the reason. */
export function onCannotEstablish(given: Given, message: MessageBody<'cannot-establish'>): NewEvent[] {
  const { o, rule, answer } = given;
  const open = undelivered(o);
  const content = rule.contents.find(({ field, title }) => field === message.field || title === message.field);
  const fields = rule.contents.filter(({ title }) => open.includes(title)).map(({ field }) => field);
  if (!content || !open.includes(content.title)) {
    const which =
      fields.length > 0
        ? `its required fields still missing are: ${fields.join(', ')}`
        : `nothing is missing in it; see \`${tocsin('explain', { id: given.state.caseId, obligation: o.id })}\``;
    return answer.rejected(`field: ${o.id} is not waiting for it; ${which}`);
  }
  if (!outstanding(o).includes(content.title)) return answer.noted(`${content.title}: this is already decided`);
  const data = { obligation: o.id, field: content.title, reason: message.reason };
  return [{ kind: 'field-cannot-be-established', data }];
}

type FilingEvent =
  | { kind: 'receipt-recorded'; data: Pick<Evidence, 'caseNumber' | 'attachments' | 'attachmentNames'> }
  | { kind: 'field-cannot-be-established'; by: string; at: Instant; data: { field: string; reason: string } };

/** What the acts on a report that was filed change of it. */
export function foldFiling(o: Obligation, event: FilingEvent): Obligation {
  if (event.kind === 'receipt-recorded') {
    const { caseNumber = o.caseNumber } = event.data;
    const all = [...(o.attachments ?? []), ...attachmentsIn(event.data)];
    return { ...o, ...(caseNumber && { caseNumber }), ...(all.length > 0 && { attachments: all }) };
  }
  const { by, at, data } = event;
  return { ...o, cannotEstablish: [...(o.cannotEstablish ?? []), { field: data.field, reason: data.reason, by, at }] };
}
