import { buildDossier } from '../../../activities/notices/dossier';
import type { ContentValue } from '../../../domain/incident/content-value';
import { draftInput } from './fixtures';

const reading = { language: 'en', locale: 'en-GB', timeZone: 'UTC' };
const cover = { subject: 'Report', bodyHtml: '<p>How to file</p>' };
const content = (over: Partial<ContentValue>): ContentValue => ({
  field: 'nature',
  title: 'Nature',
  citation: 'GDPR Art. 33(3)(a)',
  optional: false,
  ...over,
});
const html = (contents: ContentValue[], over: Parameters<typeof draftInput>[0] = {}) =>
  buildDossier(draftInput({ channel: 'filing', template: 'authority-dossier', contents, ...over }), cover, reading)
    .html;

test('is ready only with every field that the law or the form demands', () => {
  const nature = content({ value: 'known' });
  const reporter = content({ field: 'reporter', title: 'Reporter', optional: true, form: true });
  expect(html([nature, { ...reporter, value: 'Ada' }])).toContain('Ready: all 2 required fields');
  expect(html([nature, reporter])).toContain(
    'Not complete: 1 of 2 required fields is not yet established, required by the form, not by law.',
  );
  expect(html([content({}), reporter])).toContain(
    'Not complete: 2 of 2 required fields are not yet established, 1 of them required by law.',
  );
});

test('what nobody has spoken of is not said to be without object: only what the record shows not to apply', () => {
  const optional = (field: ContentValue['field']) => content({ field, optional: true });
  const rowOf = (field: ContentValue['field']) => html([optional(field)]);
  for (const field of ['bodies-told', 'parties', 'breach-details', 'measures-proposed', 'representative'] as const) {
    expect(rowOf(field)).toContain('nothing stated so far');
    expect(rowOf(field)).not.toContain('not applicable');
  }
  for (const field of ['earlier-reference', 'delay-reasons'] as const)
    expect(rowOf(field)).toContain('not applicable at this stage');
  const dueAt = '2026-04-04T02:00:00.000Z';
  const late = html([optional('delay-reasons')], { at: dueAt, incident: { ...draftInput().incident, dueAt } });
  expect(late).toContain('nothing stated so far');
  expect(late).not.toContain('not applicable');
});

test('an answer that nobody had to give does not count as a required one', () => {
  const parties = content({ field: 'parties', optional: true, value: 'Hosting Ltd' });
  expect(html([content({ value: 'known' }), parties])).toContain('Ready: all 1 required fields');
});

test('a field that may not apply is no gap', () => {
  expect(html([content({ value: 'known' }), content({ field: 'attachments', optional: true })])).toContain(
    'Ready: all 1 required fields',
  );
});

test('says that it is overdue from the deadline on, and that the reasons are owed', () => {
  const dueAt = '2026-04-04T02:00:00.000Z';
  const incident = { ...draftInput().incident, dueAt };
  const reasons = content({ field: 'delay-reasons', title: 'Reasons', optional: true });
  const before = html([reasons], { at: '2026-04-04T01:59:59.000Z', incident });
  expect(before).toContain('File before');
  expect(before).not.toContain('overdue');
  const late = html([{ ...reasons, owed: true }], { at: dueAt, incident });
  expect(late).toContain('This report is overdue. It was due on 2026-04-04 02:00 UTC. File it at once. The reasons');
  expect(late).toContain('owed: the report is late');
  expect(late).not.toMatch(/File before|not applicable/);
});

test('each answer names the entry that established it', () => {
  const established = { entry: 'assessment 2', by: 'dpo', at: '2026-04-01T08:00:00.000Z' };
  const of = (by: string) => html([content({ value: 'known', established: { ...established, by } })]);
  expect(of('ada@acme.dev')).toContain('assessment 2, by ada@acme.dev, 2026-04-01 08:00 UTC');
  expect(of('dpo')).toContain('assessment 2, by the data protection officer, 2026-04-01 08:00 UTC');
  const ofPolicy = html([content({ value: 'known', established: { entry: 'policy gdpr 2026.11' } })]);
  expect(ofPolicy).toContain('the organisation’s own details');
  expect(ofPolicy).not.toContain('gdpr 2026.11');
});

test('an authority that does not read English is said to want another language', () => {
  const authority = {
    key: 'fr-cnil',
    name: 'CNIL',
    country: 'FR',
    regime: 'gdpr',
    via: 'portal' as const,
    address: 'https://notifications.cnil.fr/',
    languages: ['fr'],
    confirmed: 'S' as const,
    needs: ['A certificate'],
  };
  const page = html([content({ value: 'x' })], { authority });
  expect(page).toContain('French: this dossier is in English, translate the answers before you file them');
  expect(page).toContain('A certificate');
  expect(html([content({ value: 'x' })], { authority: { ...authority, languages: ['en'] } })).not.toContain(
    'translate',
  );
});

test('the edition of the EDPB is named where the form has its numbers, not to an authority of another law', () => {
  expect(html([content({ value: 'x', citation: 'GDPR Art. 33(3)(a); EDPB 55' })])).toContain('EDPB common template');
  expect(html([content({ value: 'x', citation: 'SOR/2018-64 s. 2(1)(a)' })])).not.toContain('EDPB');
});
