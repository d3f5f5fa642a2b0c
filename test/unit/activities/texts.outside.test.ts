import { readdirSync } from 'node:fs';
import path from 'node:path';
import { measureId } from '../../../domain/incident/incident';
import { type Reader, readerOf } from '../../../domain/incident/readers';
import { ruleOf } from '../../../domain/policy/policy';
import { packageRoot } from '../../../platform/package-root';
import { DEFAULT_PACKS, loadPolicy } from '../../../policy/load-policy';
import { type Played, textsOf } from '../../../tools/texts/texts-of';
import { temporaryDir } from '../../setup/helpers';

const policy = loadPolicy(DEFAULT_PACKS);
const scenarios = ['examples', 'test/scenarios'].flatMap((folder) =>
  readdirSync(path.join(packageRoot(), folder))
    .filter((file) => /^(leaked|lost|phishing|mail|ransomware).*\.yaml$/.test(file))
    .map((file) => path.join(packageRoot(), folder, file)),
);
const played = new Map<string, Played>();
beforeAll(async () => {
  for (const file of scenarios) {
    const name = path.basename(file, '.yaml');
    played.set(name, await textsOf(file, policy, temporaryDir(`texts-${name}`)));
  }
});

/** What policy/disclosure.yaml withholds from customers, and nobody outside reads: by kind, as it stands in the facts. */
function withheld({ state }: Played): Record<string, string[]> {
  const { declaration, containment } = state;
  const steps = Object.values(containment);
  return {
    addresses: [
      ...declaration.maliciousSources,
      ...steps.flatMap(({ measure }) => (measure.action === 'block-source' ? [measure.source] : [])),
    ],
    credentials: declaration.credentials.map(({ provider, ref }) => `${provider}/${ref}`),
    systems: declaration.systems.filter((system) => system.includes('-')),
    measures: steps.map(({ measure }) => measureId(measure)),
    staff: [declaration.owner, declaration.declaredBy].map((by) => `by ${by}`),
  };
}

const wordsOf = (texts: Played['texts'][number]) =>
  [texts.notice.subject, texts.notice.text, texts.notice.html].join('\n');
const readersOf = (text: Played['texts'][number]): Reader => readerOf(ruleOf(policy.pack, text.input.obligation)!);

test('every example that is played has texts, and no message that makes them is refused', () => {
  for (const [name, { texts, dossiers, refused }] of played) {
    expect([name, refused.filter((line) => !line.includes('(close)'))]).toEqual([name, []]);
    if (name !== 'phishing-no-data') expect([name, texts.length + dossiers.length > 0]).toEqual([name, true]);
  }
});

test('no reader outside reads an address, a credential, a system, the id of a measure or who acted', () => {
  for (const [name, each] of played) {
    for (const text of each.texts) {
      const said = wordsOf(text);
      for (const [kind, values] of Object.entries(withheld(each)))
        for (const value of values) expect([name, text.name, kind, value, said.includes(value)]).toContain(false);
      expect(said).not.toMatch(/\b(?:\d{1,3}\.){3}\d{1,3}\b/);
    }
  }
});

test('people read plain words: neither the title of the incident, nor its kind, nor the terms of the trade', () => {
  for (const [name, { state, texts }] of played) {
    for (const text of texts.filter((each) => readersOf(each) === 'person')) {
      const said = wordsOf(text);
      const { title, kind } = state.declaration;
      for (const word of [title, kind, kind.replaceAll('-', ' '), 'confidentiality', 'availability'])
        expect([name, text.name, word, said.includes(word)]).toContain(false);
    }
  }
});

test('a customer reads of the data held for it: not of the company’s own, and no total of all customers', () => {
  const { texts } = played.get('leaked-deploy-key')!;
  const notices = texts.filter(({ input }) => input.obligation === 'enterprise-notice');
  expect([...new Set(notices.map(({ language }) => language))].sort()).toEqual(['de', 'en', 'fr']);
  for (const { notice } of notices) {
    expect(notice.text).not.toMatch(/password|mot de passe|Passw/i);
    expect(notice.text).not.toMatch(/18[\s,.\u202f\u00a0]?000|52[\s,.\u202f\u00a0]?000|3[\s,.\u202f\u00a0]?710/);
  }
});

test('a customer whose numbers are known reads them, and that nothing is open; another reads what is', () => {
  const { texts } = played.get('leaked-deploy-key')!;
  const text = (name: string) => texts.find((each) => each.name === name && each.language === 'en')!.notice.text;
  expect(text('enterprise-notice-r1-ws-aurora')).toContain('5,400');
  expect(text('enterprise-notice-r1-ws-aurora')).toContain('17,600');
  expect(text('enterprise-notice-r1-ws-aurora')).not.toContain('Not yet established');
  expect(text('enterprise-notice-r1')).toMatch(/Not yet established:\n\n- Approximate number of individuals/);
});

test('no text doubles a full stop, as behind a name that ends in one; and none ends an item of a list in two signs', () => {
  for (const [name, { texts }] of played)
    for (const text of texts)
      expect([name, text.name, /\.\.|[,;:]\./.exec(wordsOf(text))?.[0]]).toEqual([name, text.name, undefined]);
});

test('what was resolved is told under what happened, not under what is affected', () => {
  const { texts } = played.get('leaked-deploy-key')!;
  const resolved = texts.filter(({ name }) => name === 'status-subscribers-r2');
  expect(resolved.length).toBeGreaterThan(0);
  for (const { notice } of resolved) {
    expect(notice.text).toMatch(/What happened|Ce qui s’est passé|Was geschehen ist/);
    expect(notice.text).not.toMatch(/What is affected|Ce qui est touché|Was betroffen ist/);
  }
});

test('a notice is offered in a language only with all of its facts in it', () => {
  for (const [name, { texts }] of played) {
    for (const text of texts.filter(({ language }) => language !== 'en')) {
      for (const { said = [] } of text.input.contents)
        for (const line of said)
          if (line.is === 'text')
            expect([name, text.name, line.text[text.language]]).toContainEqual(expect.any(String));
    }
  }
  // The review summary of the showcase was not translated into German: nobody gets a German heading over English facts.
  const summaries = played.get('leaked-deploy-key')!.texts.filter(({ input }) => input.obligation === 'review-summary');
  expect(summaries.map(({ language }) => language).sort()).toEqual(['en', 'fr']);
});

test('the review summary says the summary for customers, never the internal root cause', () => {
  const { state, texts } = played.get('leaked-deploy-key')!;
  const summary = texts.find(({ input, language }) => input.obligation === 'review-summary' && language === 'en')!;
  expect(summary.notice.text).toContain(state.review!.summary);
  expect(summary.notice.text).not.toContain(state.review!.rootCause);
});

test('measures that were taken and measures that are planned are not the same line', () => {
  const { dossiers } = played.get('leaked-deploy-key')!;
  const contents = dossiers.find(({ name }) => name.includes('ie-dpc'))!.input.contents;
  const linesOf = (field: string) => contents.find((each) => each.field === field)!.value!.split('\n');
  expect(linesOf('measures-proposed')).toEqual([
    'We will replace permanent keys of this kind with ones that expire within the hour.',
  ]);
  expect(linesOf('measures-taken')).not.toContain(linesOf('measures-proposed')[0]);
});

test('what was not owed before and is now is a first notice', () => {
  const { texts, dossiers } = played.get('mail-to-the-wrong-list')!;
  const notices = texts.filter(({ input }) => input.obligation === 'gdpr-art34-individuals');
  expect(notices.length).toBeGreaterThan(0);
  for (const { notice, input } of notices) {
    expect(input.toldBefore).toBe(0);
    expect(notice.text).not.toMatch(/updates our earlier|complète notre message|ergänzt unsere/);
    expect(notice.subject).not.toContain('/2');
  }
  for (const { html } of dossiers) {
    expect(html).toContain('first report');
    expect(html).not.toContain('This supplements');
  }
});

test('a public communication stands in the languages of the people, and says what each notice would say', () => {
  const { texts } = played.get('ransomware-without-addresses')!;
  const languages = (obligation: string) =>
    texts
      .filter(({ input }) => input.obligation === obligation)
      .map(({ language }) => language)
      .sort();
  expect(languages('gdpr-art34-3c-public-communication')).toEqual(['en', 'fr']);
  expect(languages('pipeda-indirect-notice')).toEqual(['en', 'fr']);
});

test('the steps to notify individuals speak of notices of this breach only', () => {
  const { dossiers } = played.get('leaked-deploy-key')!;
  const opc = dossiers.find(({ name }) => name.startsWith('pipeda-opc-report'))!;
  const steps = opc.input.contents.find(({ field }) => field === 'notification-steps')!.value!;
  expect(steps).toContain('PIPEDA s. 10.1(3), (6)');
  expect(steps).not.toMatch(/status|subscriber|GDPR/);
});
