/** A status update in each language of its subscribers: every status has words, and no word of another language. */
import { renderNotice } from '../../../activities/notices/render';
import { templateData } from '../../../activities/notices/template-data';
import { readTemplates } from '../../../activities/notices/templates';
import { STATUSES } from '../../../domain/incident/incident';
import { draftInput } from './fixtures';

const SAID: Record<string, string[]> = {
  en: ['investigating', 'investigating', 'identified', 'contained', 'monitoring', 'resolved'],
  fr: [
    'analyse en cours',
    'analyse en cours',
    'cause identifiée',
    'incident maîtrisé',
    'correctif en observation',
    'résolu',
  ],
  de: ['wird untersucht', 'wird untersucht', 'Ursache gefunden', 'eingedämmt', 'Lösung wird beobachtet', 'behoben'],
};

test('is offered in three languages', async () => {
  expect((await readTemplates('status-update')).map(({ language }) => language)).toEqual(['en', 'de', 'fr']);
});

test.each(STATUSES.map((status, i) => [status, i] as const))('%s, in its words', async (status, i) => {
  for (const template of await readTemplates('status-update')) {
    const incident = { ...draftInput().incident, status };
    const data = templateData(template, draftInput({ template: 'status-update', incident }), 'Acme');
    const { subject, text } = renderNotice(template, data, false);
    expect(subject).toContain(SAID[template.language]![i]!);
    expect(text).toMatch(/Statu[st]|État/);
    expect(text).toContain(SAID[template.language]![i]!);
    if (template.language !== 'en')
      for (const [j, word] of SAID.en!.entries())
        expect([STATUSES[j], text.includes(word)]).toEqual([STATUSES[j], false]);
  }
});
