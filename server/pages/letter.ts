/** The text of a notice as its readers will have it: as plain text, in which a line of dashes underlines a heading. */
import { type Html, html } from '../../platform/html';
import type { NoticeText } from './notice-texts';

const UNDERLINED = /^(.+)\n-{3,}$/gm;

export function letter({ subject, text }: NoticeText, language: string): Html {
  // Split by what it captures: every other part is a heading.
  const parts = text.split(UNDERLINED);
  return html`<div class="letter" lang="${language}"><b>${subject}</b>${parts.map((part, n) => (n % 2 === 1 ? html`<strong>${part}</strong>` : part))}</div>`;
}
