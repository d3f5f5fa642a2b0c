import { Liquid } from 'liquidjs';
import { Marked, type Token, type Tokens } from 'marked';
import { failure } from '../failures';
import { EXERCISE_PREFIX } from '../mail/exercise-mail';
import type { FrozenNotice } from './frozen-notice';
import { asHtml, asMarkdown, oneLine } from './inert';
import { mailPage } from './pages';
import { phrasesOf } from './phrases';
import type { Template } from './templates';

/** A rendered notice with the part of its HTML that says something, for pages. */
export interface RenderedNotice extends FrozenNotice {
  bodyHtml: string;
}

const OPTIONS = {
  strictVariables: true,
  strictFilters: true,
  ownPropertyOnly: true,
  relativeReference: false,
  root: [],
  timezoneOffset: 0,
  locale: 'en',
};
const bodies = new Liquid({ ...OPTIONS, outputEscape: asMarkdown });
const subjects = new Liquid({ ...OPTIONS, outputEscape: (value: unknown) => oneLine(value) });

// Templates are Markdown only: raw HTML is shown, not obeyed, and links lead to the web or to a mail.
const markdown = new Marked({
  renderer: {
    html: ({ text }) => asHtml(text),
    link({ href, tokens }) {
      const label = this.parser.parseInline(tokens);
      return /^(https?:|mailto:)/i.test(href) ? `<a href="${asHtml(href)}">${label}</a>` : label;
    },
    image: ({ text }) => asHtml(text),
  },
});

/**
 * Renders a template in its language: subject, HTML and plain text. Whatever stands in the data is text and nothing
 * else, in Liquid, Markdown and HTML. An exercise is marked in all three. Throws TemplateFault naming the template.
 */
export function renderNotice(template: Template, data: Record<string, unknown>, exercise: boolean): RenderedNotice {
  try {
    const subject = subjects.parseAndRenderSync(template.subject, data);
    const source = bodies.parseAndRenderSync(template.body, data).replace(/\n{3,}/g, '\n\n');
    return renderMarkdown({ language: template.language, subject, source, exercise });
  } catch (error) {
    throw failure(
      'TemplateFault',
      `template ${template.name}/${template.language}.md does not render: ${(error as Error).message}`,
    );
  }
}

/** A notice from its Markdown, as a template or a person wrote it. An exercise is marked in subject, HTML and text. */
export function renderMarkdown(given: {
  language: string;
  subject: string;
  source: string;
  exercise: boolean;
}): RenderedNotice {
  const { language, source, exercise } = given;
  const subject = `${exercise ? EXERCISE_PREFIX : ''}${oneLine(given.subject, 200)}`;
  const bodyHtml = markdown.parse(source, { async: false });
  const banner = exercise ? phrasesOf(language).exercise : undefined;
  const html = mailPage({ language, title: subject, bodyHtml, banner });
  const text = `${banner ? `*** ${banner} ***\n\n` : ''}${plainText(markdown.lexer(source))}\n`;
  return { subject, html, text, bodyHtml };
}

/** Markdown as a text for people who read without HTML. */
function plainText(tokens: Token[]): string {
  return tokens
    .filter((token) => token.type !== 'space')
    .map((token) => {
      switch (token.type) {
        case 'heading': {
          const title = inlineText((token as Tokens.Heading).tokens);
          return `${title}\n${'-'.repeat(Math.min([...title].length, 72))}`;
        }
        case 'list':
          return (token as Tokens.List).items
            .map((item) => `- ${plainText(item.tokens).replaceAll('\n', '\n  ')}`)
            .join('\n');
        case 'blockquote':
          return plainText(token.tokens ?? []).replace(/^/gm, '> ');
        case 'hr':
          return '-----';
        default:
          return inlineText('tokens' in token ? token.tokens : undefined, token);
      }
    })
    .join('\n\n');
}

function inlineText(tokens: Token[] | undefined, whole?: Token): string {
  if (!tokens) return whole && 'text' in whole ? String(whole.text) : '';
  return tokens
    .map((token) => {
      if (token.type === 'br') return '\n';
      if (token.type !== 'link') return inlineText('tokens' in token ? token.tokens : undefined, token);
      const { href, tokens: labelTokens } = token as Tokens.Link;
      const label = inlineText(labelTokens);
      return label === href || `mailto:${label}` === href ? label : `${label} (${href})`;
    })
    .join('');
}
