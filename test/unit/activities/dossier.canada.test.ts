/** The Commissioner reads of personal information, as PIPEDA calls it; authorities of the EU read of personal data. */
import { buildDossier } from '../../../activities/notices/dossier';
import { readingFor, readTemplates } from '../../../activities/notices/templates';
import type { ContentValue } from '../../../domain/incident/content-value';
import type { Line } from '../../../domain/incident/said';

import { draftInput } from './fixtures';

/** Lines that each law words otherwise. */
const IMPACT_AND_KIND: Array<[ContentValue['field'], Line[]]> = [
  ['nature', [{ is: 'affects', affects: ['confidentiality'] }]],
  ['impact', [{ is: 'answer', ask: 'impact', codes: ['loss-of-control'] }]],
  ['kind-of-incident', [{ is: 'answer', ask: 'kind', codes: ['unauthorised-access', 'sent-to-wrong-recipient'] }]],
  ['period', [{ is: 'period', from: '2026-04-01T02:00:00.000Z' }]],
];

async function dossier(country: string, citation: string): Promise<string> {
  const [template] = await readTemplates('authority-dossier');
  const contents = IMPACT_AND_KIND.map(
    ([field, said]): ContentValue => ({ field, title: 'Title', citation, optional: false, said }),
  );
  const input = draftInput({ channel: 'filing', template: 'authority-dossier', citation, contents });
  return buildDossier(input, { subject: 'Report', bodyHtml: '' }, readingFor(template!, { country })).html;
}

test('in Canada', async () => {
  const html = await dossier('CA', 'SOR/2018-64 s. 2(1)(a)');
  expect(html).toContain('the confidentiality of the information');
  expect(html).toContain('loss of control of their personal information');
  expect(html).toContain('April 1, 2026');
  expect(html).not.toMatch(/personal data|of the data\b/);
});

test('in the EU', async () => {
  const html = await dossier('IE', 'GDPR Art. 33(3)(a)');
  expect(html).toContain('the confidentiality of the data');
  expect(html).toContain('loss of control of their personal data');
  expect(html).toContain('1 April 2026');
});
