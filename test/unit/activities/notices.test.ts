import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { thawNotice } from '../../../activities/notices/frozen-notice';
import { readTemplates, templatesDir } from '../../../activities/notices/templates';
import type { DraftInput } from '../../../activities/types';
import type { Authority } from '../../../domain/policy/pack';
import { type Bench, contentsWith, draftInput, failureOf, startBench } from './fixtures';

const HOSTILE =
  '<img src=x onerror=alert(1)> {{ incident.id }} {% raw %} [click](https://evil.example) https://evil.example/x\n# Heading\n- item\n```\ncode\n| a | b |\n<script>alert(1)</script> &lt;b&gt; \u202Egnp.exe \uD800';

const DPC: Authority = {
  key: 'ie-dpc',
  name: 'Data Protection Commission',
  country: 'IE',
  regime: 'gdpr',
  via: 'portal',
  address: 'https://forms.dataprotection.ie/',
  languages: ['en'],
  confirmed: 'V',
};

let bench: Bench;
beforeAll(async () => {
  bench = await startBench();
});

async function notices(input: DraftInput) {
  const { renderings, url } = await bench.activities.draftNotice(input);
  const byLanguage = new Map<string, Awaited<ReturnType<typeof thawNotice>>>();
  for (const { language, sha256 } of renderings)
    byLanguage.set(language, await thawNotice(bench.deps.artefacts, sha256));
  return { renderings, url, byLanguage };
}

const siteFile = (...parts: string[]) => readFileSync(path.join(bench.dir, 'site', ...parts), 'utf8');
const templates = readdirSync(templatesDir(), { withFileTypes: true }).flatMap((entry) =>
  entry.isDirectory() ? [entry.name] : [],
);

describe.each(templates)('template %s', (template) => {
  const channel = template === 'authority-dossier' ? 'filing' : 'email';
  for (const purpose of ['first', 'supplement', 'new-recipients', 'follow-up'] as const) {
    test.each(['present', 'missing'])(`renders as ${purpose} with all fields %s`, async (fields) => {
      const input = draftInput({
        template,
        channel,
        purpose,
        round: purpose === 'first' ? 1 : 2,
        toldBefore: ['supplement', 'follow-up'].includes(purpose) ? 1 : 0,
        contents: contentsWith((field) => (fields === 'present' ? `line one of ${field}\nline two` : undefined)),
      });
      const { renderings } = await bench.activities.draftNotice(input);
      expect(renderings.length).toBeGreaterThan(0);
      expect(renderings[0]!.language).toBe('en');
      for (const { sha256 } of renderings) expect((await bench.deps.artefacts.get(sha256)).length).toBeGreaterThan(100);
    });
  }

  test('is written in Markdown alone, and says every field of the pack', async () => {
    for (const { body } of await readTemplates(template)) {
      expect(body).not.toMatch(/<[a-z]/i);
      // Escapes are text in a code span: nothing of an incident may stand in one.
      expect(body).not.toMatch(/`[^`\n]*\{\{[^`\n]*`|^ {4}|^```/m);
      if (channel === 'email') expect(body).toContain('for item in list');
    }
  });
});

test('what the commitments need is there in each promised language', () => {
  const languages = (template: string) =>
    readdirSync(path.join(templatesDir(), template))
      .map((file) => file.slice(0, 2))
      .sort();
  for (const template of ['enterprise-notice', 'individual-notice', 'review-summary'])
    expect(languages(template)).toEqual(['de', 'en', 'fr']);
  expect(languages('individual-notice-pipeda')).toEqual(['en', 'fr']);
});

test('what is not established is listed in the notice, in its language; what is optional is left out', async () => {
  const { byLanguage } = await notices(draftInput({ contents: contentsWith(() => undefined) }));
  expect(byLanguage.get('en')!.text).toMatch(/Not yet established:\n\n(- .+\n)*- Likely consequences\n/);
  expect(byLanguage.get('de')!.text).toMatch(/Noch nicht festgestellt:\n\n- /);
  expect(byLanguage.get('fr')!.text).toMatch(/Pas encore établi\s:\n\n- /);
  expect(byLanguage.get('en')!.text).not.toContain('Title of delay-reasons');
});

test.each(['enterprise-notice', 'individual-notice', 'public-communication'])(
  '%s has no heading with nothing under it, and one for what is known',
  async (template) => {
    const known = (field: string) => (field === 'nature' ? 'Somebody copied a table.' : undefined);
    const { byLanguage } = await notices(draftInput({ template, contents: contentsWith(known) }));
    const { html, text } = byLanguage.get('en')!;
    const headings = [...html.matchAll(/<h2[^>]*>([^<]*)<\/h2>/g)].map(([, title]) => title);
    expect(headings).toContain('What happened');
    expect(headings).not.toContain('Likely consequences');
    expect(headings).not.toContain('What this may mean for you');
    expect(text).toContain('Somebody copied a table.');
    expect(text).not.toMatch(/\n\s*not yet established\s*\n/i);
  },
);

test('the same input gives the same bytes, and the hash is checked when they are read', async () => {
  const first = await bench.activities.draftNotice(draftInput());
  expect(await bench.activities.draftNotice(draftInput())).toEqual(first);
  const other = await startBench();
  const { renderings } = await other.activities.draftNotice(draftInput());
  const { sha256 } = renderings[0]!;
  const { writeFileSync } = await import('node:fs');
  writeFileSync(path.join(other.dir, 'store', 'artefacts', sha256), '{"subject":"changed","html":"x","text":"x"}');
  expect(await failureOf(other.deps.artefacts.get(sha256))).toMatchObject({ type: 'ArtefactFault' });
});

test('hostile texts are inert in mail, preview and dossier', async () => {
  const contents = contentsWith(() => HOSTILE);
  const incident = { ...draftInput().incident, title: HOSTILE };
  const { byLanguage } = await notices(draftInput({ contents, incident, title: HOSTILE }));
  const dossier = draftInput({
    contents,
    incident,
    title: HOSTILE,
    template: 'authority-dossier',
    channel: 'filing',
    obligation: 'gdpr-art33-authority:ie-dpc',
    authority: { ...DPC, note: HOSTILE },
  });
  await bench.activities.draftNotice(dossier);
  const pages = [
    byLanguage.get('en')!.html,
    siteFile('notices', 'INC-7', 'enterprise-notice-r1.en.html'),
    siteFile('dossiers', 'INC-7', 'gdpr-art33-authority_ie-dpc', 'index.html'),
  ];
  for (const html of pages) {
    expect(html).not.toMatch(/<img|<script|href="https:\/\/evil|<h1>Heading|<pre><code/);
    expect(html).toContain('&lt;img src=x onerror=alert(1)&gt;');
    expect(html).toContain('{{ incident.id }}');
    expect(html).toContain('&amp;lt;b&amp;gt;');
    expect(html).not.toMatch(/[\u202E\uD800]/);
  }
  const { subject, text } = byLanguage.get('en')!;
  expect(subject).not.toMatch(/[\r\n]/);
  expect(text).toContain('[click](https://evil.example)');
});

test('a supplement says so and cites the first notice', async () => {
  const { byLanguage } = await notices(draftInput({ purpose: 'supplement', round: 2, toldBefore: 1 }));
  expect(byLanguage.get('en')!.subject).toContain('INC-7/2');
  expect(byLanguage.get('en')!.text).toContain('This supplements our earlier notice INC-7.');
});

test('plain text has the same words, without markup', async () => {
  const { byLanguage } = await notices(
    draftInput({
      contents: contentsWith((field) => (field === 'measures-taken' ? 'Key revoked.\nHost *isolated*.' : 'x')),
    }),
  );
  const { text } = byLanguage.get('en')!;
  expect(text).toContain('Measures taken\n--------------\n\n- Key revoked.\n- Host *isolated*.');
  expect(text).not.toMatch(/\\|&amp;|^##/m);
});

describe('the dossier', () => {
  const input = () =>
    draftInput({
      template: 'authority-dossier',
      channel: 'filing',
      obligation: 'gdpr-art33-authority:ie-dpc',
      title: 'Report to the EU supervisory authority',
      authority: DPC,
      contents: contentsWith((field) =>
        field === 'likely-consequences' || field === 'delay-reasons' ? undefined : `about ${field}`,
      ),
    });

  test('holds every field with its citation, the authority and the due instant, as a page and as data', async () => {
    const { renderings, url } = await bench.activities.draftNotice(input());
    expect(url).toBe('http://127.0.0.1:8090/dossiers/INC-7/gdpr-art33-authority_ie-dpc/');
    const html = siteFile('dossiers', 'INC-7', 'gdpr-art33-authority_ie-dpc', 'index.html');
    const data = JSON.parse(siteFile('dossiers', 'INC-7', 'gdpr-art33-authority_ie-dpc', 'dossier.json'));
    for (const { title, value } of input().contents) {
      expect(html).toContain(title);
      if (value) expect(html).toContain(value);
    }
    expect(data.fields).toHaveLength(input().contents.length);
    expect(data.fields.find((f: { field: string }) => f.field === 'likely-consequences')).toMatchObject({
      value: null,
      state: 'not yet established',
      citation: 'GDPR Art. 33(3)(a)',
    });
    expect(html).toMatch(
      /Data Protection Commission[\s\S]*forms\.dataprotection\.ie[\s\S]*read at the source[\s\S]*2026-04-03 02:00 UTC/,
    );
    expect(html).not.toMatch(/src=|<link|@import|url\(/);
    expect((await bench.deps.artefacts.get(renderings[0]!.sha256)).toString()).toBe(html);
  });

  test('a supplement cites the reference of the report before', async () => {
    const contents = contentsWith((field) => (field === 'earlier-reference' ? 'DPC-2026-0042' : 'x'));
    await bench.activities.draftNotice({
      ...input(),
      contents,
      purpose: 'supplement',
      round: 2,
      toldBefore: 1,
      exercise: true,
    });
    const html = siteFile('dossiers', 'INC-7', 'gdpr-art33-authority_ie-dpc', 'index.html');
    expect(html).toContain('supplement 1 to the report filed under DPC-2026-0042');
    expect(html).toContain('This is an exercise');
  });

  test('stands also when the authority is not known yet', async () => {
    await bench.activities.draftNotice({
      ...input(),
      authority: undefined,
      obligation: 'gdpr-art33-authority:to-be-determined',
    });
    expect(siteFile('dossiers', 'INC-7', 'gdpr-art33-authority_to-be-determined', 'index.html')).toContain(
      'not yet determined',
    );
  });
});

test('a template that does not exist is named', async () => {
  expect(await failureOf(bench.activities.draftNotice(draftInput({ template: 'no-such' })))).toMatchObject({
    type: 'TemplateFault',
    message: expect.stringContaining('no-such'),
  });
});
