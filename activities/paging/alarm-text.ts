/** What an alarm says: first what to do, then by when, then the command to run next. */
import { human } from '../../domain/incident/contents';
import { EXERCISE_PREFIX } from '../mail/exercise-mail';
import type { FrozenNotice } from '../notices/frozen-notice';
import { asHtml, clean, oneLine } from '../notices/inert';
import { mailPage } from '../notices/pages';
import { phrasesOf } from '../notices/phrases';
import type { AlarmInput, FilingTaskInput } from '../types';

const BY = '--by you@example.com';

/** `[INC-7 sev1] 90% of the clock: file the report … before 2026-04-04 02:00 UTC`. */
export function alarmMail(input: AlarmInput): FrozenNotice {
  const toDo = /To do: (.+?)(?:\.?$|;|\.\s)/m.exec(input.text)?.[1];
  const threshold = /^\d+%$/.test(input.threshold)
    ? `${input.threshold} of the clock`
    : input.threshold.replaceAll('-', ' ');
  const what = toDo ? `${input.obligation ? `${input.obligation}: ` : ''}${toDo}` : oneLine(input.text, 110);
  const due = input.dueAt ? ` before ${human(input.dueAt)}` : '';
  return staffMail({
    exercise: input.exercise,
    subject: `[${input.incidentId} ${input.severity}] ${threshold}: ${what}${due}`,
    lines: [
      clean(input.text),
      `${input.commands ? 'Case' : 'Incident'} ${input.incidentId} (${input.severity}): ${oneLine(input.incidentTitle)}`,
      ...(input.dueAt ? [`Due: ${human(input.dueAt)}`] : []),
      `Raised: ${human(input.at)}, alarm ${input.seq}`,
    ],
    commands: input.commands ?? [...nextCommands(input, toDo ?? input.text), `npx tocsin explain ${input.incidentId}`],
  });
}

/** `[INC-7] File with Data Protection Commission before 2026-04-04 02:00 UTC`. */
export function filingTaskMail(input: FilingTaskInput): FrozenNotice {
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
      ...(input.dossierUrl ? [`Dossier: ${input.dossierUrl}`] : []),
      missing,
      'It counts as filed only with the reference number that the authority gives.',
    ],
    commands: [filedCommand(input.incidentId, input.obligation)],
  });
}

/** The commands that the alarm's own words ask for. */
function nextCommands({ incidentId, obligation }: AlarmInput, asked: string): string[] {
  const commands: string[] = [];
  if (obligation && /\bfile\b|\bfiled\b/i.test(asked)) commands.push(filedCommand(incidentId, obligation));
  if (obligation && /\bapprove\b/i.test(asked)) commands.push(`npx tocsin approve ${incidentId} ${obligation} ${BY}`);
  if (obligation && /\brelease\b/i.test(asked)) commands.push(`npx tocsin release ${incidentId} ${obligation} ${BY}`);
  if (/"contained"/.test(asked)) commands.push(`npx tocsin status ${incidentId} contained ${BY}`);
  if (/"review"/.test(asked)) commands.push(`npx tocsin review ${incidentId} --help`);
  if (/"assess"/.test(asked)) commands.push(`npx tocsin assess ${incidentId} --help`);
  if (commands.length === 0) commands.push(`npx tocsin show ${incidentId}`);
  return commands;
}

function filedCommand(incidentId: string, obligation: string): string {
  return `npx tocsin filed ${incidentId} ${obligation} --reference REFERENCE ${BY}`;
}

/** A mail to staff in the manner of an alarm: lines, then the commands to run next. All texts are made inert. */
export function staffMail(content: {
  exercise: boolean;
  subject: string;
  lines: string[];
  commands: string[];
}): FrozenNotice {
  const subject = `${content.exercise ? EXERCISE_PREFIX : ''}${oneLine(content.subject, 200)}`;
  const banner = content.exercise ? phrasesOf('en').exercise : undefined;
  const text = [
    ...(banner ? [`*** ${banner} ***`] : []),
    ...content.lines.map(clean),
    'Next:',
    ...content.commands.map((command) => `  ${command}`),
  ].join('\n\n');
  const bodyHtml = [
    ...content.lines.map((line) => `<p>${asHtml(line)}</p>`),
    '<p><strong>Next:</strong></p>',
    ...content.commands.map(
      (command) => `<pre style="background:#f0f2f5;padding:10px 12px;white-space:pre-wrap">${asHtml(command)}</pre>`,
    ),
  ].join('\n');
  return { subject, html: mailPage({ language: 'en', title: subject, bodyHtml, banner }), text: `${text}\n` };
}
