/** A drafted notice as a person edits it: without the mark of an exercise, which is put in anew when it is rendered. */

const EXERCISE = { subject: /^\[EXERCISE\] /, body: /^\*\*\* .* \*\*\*\n+/ };

/** What of a rendered notice is edited: its subject, and its text in Markdown. */
export function editable({ subject, text }: { subject: string; text: string }): { subject: string; body: string } {
  return { subject: subject.replace(EXERCISE.subject, ''), body: text.replace(EXERCISE.body, '').trim() };
}

/** The same as one text: its subject on the first line, a blank line, then its body. */
export function draftTextOf(notice: { subject: string; text: string }): string {
  const { subject, body } = editable(notice);
  return `Subject: ${subject}\n\n${body}\n`;
}
