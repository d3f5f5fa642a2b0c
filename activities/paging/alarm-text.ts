/** Mails to staff about alarms and filings: first what to do, then by when, then the commands to run next. */
import { filedLine } from '../../domain/case/alarm-commands';
import { alarmText } from '../../domain/case/alarm-text';
import { commandText } from '../../domain/kernel/command-lines';
import { human } from '../../domain/kernel/time';
import { EXERCISE_PREFIX } from '../mail/exercise-mail';
import type { FrozenNotice } from '../notices/frozen-notice';
import { asHtml, clean, oneLine } from '../notices/inert';
import { mailPage } from '../notices/pages';
import { phrasesOf } from '../notices/phrases';
import type { AlarmInput, FilingTaskInput } from '../types';
import type { StaffLink } from './staff-links';

/** `[INC-7 sev1] 90 % of the clock: enterprise-notice: approve, hold or waive the notice before 2026-04-04 02:00 UTC`. */
export function alarmMail(input: AlarmInput, links: readonly StaffLink[] = []): FrozenNotice {
  const { incidentId, severity, dueAt } = input;
  const { threshold, todo, text } = alarmText(input, input.at);
  const about = subjectOf(input);
  const due = dueAt && dueAt > input.at ? ` before ${human(dueAt)}` : '';
  return staffMail({
    exercise: input.exercise,
    subject: `[${incidentId} ${severity}] ${threshold}: ${about ? `${about}: ` : ''}${todo}${due}`,
    lines: [
      clean(text),
      `${input.about.kind === 'obligation' || input.about.kind === 'measure' || input.about.kind === 'incident' ? 'Incident' : 'Case'} ${incidentId} (${severity}): ${oneLine(input.incidentTitle)}`,
      ...(dueAt ? [`Due: ${human(dueAt)}`] : []),
      `Raised: ${human(input.at)}, alarm ${input.seq}`,
    ],
    commands: input.commands.map(commandText),
    links,
  });
}

/** What the subject names beside the incident or case. */
function subjectOf({ about }: AlarmInput): string | undefined {
  if (about.kind === 'obligation') return about.obligation;
  return about.kind === 'measure' ? about.measure : undefined;
}

/** `[INC-7] File with Data Protection Commission before 2026-04-04 02:00 UTC`. `server`: its origin, where it has pages. */
export function filingTaskMail(input: FilingTaskInput, server?: string): FrozenNotice {
  const { authority } = input;
  const missing =
    input.missing.length > 0
      ? `Not yet established, file without it and say that it follows: ${input.missing.join(', ')}`
      : 'All fields are ready.';
  return staffMail({
    exercise: input.exercise,
    subject: `[${input.incidentId}] File with ${authority?.name ?? 'the authority (not yet determined)'} before ${human(input.dueAt)}`,
    lines: [
      `${oneLine(input.title)}${input.round > 1 ? `, supplement ${input.round - 1}: cite the reference of the first report` : ''}`,
      ...(authority
        ? [
            `Where: ${authority.name}, ${authority.via}: ${authority.address} (accepts: ${authority.languages.join(', ')})`,
          ]
        : ['Determine the authority first: where do the affected people live?']),
      ...dossierLine(input),
      missing,
      'It counts as filed only with the reference number that the authority gives.',
    ],
    commands: [commandText(filedLine(input.incidentId, input.obligation))],
    links: server === undefined ? [] : [{ label: 'Read it and record the filing', url: pageOf(server, input) }],
  });
}

/** Where it stands as a page of its own: an address, or where no web server has it the path on the worker's machine. */
function dossierLine({ dossierUrl }: FilingTaskInput): string[] {
  if (!dossierUrl) return [];
  return [/^https?:/.test(dossierUrl) ? `Dossier: ${dossierUrl}` : `On the worker's machine: ${dossierUrl}`];
}

/** The page of its notice, behind a login: whoever opens it is asked who they are. */
function pageOf(server: string, { incidentId, obligation }: FilingTaskInput): string {
  return `${server}/incidents/${encodeURIComponent(incidentId)}/notices/${encodeURIComponent(obligation)}`;
}

/** A mail to staff in the manner of an alarm: lines, then the commands to run next. All texts are made inert. */
export function staffMail(content: {
  exercise: boolean;
  subject: string;
  lines: string[];
  commands: string[];
  links?: ReadonlyArray<Pick<StaffLink, 'label' | 'url'>>;
}): FrozenNotice {
  const { links = [] } = content;
  const subject = `${content.exercise ? EXERCISE_PREFIX : ''}${oneLine(content.subject, 200)}`;
  const banner = content.exercise ? phrasesOf('en').exercise : undefined;
  const text = [
    ...(banner ? [`*** ${banner} ***`] : []),
    ...content.lines.map(clean),
    ...links.map(({ label, url }) => `${label}: ${url}`),
    'Next:',
    ...content.commands.map((command) => `  ${command}`),
  ].join('\n\n');
  const bodyHtml = [
    ...content.lines.map((line) => `<p>${asHtml(line)}</p>`),
    ...links.map(({ label, url }) => `<p><a href="${asHtml(url)}">${asHtml(label)}</a></p>`),
    '<p><strong>Next:</strong></p>',
    ...content.commands.map(
      (command) => `<pre style="background:#f0f2f5;padding:10px 12px;white-space:pre-wrap">${asHtml(command)}</pre>`,
    ),
  ].join('\n');
  return { subject, html: mailPage({ language: 'en', title: subject, bodyHtml, banner }), text: `${text}\n` };
}
