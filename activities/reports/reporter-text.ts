/** What a reporter is told. Neutral: it says nothing of what was reported, and repeats not a word of it. */
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
    confirmUrl = '',
    organisation,
    exercise,
  }: { reportId: string; confirmUrl?: string | undefined; organisation: string; exercise: boolean },
): FrozenNotice {
  const name = oneLine(organisation, 120);
  const { title, lines } = TEXTS[mail]({ id: reportId, name, link: confirmUrl });
  const subject = `${exercise ? EXERCISE_PREFIX : ''}[${reportId}] ${title}`;
  const banner = exercise ? phrasesOf('en').exercise : undefined;
  const all = [...lines, `${name} security team`];
  return {
    subject,
    text: `${[...(banner ? [`*** ${banner} ***`] : []), ...all].join('\n\n')}\n`,
    html: mailPage({
      language: 'en',
      title: subject,
      bodyHtml: all.map((line) => `<p>${line === confirmUrl ? linkHtml(line) : asHtml(line)}</p>`).join('\n'),
      banner,
    }),
  };
}

function linkHtml(url: string): string {
  return `<a href="${asHtml(url)}">${asHtml(url)}</a>`;
}

/** `link`: where the address is confirmed. */
interface Said {
  id: string;
  name: string;
  link: string;
}

const TEXTS: Record<ReporterMailKind, (said: Said) => { title: string; lines: string[] }> = {
  confirmation: ({ id, name, link }) => ({
    title: 'Please confirm your address',
    lines: [
      `${name} received a vulnerability report that names this address. Its reference number is ${id}.`,
      'If you sent it, please confirm that this is your address; the page also shows your receipt:',
      link,
      'Until you do, we write nothing more to this address. If you did not send it, somebody else entered your address: you need do nothing, and we will not write again about this report.',
    ],
  }),
  acknowledgement: ({ id, name }) => ({
    title: 'We have read your report',
    lines: [
      `A member of the security team at ${name} has read your report ${id}.`,
      'We will write to you about the outcome. Please quote the reference number when you write to us about it.',
      'You receive this message because you confirmed this address.',
    ],
  }),
};
