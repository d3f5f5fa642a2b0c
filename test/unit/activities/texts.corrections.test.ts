/** What a correction says of itself: it is given under no duty that it takes back, and speaks of no breach that was none. */
import { renderNotice } from '../../../activities/notices/render';
import { readTemplates } from '../../../activities/notices/templates';

const NAMES = [
  'enterprise-notice',
  'individual-notice',
  'individual-notice-pipeda',
  'public-communication',
  'public-communication-pipeda',
];

/** Of what this notice, or the one that is corrected, is given under. */
const BASIS: Record<string, { own: RegExp; corrected: RegExp }> = {
  en: { own: /This notice is given under LAW/, corrected: /This corrects a notice that was given under LAW/ },
  fr: {
    own: /Fondement de (cette notification|ce message|cet avis)\u00a0: LAW/,
    corrected: /Fondement (de la notification rectifiée|du message rectifié|de l’avis rectifié)\u00a0: LAW/,
  },
  de: {
    own: /rundlage dieser (Meldung|Nachricht|Bekanntmachung): LAW/,
    corrected: /rundlage der berichtigten (Meldung|Nachricht|Bekanntmachung): LAW/,
  },
};

async function rendered(name: string, corrects: boolean): Promise<Array<{ language: string; text: string }>> {
  const templates = await readTemplates(name);
  return templates.map((template) => {
    const { text } = renderNotice(
      template,
      {
        organisation: 'Acme',
        sender: ['Acme'],
        ground: '',
        incident: { detectedAt: 'DAY', status: 'declared', id: 'INC-1' },
        notice: { title: 'Notice', citation: 'LAW' },
        reference: 'INC-1/2',
        first_reference: 'INC-1',
        at: 'DAY',
        list: [],
        incomplete: false,
        updates: corrects,
        corrects,
      },
      false,
    );
    return { language: template.language, text: text.replace(/\s/gu, (space) => (space === '\u00a0' ? space : ' ')) };
  });
}

test.each(NAMES)(
  '%s: a correction names the basis of the notice that it corrects, and claims none for itself',
  async (name) => {
    for (const { language, text } of await rendered(name, true)) {
      expect(text).toMatch(BASIS[language]!.corrected);
      expect(text).not.toMatch(BASIS[language]!.own);
    }
  },
);

test.each(NAMES)('%s: any other notice names its own basis', async (name) => {
  for (const { language, text } of await rendered(name, false)) {
    expect(text).toMatch(BASIS[language]!.own);
    expect(text).not.toMatch(BASIS[language]!.corrected);
  }
});

test('a customer reads of the incident that was detected where no breach remains, of the breach where one does', async () => {
  const incident = /The incident was detected|L’incident a été détecté|Der Vorfall wurde/;
  const breach = /The breach was detected|La violation a été détectée|Die Verletzung wurde/;
  for (const { text } of await rendered('enterprise-notice', true)) {
    expect(text).toMatch(incident);
    expect(text).not.toMatch(breach);
  }
  for (const { text } of await rendered('enterprise-notice', false)) {
    expect(text).toMatch(breach);
    expect(text).not.toMatch(incident);
  }
});
