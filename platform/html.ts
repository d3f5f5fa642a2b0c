/** HTML as text that cannot be broken out of: whatever is put into the tagged template is escaped, unless it is HTML already. */

/** Text made safe for HTML content and attribute values. */
export function escapeHtml(text: unknown): string {
  const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
  return String(text).replace(/[&<>"']/g, (character) => entities[character]!);
}

/** A piece of HTML that `html` made. Nothing else is put in unescaped. */
export class Html {
  constructor(private readonly text: string) {}

  toString(): string {
    return this.text;
  }
}

/** What may stand in the template: a list is joined, `undefined` and `false` leave nothing. */
export type HtmlPart = Html | string | number | undefined | false | readonly HtmlPart[];

/** `html\`<p>${title}</p>\``: what is put in is escaped. Attribute values stand in double quotes. */
export function html(parts: TemplateStringsArray, ...values: HtmlPart[]): Html {
  return new Html(parts.reduce((before, part, index) => before + rendered(values[index - 1]) + part));
}

function rendered(value: HtmlPart): string {
  if (value === undefined || value === false) return '';
  if (value instanceof Html) return value.toString();
  if (Array.isArray(value)) return value.map(rendered).join('');
  return escapeHtml(value);
}
