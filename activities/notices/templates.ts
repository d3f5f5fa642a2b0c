/** Notice templates: one Markdown file a language, with its subject and field titles in the front matter. */
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import type { Reading } from '../../domain/incident/say/say';
import { TimeZoneSchema } from '../../domain/kernel/time';
import { CONTENT_FIELDS } from '../../domain/policy/rule';
import { packageRoot } from '../../platform/package-root';
import { failure } from '../failures';
import { sha256Hex } from '../storage/artefacts';

const FrontMatterSchema = z.strictObject({
  subject: z.string().min(1),
  /** How its readers write numbers and dates (BCP 47), and the zone of their clocks; UTC stands beside any other. */
  locale: z.string().regex(/^[a-z]{2}(-[A-Z]{2})?$/, 'must be a locale like fr-CA'),
  timeZone: TimeZoneSchema,
  /** Titles of fields in this language and tone; a field without one keeps the title of the policy pack. */
  titles: z.partialRecord(z.enum(CONTENT_FIELDS), z.string()).default({}),
  /** How this language cites what the policy pack cites; a citation without a line stands as in the pack. */
  citations: z.record(z.string(), z.string()).default({}),
});

/** A template's source. `sha256` is over the bytes of its file. */
export interface Template extends z.infer<typeof FrontMatterSchema> {
  name: string;
  language: string;
  body: string;
  sha256: string;
}

/** How its readers read what the product says. */
export function readingOf({ language, locale, timeZone }: Template): Reading {
  return { language, locale, timeZone };
}

/** The same for an authority: Canada's law has words of its own. */
export function readingFor(template: Template, authority: { country: string } | undefined): Reading {
  const reading = readingOf(template);
  return authority?.country === 'CA' ? { ...reading, locale: `${template.language}-CA` } : reading;
}

/** Where the templates that come with Tocsin are. */
export function templatesDir(): string {
  return path.join(packageRoot(), 'policy', 'templates');
}

/** A template in every language there is a file for, English first. Throws TemplateFault when there is none, or one is malformed. */
export async function readTemplates(name: string, dir: string = templatesDir()): Promise<Template[]> {
  if (!/^[a-z0-9][a-z0-9-]*$/.test(name)) throw failure('TemplateFault', `"${name}" cannot be the name of a template`);
  const files = await readdir(path.join(dir, name)).catch(() => []);
  const languages = files.filter((file) => file.endsWith('.md')).map((file) => file.slice(0, -3));
  if (languages.length === 0) {
    throw failure(
      'TemplateFault',
      `there is no template "${name}": add ${name}/en.md to the templates, or correct the policy pack`,
    );
  }
  const rank = (language: string) => (language === 'en' ? '' : language);
  languages.sort((a, b) => (rank(a) < rank(b) ? -1 : 1));
  return Promise.all(
    languages.map(async (language) =>
      parseTemplate(name, language, await readFile(path.join(dir, name, `${language}.md`))),
    ),
  );
}

function parseTemplate(name: string, language: string, bytes: Buffer): Template {
  const [, front, body] = /^---\r?\n([\s\S]*?)\r?\n---\r?\n([\s\S]*)$/.exec(bytes.toString('utf8')) ?? [];
  const where = `template ${name}/${language}.md`;
  if (front === undefined || body === undefined)
    throw failure('TemplateFault', `${where} has no front matter: start it with ---, subject: …, ---`);
  let data: unknown;
  try {
    data = parse(front);
  } catch (error) {
    throw failure('TemplateFault', `the front matter of ${where} is not valid YAML: ${(error as Error).message}`);
  }
  const parsed = FrontMatterSchema.safeParse(data);
  if (!parsed.success)
    throw failure('TemplateFault', `the front matter of ${where} is invalid: ${z.prettifyError(parsed.error)}`);
  return { ...parsed.data, name, language, body, sha256: sha256Hex(bytes) };
}
