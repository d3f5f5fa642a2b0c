/** What a text says is so: steps nobody verified, an incident that is over, who reports, and the method of the law in question. */
import { noticeContents } from '../../../domain/incident/contents';
import { say } from '../../../domain/incident/say/say';
import { ruleOf } from '../../../domain/policy/policy';
import { accounts, assessment, at, stored } from './helpers/facts';
import { TRUST_CENTER } from './helpers/pack';
import { Story } from './helpers/story';

const IN = (language: string) => ({ language, locale: language, timeZone: 'UTC' });

function told(story: Story, id: string, field: string, language = 'en'): string {
  const rule = ruleOf(story.pack, id)!;
  const { said = [] } = noticeContents(rule, story.state, story.pack).find((each) => each.field === field)!;
  return say(said, IN(language)).join('\n');
}

function aware(containment: 'applied' | 'verified' = 'verified', over: Parameters<typeof assessment>[0] = {}): Story {
  const story = new Story({ publicSummary: 'Logins are slow and we are working on it.' }, TRUST_CENTER, {
    containment,
  });
  story.to(1).send('contain', { measure: { action: 'isolate-system', system: 'ci-runner' } });
  story.send('assess', { assessment: assessment({ dataSets: [accounts(), stored()], ...over }), awareAt: at(1) });
  return story;
}

test.each(['en', 'fr', 'de'])(
  '%s: a step that nobody verified is not said to be done; a verified one is',
  (language) => {
    const applied = told(aware('applied'), 'gdpr-art34-individuals', 'measures-taken', language);
    const verified = told(aware('verified'), 'gdpr-art34-individuals', 'measures-taken', language);
    expect(applied).toMatch(/checking that|vérifions|prüfen/);
    expect(verified).not.toMatch(/checking|vérifions|prüfen/);
    expect(verified).toMatch(/disconnected|isolé|getrennt/);
  },
);

test('once the incident is resolved the status page says so, and what it reported before as reported then', () => {
  const story = aware();
  expect(told(story, 'status-page-update', 'service-status')).toContain('working on it');
  story.send('status', { status: 'contained' });
  story.send('status', { status: 'resolved' });
  expect(told(story, 'status-page-update', 'service-status')).toBe(
    'An incident affected the service. It is resolved. While it was going on, we reported: “Logins are slow and we are working on it.”',
  );
  // Without the text in a language, it stands there without it: nobody reads another language in between.
  expect(told(story, 'status-page-update', 'service-status', 'de')).toBe(
    'Ein Vorfall hat den Dienst betroffen. Er ist behoben.',
  );
});

test('who reports is said by their function in words, in the language of the reader', () => {
  const reporter = { name: 'Maeve Byrne', function: 'dpo' as const, contact: 'privacy@example.com' };
  const story = aware('verified', { reporter });
  expect(told(story, 'gdpr-art33-authority', 'reporter')).toBe(
    'Maeve Byrne, data protection officer, privacy@example.com',
  );
  expect(told(story, 'gdpr-art33-authority', 'reporter', 'fr')).toContain('délégué(e) à la protection des données');
  expect(told(story, 'pipeda-opc-report', 'reporter')).not.toContain('dpo');
});

test('each law is told its own test, method and factors: no EDPB method in a PIPEDA report, no RROSH factor in one under the GDPR', () => {
  const riskJudgement = {
    method: 'EDPB Guidelines 9/2022',
    factors: { sensitivity: 'logins', 'number-of-people': 'four hundred' },
    reasoning: 'real names with logins make phishing likely',
  };
  const story = aware('verified', { dataSets: [accounts({ riskJudgement })] });
  const [eu, ca] = ['gdpr-art33-authority', 'pipeda-opc-report'].map((id) => told(story, id, 'risk-judgement'));
  expect(eu).toContain('EDPB Guidelines 9/2022');
  expect(eu).toContain('a high risk is likely');
  expect(eu).not.toMatch(/PIPEDA|real risk of significant harm/);
  expect(ca).toContain('real risk of significant harm: yes');
  expect(ca).toContain('Sensitivity of the information');
  expect(ca).not.toMatch(/EDPB|a high risk/);
  for (const text of [eu, ca]) expect(text).toContain('phishing likely');
});
