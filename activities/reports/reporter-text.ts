/** What a reporter is told. Neutral: it says nothing of what was reported, and repeats not a word of it. */
import { human } from '../../domain/incident/contents';
import type { ReporterMailKind } from '../../domain/report/state';
import { EXERCISE_PREFIX } from '../mail/exercise-mail';
import type { FrozenNotice } from '../notices/frozen-notice';
import { asHtml, oneLine } from '../notices/inert';
import { mailPage } from '../notices/pages';
import { phrasesOf } from '../notices/phrases';

/** Subject and body of a mail to a reporter: the same for the same arguments, as its idempotency key demands. */
export function reporterMail(
  mail: ReporterMailKind,
  {
    reportId,
    dueAt,
    organisation,
    exercise,
  }: { reportId: string; dueAt: string; organisation: string; exercise: boolean },
): FrozenNotice {
  const name = oneLine(organisation, 120);
  const { title, lines } = TEXTS[mail](reportId, name, human(dueAt));
  const subject = `${exercise ? EXERCISE_PREFIX : ''}[${reportId}] ${title}`;
  const banner = exercise ? phrasesOf('en').exercise : undefined;
  const all = [...lines, `${name} security team`];
  return {
    subject,
    text: `${[...(banner ? [`*** ${banner} ***`] : []), ...all].join('\n\n')}\n`,
    html: mailPage({
      language: 'en',
      title: subject,
      bodyHtml: all.map((line) => `<p>${asHtml(line)}</p>`).join('\n'),
      banner,
    }),
  };
}

const QUOTE = 'If you did not send us a report, somebody entered your address by mistake; no action is needed.';

const TEXTS: Record<ReporterMailKind, (id: string, name: string, due: string) => { title: string; lines: string[] }> = {
  receipt: (id, name, due) => ({
    title: 'We have received your report',
    lines: [
      `Thank you for your report to ${name}. Its reference number is ${id}; please quote it when you write to us about it.`,
      `A member of the security team will read it and write to you by ${due}.`,
      'Please keep what you found confidential until we have agreed a disclosure date with you.',
      QUOTE,
    ],
  }),
  acknowledgement: (id, name) => ({
    title: 'We have read your report',
    lines: [
      `A member of the security team at ${name} has read your report ${id} and is looking into it.`,
      'We will write to you once we have reached a decision. Please quote the reference number when you write to us about it.',
      QUOTE,
    ],
  }),
};
