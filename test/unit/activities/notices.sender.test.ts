/** Who is told of a breach reads who gives the notice, and how to reach the sender and the contact point other than by mail. */
import { renderNotice } from '../../../activities/notices/render';
import { templateData } from '../../../activities/notices/template-data';
import { readTemplates } from '../../../activities/notices/templates';
import { missingFields, noticeContents } from '../../../domain/incident/contents';
import type { Organisation } from '../../../domain/policy/organisation';
import { DEFAULT_PACKS, loadPolicy } from '../../../policy/load-policy';
import { Story } from '../domain/helpers/story';
import { draftInput } from './fixtures';

const { pack } = loadPolicy(`${DEFAULT_PACKS},uk-gdpr`);
const SIGNED = pack.obligations.filter(
  ({ template, contents }) =>
    template && template !== 'authority-dossier' && contents.some(({ field }) => field === 'contact-point'),
);

const REACHED: Partial<Organisation> = {
  sender: {
    name: 'Ada Muster',
    function: 'Managing Director',
    functionIn: { fr: 'Direction', de: 'Geschäftsführung' },
  },
  postalAddress: '1 Main Street, Dublin',
  telephone: '+353 1 555 0100',
  contactPointPostalAddress: 'DPO, 2 Side Street, Dublin',
  contactPointTelephone: '+353 1 555 0101',
};
const NONE = Object.fromEntries(Object.keys(REACHED).map((field) => [field, undefined]));

/** What each notice says, by rule and language. */
async function textsOf(over: Partial<Organisation>): Promise<Array<[string, string, string]>> {
  const organisation = { ...pack.organisation, name: 'Acme', ...over } as Organisation;
  const policy = { ...pack, organisation };
  const { state } = new Story({}, policy);
  const texts: Array<[string, string, string]> = [];
  for (const rule of SIGNED) {
    const contents = noticeContents(rule, state, policy);
    expect(missingFields(contents)).not.toContain('Sender');
    for (const template of await readTemplates(rule.template!)) {
      const input = draftInput({ contents, template: rule.template!, citation: rule.citation });
      const data = templateData(template, input, 'Acme');
      texts.push([rule.id, template.language, renderNotice(template, data, false).text]);
    }
  }
  return texts;
}

const REACH: Record<string, [telephone: string, post: string, function_: string]> = {
  en: ['Telephone: ', 'Postal address: ', 'Managing Director'],
  fr: ['Téléphone\u00a0: ', 'Adresse postale\u00a0: ', 'Direction'],
  de: ['Telefon: ', 'Postanschrift: ', 'Geschäftsführung'],
};

test('there are such notices to customers, to people, and to the public, of each law', () => {
  expect(SIGNED.map(({ id }) => id)).toEqual(
    expect.arrayContaining([
      'enterprise-notice',
      'gdpr-art34-individuals',
      'gdpr-art34-3c-public-communication',
      'pipeda-individuals',
      'pipeda-indirect-notice',
    ]),
  );
});

test('each is signed by name, in its language, with the address and the number of the sender and of the contact point', async () => {
  for (const [rule, language, text] of await textsOf(REACHED)) {
    const [telephone, post, function_] = REACH[language]!;
    const signature = `Ada Muster, ${function_}\nAcme\n1 Main Street, Dublin\n${telephone}+353 1 555 0100`;
    expect([rule, language, text]).toEqual([rule, language, expect.stringContaining(signature)]);
    expect(text).toContain(`${telephone}+353 1 555 0101`);
    expect(text).toContain(`${post}DPO, 2 Side Street, Dublin`);
  }
});

test('what is not stated is no line: the organisation signs', async () => {
  for (const [rule, language, text] of await textsOf(NONE)) {
    expect([rule, language, text]).toEqual([rule, language, expect.stringMatching(/(,|Grüßen|:)\n\nAcme\n\n-----/)]);
    for (const word of REACH[language]!) expect(text).not.toContain(word);
  }
});

test('a function that is not given in a language is left out there', async () => {
  const { functionIn: _, ...sender } = REACHED.sender!;
  for (const [, language, text] of await textsOf({ ...REACHED, sender }))
    expect(text).toContain(language === 'en' ? 'Ada Muster, Managing Director\n' : 'Ada Muster\n');
});

test('a report to an authority is not signed; its contact point has all that is known', () => {
  const organisation = { ...pack.organisation, ...REACHED };
  const policy = { ...pack, organisation };
  const rule = pack.obligations.find(({ id }) => id === 'gdpr-art33-authority')!;
  const contents = noticeContents(rule, new Story({}, policy).state, policy);
  expect(contents.some(({ field }) => field === 'sender')).toBe(false);
  expect(contents.find(({ field }) => field === 'contact-point')!.value).toMatch(/Telephone: .*\nPostal address: /);
});
