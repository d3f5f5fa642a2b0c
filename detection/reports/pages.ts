/** The form and its answers as HTML: self-contained, without scripts, readable on a phone and by a screen reader. */
import { createHash } from 'node:crypto';
import { asHtml } from '../../activities/notices/inert';
import type { Instant } from '../../domain/kernel/time';
import { human } from '../../domain/kernel/time';
import { PAGE_ICON, PAGE_STYLE } from '../../platform/page-style';
import { MOST_TEXT_BYTES, TRAP } from './parse-report';
import { REPORT_PATH } from './security-txt';

const STYLE = `${PAGE_STYLE}
main { max-width: 42rem; margin: 0 auto; padding: 2.5rem 1.25rem 4rem }
h1 { font-size: 1.6rem; line-height: 1.25; margin: 0 0 .75rem } h2 { font-size: 1.1rem; margin: 0 0 .25rem }
p { margin: 0 0 1rem; overflow-wrap: anywhere } 
label, legend { display: block; font-weight: 600; margin: 0 0 .25rem; padding: 0 }
.hint { color: var(--soft); font-size: .92rem; margin: 0 0 .4rem }
textarea, input[type=text], input[type=email] { display: block; width: 100%; font: inherit; color: inherit; background: var(--paper); border: 1px solid var(--edge); border-radius: 6px; padding: .55rem .7rem; margin: 0 0 1.4rem }
textarea { min-height: 15rem; resize: vertical }
fieldset { border: 0; margin: 0 0 1.6rem; padding: 0 } fieldset label { font-weight: 400; margin: .3rem 0 }
button { font: inherit; font-weight: 600; color: var(--on); background: var(--accent); border: 0; border-radius: 6px; padding: .7rem 1.4rem; cursor: pointer }
.box { background: var(--paper); border: 1px solid var(--line); border-left: 5px solid var(--accent); border-radius: 6px; padding: 1rem 1.2rem; margin: 0 0 1.6rem }
.bad { border-left-color: var(--bad-ink) } .box ul { margin: .3rem 0 0; padding-left: 1.2rem } .box p:last-child { margin: 0 }
.number { font: 600 1.35rem/1.4 ui-monospace, monospace }
.trap { position: absolute; left: -9999px; width: 1px; height: 1px; overflow: hidden }
`;

/** Nothing but this style and this form: no script runs, nothing is loaded, no other page may frame it. */
export const PAGE_POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`,
  'img-src data:',
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** Who receives, and where people write when the form cannot help. */
export interface PageContext {
  organisation: string;
  contact: string;
  businessDays: number;
}

/** The form; `problems` and what was filled in, when it comes back with something to correct. */
export function formPage(
  context: PageContext,
  problems: readonly string[] = [],
  fields: Record<string, string> = {},
): string {
  const { organisation, contact, businessDays } = context;
  const value = (name: string) => asHtml(fields[name] ?? '');
  const named = fields.credit === 'named';
  return page(
    `${problems.length > 0 ? 'Not sent yet: ' : ''}Report a vulnerability`,
    `<h1>Report a vulnerability to ${asHtml(organisation)}</h1>
${problems.length > 0 ? problemBox('The report has not been sent yet', problems) : ''}
<p>Tell us what you found. You will get a reference number now; someone will read your report within ${businessDays}
business days. Please keep it confidential until we have agreed a disclosure date with you. You can also write to
<a href="mailto:${asHtml(contact)}">${asHtml(contact)}</a>.</p>
<form method="post" action="${REPORT_PATH}" accept-charset="utf-8">
<label for="text">What did you find?</label>
<p class="hint" id="text-hint">Where it is, how to reproduce it, what an attacker could do with it. Plain text, at most ${MOST_TEXT_BYTES / 1024} KiB. Please do not include other people’s personal data.</p>
<textarea id="text" name="text" required maxlength="${MOST_TEXT_BYTES}" aria-describedby="text-hint" spellcheck="true">
${value('text')}</textarea>
<label for="email">Your email address (optional)</label>
<p class="hint" id="email-hint">Without it we cannot reply or ask questions. We ask you to confirm it by a link.</p>
<input type="email" id="email" name="email" autocomplete="email" maxlength="254" aria-describedby="email-hint" value="${value('email')}">
<label for="name">Your name (optional)</label>
<input type="text" id="name" name="name" autocomplete="name" maxlength="200" value="${value('name')}">
<fieldset><legend>When we publish a fix</legend>
<label><input type="radio" name="credit" value="anonymous"${named ? '' : ' checked'}> Do not credit me</label>
<label><input type="radio" name="credit" value="named"${named ? ' checked' : ''}> Credit me under the name above</label></fieldset>
<div class="trap" aria-hidden="true"><label for="${TRAP}">Leave this field empty</label><input type="text" id="${TRAP}" name="${TRAP}" tabindex="-1" autocomplete="off"></div>
<button type="submit">Send the report</button>
</form>`,
  );
}

/**
 * What a reporter is told at receipt, and again once they confirmed their address. `asked`: a link was mailed there, or will
 * be, unless that address or network has been sent several of late.
 */
export type Receipt = { id: string; acknowledgeBy: Instant } & (
  | { address: 'none' | 'asked' | 'no-link' }
  | { address: 'confirmed'; acknowledged: boolean }
);

const ADDRESS_TEXTS: Record<Receipt['address'], string> = {
  none: 'You gave no email address: keep this number and quote it when you write to us.',
  asked:
    'Keep this number. We write to the address you gave only once it is confirmed: follow the link in our message, which may have reached you in the past week for another report. If none arrives, write to us and quote this number.',
  'no-link':
    'Keep this number and quote it when you write to us: we cannot check the address you gave, so we will not write to it automatically.',
  confirmed: 'Your address is confirmed: we will write to you there.',
};

/** Asks whoever follows a link to confirm; opening it does nothing, as programs that look at mails open links too. */
export function confirmPage({ organisation }: PageContext, reportId: string): string {
  return page(
    'Confirm your address',
    `<h1>Did you report a vulnerability to ${asHtml(organisation)}?</h1>
<p>Report <strong>${asHtml(reportId)}</strong> names the email address at which you received this link. Confirm that it is yours
and that you sent the report; we will then write to you there. If you did not send it, close this page.</p>
<form method="post" accept-charset="utf-8"><button type="submit">Yes, I sent this report</button></form>`,
  );
}

/** The link could not be followed now; what it is of stays as it was. */
export function laterPage(title: string, minutes: number): string {
  return page(
    title,
    `<h1>${asHtml(title)}</h1>
<p>Your address has not been confirmed yet. Please follow the link again in ${minutes} ${minutes === 1 ? 'minute' : 'minutes'}.</p>`,
  );
}

/** A link that is of no report, or of one that was erased. */
export function unknownLinkPage({ contact }: PageContext): string {
  return page(
    'This link is not valid',
    `<h1>This link is not valid</h1>
<p>It is incomplete, or the report was erased. Copy the whole address from the message, or write to
<a href="mailto:${asHtml(contact)}">${asHtml(contact)}</a>.</p>`,
  );
}

/** The receipt: the number to quote, and when a person will have read the report. */
export function receiptPage({ organisation, contact }: PageContext, receipt: Receipt): string {
  const { id, acknowledgeBy } = receipt;
  const read =
    receipt.address === 'confirmed' && receipt.acknowledged
      ? 'A member of the security team has read it.'
      : `Someone will read it by <time datetime="${asHtml(acknowledgeBy)}">${asHtml(human(acknowledgeBy))}</time>.`;
  return page(
    `Report ${id} received`,
    `<h1>Thank you. ${asHtml(organisation)} has received your report.</h1>
<div class="box"><p>Your reference number is</p><p class="number">${asHtml(id)}</p></div>
<p>${read} ${ADDRESS_TEXTS[receipt.address]}</p>
<p>Please keep what you found confidential until we have agreed a disclosure date with you.</p>
<p>Questions, or anything to add? Write to <a href="mailto:${asHtml(contact)}">${asHtml(contact)}</a>.</p>`,
  );
}

/** The report could not be taken: why, and where to mail it instead. What was typed stands there to be copied. */
export function refusalPage({ contact }: PageContext, title: string, detail: string, text?: string): string {
  const typed = text
    ? `<label for="typed">Your text, for you to copy</label><textarea id="typed" readonly>\n${asHtml(text)}</textarea>`
    : '';
  return page(
    title,
    `<h1>${asHtml(title)}</h1>
<div class="box bad"><p>${asHtml(detail)}</p></div>
<p>Please email it to <a href="mailto:${asHtml(contact)}">${asHtml(contact)}</a>, or <a href="${REPORT_PATH}">try again</a> later.</p>
${typed}`,
  );
}

const NAMES: Record<string, string> = {
  text: 'What did you find',
  email: 'Your email address',
  name: 'Your name',
  credit: 'When we publish a fix',
  [TRAP]: 'The hidden field',
  body: 'The request',
  message: 'The request',
};

function problemBox(title: string, problems: readonly string[]): string {
  const items = problems.map((problem) => {
    const [, field, what] = /^([a-z_]+): (.*)$/s.exec(problem) ?? [];
    const shown = field && NAMES[field] ? `${NAMES[field]}: ${what}` : problem;
    return field && ['text', 'email', 'name'].includes(field)
      ? `<li><a href="#${field}">${asHtml(shown)}</a></li>`
      : `<li>${asHtml(shown)}</li>`;
  });
  return `<div class="box bad" role="alert"><h2>${asHtml(title)}</h2><ul>${items.join('')}</ul></div>`;
}

function page(title: string, body: string): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex"><title>${asHtml(title)}</title>${PAGE_ICON}<style>${STYLE}</style></head>
<body><main>
${body}
</main></body></html>
`;
}
