/** R6 of a report to an authority: its reference and case number, what it was filed without, and which files show it. */
import type { IncidentEvent } from '../../domain/incident/events';
import { ERASED } from '../../domain/policy/disclosure';
import { loadDisclosures } from '../../policy/load-disclosure';
import { recordGroups } from '../../register/forms/record-groups';
import { valuesOf } from '../../register/forms/value';
import { groupEntry } from '../../register/show';
import { accounts, assessment, at } from '../unit/domain/helpers/facts';
import { packOf } from '../unit/domain/helpers/pack';
import { Story } from '../unit/domain/helpers/story';

const IE = 'gdpr-art33-authority:ie-dpc';
const RECEIPT = { name: 'receipt of Ada Example.pdf', sha256: 'a'.repeat(64), bytes: 900 };

function filed(): Story {
  const { records: _, ...uncounted } = accounts({ residence: { DE: 400 }, significantHarm: 'no' });
  const story = new Story({}, packOf({ mainEstablishment: 'IE' })).to(1);
  story.send('measure', { text: 'Key replaced' });
  story.send('assess', { assessment: assessment({ dataSets: [uncounted] }), awareAt: at(1) });
  story.to(20).send('filed', { obligation: IE, reference: 'K-1', attachments: [RECEIPT] });
  story.to(40).send('filed', { obligation: IE, caseNumber: 'AZ 7' });
  return story;
}

function outcomeIn(events: IncidentEvent[]): string {
  const groups = recordGroups(groupEntry(events), { pack: packOf({}), asValue: valuesOf(undefined) });
  const table = groups.find(({ id }) => id === 'R6')!.tables.find(({ title }) => title === 'Notifications')!;
  return JSON.stringify(table.rows);
}

test('it tells the case number that came later, the fields that the filing lacked, and its files by name and hash', () => {
  const outcome = outcomeIn(filed().events);
  for (const told of ['reference: K-1', 'case number: AZ 7', 'filed without: Approximate number of records'])
    expect(outcome).toContain(told);
  expect(outcome).toContain(`attached: ${RECEIPT.name} (SHA-256 ${RECEIPT.sha256})`);
});

test('once the names are erased, the files stand there with their hashes and without them', () => {
  const events = filed().events.map((event) => {
    const copy = JSON.parse(JSON.stringify(event)) as IncidentEvent;
    if (copy.kind === 'obligation-fulfilled' && copy.data.evidence.attachmentNames)
      copy.data.evidence.attachmentNames = [ERASED];
    return copy;
  });
  const outcome = outcomeIn(events);
  expect(outcome).not.toContain('Ada Example');
  expect(outcome).toContain(`(SHA-256 ${RECEIPT.sha256})`);
});

test('the names are personal data in the register, kept under the key that is destroyed; the hashes are not', () => {
  const table = loadDisclosures();
  for (const [kind, pointer] of [
    ['obligation-fulfilled', '/data/evidence/attachmentNames'],
    ['obligation-supplemented', '/data/evidence/attachmentNames'],
    ['receipt-recorded', '/data/attachmentNames'],
  ] as const) {
    expect([pointer, table.isPersonal(kind, pointer, JSON.stringify([RECEIPT.name]))]).toEqual([pointer, true]);
    const files = pointer.replace('Names', 's');
    expect([files, table.isPersonal(kind, files, JSON.stringify([{ sha256: 'a', bytes: 1 }]))]).toEqual([files, false]);
  }
  const [event] = filed().all('obligation-fulfilled', IE);
  expect(JSON.stringify({ ...event!.data.evidence, attachmentNames: [] })).not.toContain(RECEIPT.name);
});
