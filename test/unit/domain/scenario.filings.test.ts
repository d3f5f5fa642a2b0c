/** Reports in phases: with whom, with which receipt and case number, and what no phase has delivered yet. */

import { noticeContents } from '../../../domain/incident/contents';
import { board, explain } from '../../../domain/incident/explain';
import { attachmentsIn, phasesOf } from '../../../domain/incident/filings';
import { ruleOf } from '../../../domain/policy/policy';
import { accounts, assessment, at, COUNSEL } from './helpers/facts';
import { packOf } from './helpers/pack';
import { Story } from './helpers/story';

const IE = 'gdpr-art33-authority:ie-dpc';
const RECORDS = 'Approximate number of records';
const full = accounts({ residence: { DE: 400 }, significantHarm: 'no' });
const { records: _records, ...uncounted } = full;

/** Aware at one hour, with a lead authority; the number of records is not known. */
function aware(dataSets = [uncounted], over = {}): Story {
  const story = new Story({}, packOf({ mainEstablishment: 'IE' })).to(1);
  story.send('measure', { text: 'All sessions ended' });
  story.send('assess', { assessment: assessment({ dataSets, ...over }), awareAt: at(1) });
  return story;
}

const row = (story: Story) => board(story.state, story.pack, story.now).find(({ id }) => id === IE)!;
const closes = (story: Story) => {
  story.send('close');
  return story.problems().filter((problem) => problem.startsWith(`${IE}: filed in part`));
};

describe('a report is filed with an authority that is determined', () => {
  test('while it is to be determined "filed" is refused, and says what to do; the clock goes on', () => {
    const story = new Story().to(1);
    const dataSets = [accounts({ residence: { unknown: 400 }, significantHarm: 'no' })];
    story.send('assess', { assessment: assessment({ dataSets }), awareAt: at(1) });
    const id = 'gdpr-art33-authority:to-be-determined';
    story.send('filed', { obligation: id, reference: 'n/a' });
    expect(story.problems().join()).toMatch(
      /has no authority yet, so it cannot have been filed: assess where .*`npx tocsin assess INC-2026-001 --help`.*`npx tocsin decide-authority INC-2026-001 gdpr-art33-authority:to-be-determined/,
    );
    expect(story.obligation(id).fulfilledAt).toBeUndefined();
    story.to(74);
    expect(story.alarms(id)).toContain('due');
  });

  test('once the place is assessed, it is accepted', () => {
    const story = aware([full]);
    story.send('filed', { obligation: IE, reference: 'A' });
    expect(story.obligation(IE)).toMatchObject({
      status: 'fulfilled',
      evidence: { reference: 'A', authority: 'ie-dpc' },
    });
  });
});

describe('receipt id and case number', () => {
  test('both at once, with the files that show it by their hashes', () => {
    const story = aware([full]);
    const attachments = [{ name: 'receipt.pdf', sha256: 'a'.repeat(64), bytes: 900 }];
    story.send('filed', { obligation: IE, reference: 'K-1', caseNumber: 'AZ 7', attachments });
    expect(story.obligation(IE)).toMatchObject({ caseNumber: 'AZ 7', evidence: { reference: 'K-1' } });
    expect(attachmentsIn(story.obligation(IE).evidence!)).toEqual(attachments);
    // What a file is called may name people: it stands apart, where it can be erased.
    expect(story.obligation(IE).evidence).toMatchObject({ attachmentNames: ['receipt.pdf'] });
    expect(JSON.stringify(story.obligation(IE).evidence!.attachments)).not.toContain('receipt');
  });

  test('the case number may come later by itself: it changes no instant and no lateness, and later reports carry both', () => {
    const story = aware([full]).to(20);
    story.send('filed', { obligation: IE, reference: 'K-1' });
    story.to(200).send('filed', { obligation: IE, caseNumber: 'AZ 7', by: COUNSEL });
    expect(story.last('receipt-recorded', IE)).toMatchObject({ by: COUNSEL, data: { caseNumber: 'AZ 7' } });
    expect(story.obligation(IE)).toMatchObject({
      fulfilledAt: at(20),
      lateByMs: 0,
      caseNumber: 'AZ 7',
      supplements: [],
    });
    const contents = noticeContents(ruleOf(story.pack, 'gdpr-art33-authority')!, story.state, story.pack, IE);
    expect(contents.find(({ field }) => field === 'earlier-reference')!.value).toBe('K-1, case number AZ 7');
    expect(story.send('filed', { obligation: IE, caseNumber: 'AZ 7' })).toMatchObject([{ kind: 'noted' }]);
  });

  test('before anything was filed a case number alone is refused: it stops no clock', () => {
    const story = aware([full]);
    story.send('filed', { obligation: IE, caseNumber: 'AZ 7' });
    expect(story.problems().join()).toMatch(/^reference: is needed, as nothing has been filed/);
    expect(story.obligation(IE).status).toBe('filing');
  });
});

describe('a report that was filed while required fields were missing', () => {
  test('stays visibly incomplete and keeps the incident open, although its deadline was met', () => {
    const story = aware();
    story.send('filed', { obligation: IE, reference: 'A' });
    expect(story.obligation(IE)).toMatchObject({ lateByMs: 0, evidence: { missing: [RECORDS] } });
    expect(row(story)).toMatchObject({
      status: `filed in part; missing: ${RECORDS}`,
      settled: false,
      standing: 'waits',
    });
    const [explained] = explain(story.state, story.pack).filter(({ rule }) => rule === 'gdpr-art33-authority');
    expect(explained!.obligations).toMatchObject([{ id: IE, missing: [RECORDS] }]);
    expect(closes(story)).toEqual([
      `${IE}: filed in part; missing: ${RECORDS}: establish it with \`npx tocsin assess INC-2026-001 --help\` and file the ` +
        `supplement, or decide that it cannot be established: \`npx tocsin cannot-establish INC-2026-001 ${IE} ` +
        'records-count --reason "…"`',
    ]);
  });

  test('complete at once, it is not', () => {
    const story = aware([full]);
    story.send('filed', { obligation: IE, reference: 'A' });
    expect(row(story)).toMatchObject({ status: 'fulfilled', settled: true });
    expect(closes(story)).toEqual([]);
  });

  test('a later phase delivers it: established alone is not delivered', () => {
    const story = aware();
    story.send('filed', { obligation: IE, reference: 'A' });
    story.to(30).send('assess', { assessment: assessment({ dataSets: [full] }) });
    expect(story.obligation(IE)).toMatchObject({ status: 'filing', purpose: 'supplement', round: 2 });
    expect(closes(story)).toHaveLength(1);
    story.send('filed', { obligation: IE, reference: 'B' });
    expect(row(story)).toMatchObject({ status: 'fulfilled', settled: true });
    expect(closes(story)).toEqual([]);
  });

  test('all phases count together: what one delivered and a later one left out was delivered', () => {
    const story = aware([uncounted], { likelyConsequences: 'Phishing' });
    story.send('filed', { obligation: IE, reference: 'A' });
    const { likelyConsequences: _known, ...silent } = full;
    const later = assessment({ dataSets: [silent] });
    delete later.likelyConsequences;
    story.to(30).send('assess', { assessment: later });
    story.send('filed', { obligation: IE, reference: 'B' });
    expect(phasesOf(story.obligation(IE)).map(({ missing }) => missing)).toEqual([[RECORDS], ['Likely consequences']]);
    expect(row(story).status).toBe('fulfilled');
    expect(closes(story)).toEqual([]);
  });

  test('or a named person decides, with a reason, that it cannot be established', () => {
    const story = aware();
    story.send('filed', { obligation: IE, reference: 'A' });
    story.send('cannot-establish', {
      obligation: IE,
      field: 'records-count',
      reason: 'the log that counted them was destroyed',
      by: COUNSEL,
    });
    expect(story.obligation(IE).cannotEstablish).toMatchObject([
      { field: RECORDS, by: COUNSEL, reason: 'the log that counted them was destroyed' },
    ]);
    expect(row(story)).toMatchObject({ status: 'fulfilled', settled: true });
    expect(closes(story)).toEqual([]);
  });

  test('the field said again is no reason', () => {
    const story = aware();
    story.send('filed', { obligation: IE, reference: 'A' });
    story.send('cannot-establish', { obligation: IE, field: 'records-count', reason: RECORDS });
    expect(story.problems().join()).toMatch(/^reason: must say why in your own words/);
  });

  test('known after all, it is owed as a supplement', () => {
    const story = aware();
    story.send('filed', { obligation: IE, reference: 'A' });
    story.send('cannot-establish', {
      obligation: IE,
      field: 'records-count',
      reason: 'the log that counted them was destroyed',
      by: COUNSEL,
    });
    story.to(30).send('assess', { assessment: assessment({ dataSets: [full] }) });
    expect(story.obligation(IE)).toMatchObject({ status: 'filing', purpose: 'supplement' });
  });

  test.each(['organisation', 'measures-proposed', 'no-such-field'])(
    'nobody decides on what is not missing: %s',
    (field) => {
      const story = aware();
      story.send('filed', { obligation: IE, reference: 'A' });
      story.send('cannot-establish', { obligation: IE, field, reason: 'x' });
      expect(story.problems().join()).toMatch(/is not waiting for it; .*: records-count/);
    },
  );

  test('before it was filed there is nothing to decide', () => {
    const story = aware();
    story.send('cannot-establish', { obligation: IE, field: 'records-count', reason: 'x' });
    expect(story.problems().join()).toMatch(/is not waiting for it; nothing is missing in it/);
  });
});
