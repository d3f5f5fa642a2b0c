/** T4, N2, N3: the authorities within 72 hours; filed by a person, fulfilled by a reference. */

import { Output } from '../../../cli/rendering/output';
import { recordLines } from '../../../cli/rendering/record-lines';
import { noticeContents } from '../../../domain/incident/contents';
import { board } from '../../../domain/incident/explain';
import { outstanding } from '../../../domain/incident/filings';
import { narrate } from '../../../domain/incident/narrate';
import { wantedWork } from '../../../domain/incident/work';
import { recordGroups } from '../../../register/forms/record-groups';
import { valuesOf } from '../../../register/forms/value';
import { groupEntry } from '../../../register/show';
import { Screen } from '../cli/helpers';
import { accounts, assessment, at, COUNSEL } from './helpers/facts';
import { FILING, smallPack } from './helpers/pack';
import { NOT_OWED_REASON, Story } from './helpers/story';

const RULE = 'gdpr-art33-authority';
const DE = `${RULE}:de-bfdi`;
const OPC = 'pipeda-opc-report:opc';
const GERMAN = [accounts({ residence: { DE: 200 }, significantHarm: 'no' })];

/** Aware one hour after the detection: the report is due at 73 h. */
function aware(over: Parameters<typeof assessment>[0] = {}, world = {}): Story {
  const story = new Story({}, undefined, world).to(1);
  story.send('assess', { assessment: assessment({ dataSets: GERMAN, ...over }), awareAt: at(1) });
  return story;
}

test('the product prepares the dossier and opens the task; drafted is not filed', () => {
  const story = aware();
  expect(story.last('filing-opened', DE).data).toMatchObject({ authority: 'de-bfdi', round: 1 });
  expect(story.obligation(DE)).toMatchObject({ status: 'filing', dueAt: at(73) });
  expect(story.obligation(DE).fulfilledAt).toBeUndefined();
});

test('it is fulfilled by the reference, at the instant of the submission', () => {
  const story = aware().to(60);
  story.send('filed', { obligation: RULE, reference: 'BfDI-77', submittedAt: at(58), by: COUNSEL });
  expect(story.last('obligation-fulfilled', DE)).toMatchObject({ by: COUNSEL, at: at(60), data: { at: at(58) } });
  expect(story.obligation(DE)).toMatchObject({
    status: 'fulfilled',
    fulfilledAt: at(58),
    lateByMs: 0,
    evidence: { channel: 'filing', reference: 'BfDI-77', authority: 'de-bfdi' },
  });
  expect(story.state.anchors['authority-notified']).toBe(at(58));
});

test('awareness corrected to 80 hours ago: late at once, the reasons are asked for, and filing keeps the lateness of that instant', () => {
  const story = new Story({ detectedAt: at(-90), declaredAt: at(-89.75) }).to(0);
  story.send('assess', { assessment: assessment({ dataSets: GERMAN }), awareAt: at(0) });
  story.send('assess', { awareAt: at(-80), reason: 'the first ticket', by: COUNSEL });
  expect(story.obligation(DE)).toMatchObject({ dueAt: at(-8), missedDueAt: at(-8), delayReasonsOwed: true });
  story.to(2).send('filed', { obligation: DE, reference: 'BfDI-78' });
  expect(story.obligation(DE)).toMatchObject({ lateByMs: 10 * 3_600_000, delayReasonsOwed: true });
  story.send('filed', {
    obligation: DE,
    reference: 'BfDI-78',
    delayReasons: 'the ticket was not escalated to anybody until Monday',
  });
  expect(story.obligation(DE)).toMatchObject({
    delayReasonsOwed: false,
    delayReasons: 'the ticket was not escalated to anybody until Monday',
    lateByMs: 10 * 3_600_000,
  });
});

test('a late filing asks for the reasons once; given with the filing they are not asked for', () => {
  const asked = aware().to(80);
  asked.send('filed', { obligation: DE, reference: 'A' });
  expect(asked.all('delay-reasons-requested', DE)).toHaveLength(1);
  expect(asked.obligation(DE).delayReasonsOwed).toBe(true);

  const given = aware().to(80);
  given.send('filed', {
    obligation: DE,
    reference: 'A',
    delayReasons: 'the on-call engineer took it for a test until Monday',
  });
  expect(given.obligation(DE)).toMatchObject({
    delayReasonsOwed: false,
    delayReasons: 'the on-call engineer took it for a test until Monday',
  });
});

test('reasons are taken with "approve" too, for a report that needs no approval', () => {
  const story = aware().to(80);
  story.send('approve', { obligation: DE, delayReasons: 'the on-call engineer took it for a test until Monday' });
  expect(story.obligation(DE)).toMatchObject({ status: 'filing', delayReasonsOwed: false });
  story.send('approve', { obligation: DE });
  expect(story.problems().join()).toContain('it is filed by a person: `npx tocsin filed INC-2026-001 ');
});

test('filed in time and recorded after the deadline, it is in time, and no reasons are owed', () => {
  const story = aware().to(74);
  expect(story.obligation(DE).delayReasonsOwed).toBe(true);
  story.send('filed', { obligation: DE, reference: 'A', submittedAt: at(72) });
  expect(story.obligation(DE)).toMatchObject({ lateByMs: 0, status: 'fulfilled', delayReasonsOwed: false });
});

test('lateness is frozen at the first filing; a second filing is a supplement', () => {
  const story = aware().to(75);
  story.send('filed', {
    obligation: DE,
    reference: 'A',
    delayReasons: 'the on-call engineer took it for a test until Monday',
  });
  story.to(90).send('filed', { obligation: DE, reference: 'A-2' });
  story.send('assess', { awareAt: at(0), reason: 'earlier' });
  expect(story.obligation(DE)).toMatchObject({
    fulfilledAt: at(75),
    lateByMs: 2 * 3_600_000,
    evidence: { reference: 'A' },
    supplements: [{ at: at(90), evidence: { reference: 'A-2' } }],
  });
  expect(story.all('obligation-fulfilled', DE)).toHaveLength(1);
});

test('the same reference again is noted, not filed twice', () => {
  const story = aware();
  story.send('filed', { obligation: DE, reference: 'A' });
  expect(story.send('filed', { obligation: DE, reference: 'A' })).toMatchObject([{ kind: 'noted' }]);
});

test('where several authorities are owed, the one is named; each is filed by itself', () => {
  const story = aware({ dataSets: [accounts()] });
  story.send('filed', { obligation: RULE, reference: 'A' });
  expect(story.problems()).toEqual([
    `obligation: "${RULE}" matches several obligations, name one of: ${DE}, ${RULE}:fr-cnil`,
  ]);
  story.send('filed', { obligation: DE, reference: 'A' });
  story.send('filed', { obligation: RULE, reference: 'B' });
  expect(story.obligation(`${RULE}:fr-cnil`).evidence?.reference).toBe('B');
});

test('a submission in the future or before the detection is refused', () => {
  const story = aware();
  story.send('filed', { obligation: DE, reference: 'A', submittedAt: at(9) });
  expect(story.problems()).toEqual([expect.stringMatching(/^submittedAt: must not be in the future: /)]);
  story.send('filed', { obligation: DE, reference: 'A', submittedAt: at(-1) });
  expect(story.problems()).toEqual([
    'submittedAt: must not be before the detection or the awareness, whichever came first',
  ]);
  expect(story.obligation(DE).status).toBe('filing');
});

test('a dossier with facts missing is filed all the same; once known they are owed as a supplement that cites the reference', () => {
  const data = accounts({ residence: { DE: 200 }, significantHarm: 'no' });
  delete data.records;
  const story = aware({ dataSets: [data] }).to(70);
  story.send('filed', { obligation: DE, reference: 'BfDI-77' });
  const { records } = accounts();
  story.send('assess', { assessment: assessment({ dataSets: [{ ...data, records }] }) });
  expect(story.obligation(DE)).toMatchObject({ purpose: 'supplement', status: 'filing', round: 2 });
  const rule = story.pack.obligations.find((r) => r.id === RULE)!;
  const cited = noticeContents(rule, story.state, story.pack, DE).find((c) => c.field === 'earlier-reference');
  expect(cited?.value).toBe('BfDI-77');
  story.send('approve', { obligation: DE });
  expect(story.problems().join()).toContain('it is filed by a person: `npx tocsin filed INC-2026-001 ');
  story.send('filed', { obligation: DE, reference: 'BfDI-77' });
  expect(story.obligation(DE)).toMatchObject({ status: 'fulfilled', evidence: { reference: 'BfDI-77' } });
  expect(story.obligation(DE).supplements).toHaveLength(1);
});

test('how it occurred, found out later, is a fact of the assessment and supplements the report', () => {
  const story = new Story({ howItOccurred: undefined });
  story.send('assess', { assessment: assessment({ dataSets: GERMAN }) });
  story.send('filed', { obligation: DE, reference: 'A' });
  expect(story.obligation('register-nature').status).toBe('pending');
  story.send('assess', { assessment: assessment({ dataSets: GERMAN, howItOccurred: 'A key in a build log' }) });
  expect(story.last('obligation-reopened', DE).data.reason).toBe('now established: How it occurred');
  expect(story.obligation('register-nature').status).toBe('fulfilled');
});

test('N3: the OPC has its own report and its own 72 h target, and no reasons are asked for', () => {
  const story = aware({ dataSets: [accounts()] }).to(80);
  expect(story.obligation(OPC)).toMatchObject({ dueAt: at(73), missedDueAt: at(73) });
  expect(story.obligation(OPC).delayReasonsOwed).toBeFalsy();
  story.send('filed', { obligation: OPC, reference: 'PIPEDA-1' });
  expect(story.obligation(OPC)).toMatchObject({ status: 'fulfilled', lateByMs: 7 * 3_600_000 });
});

test('low risk as controller: the register entry and nothing else', () => {
  const riskJudgement = { reasoning: 'The keys of the export were wiped within a minute, and nobody asked for it' };
  const low = accounts({ risk: 'unlikely', significantHarm: 'no', riskJudgement });
  const story = new Story({ serviceAffecting: false }).to(1);
  story.send('assess', { assessment: assessment({ dataSets: [low] }), by: COUNSEL });
  story.confirmNotOwed();
  story.send('measure', { text: 'Key replaced' });
  story.to(100);
  expect(story.all('dispatch-started')).toEqual([]);
  expect(story.all('filing-opened')).toEqual([]);
  expect(story.obligation(RULE).decision).toMatchObject({
    by: COUNSEL,
    reason: NOT_OWED_REASON,
  });
  expect(story.obligation(RULE).proposal?.because).toEqual(['a risk is unlikely for data set "Account data"']);
  for (const id of [
    'register-nature',
    'register-data',
    'register-consequences',
    'register-measures',
    'register-notifications',
  ]) {
    expect(story.obligation(id).status).toBe('fulfilled');
  }
});

test('a report filed although none is owed is kept, also when one turns out to be owed', () => {
  const story = new Story().to(1);
  story.send('assess', { assessment: { personalData: 'no' } });
  story.send('filed', { obligation: RULE, reference: 'VOLUNTARY-1', authority: 'de-bfdi' });
  expect(story.obligation(RULE)).toMatchObject({ status: 'fulfilled', lateByMs: 0 });
  story.to(5).send('assess', { assessment: assessment({ dataSets: GERMAN }) });
  expect(story.obligation(DE)).toMatchObject({ status: 'filing' });
  expect(story.obligation(RULE)).toMatchObject({ evidence: { reference: 'VOLUNTARY-1' } });
});

describe('with whom a report was filed although none is owed', () => {
  const voluntary = () => {
    const story = new Story().to(1);
    story.send('assess', { assessment: { personalData: 'no' } });
    return story;
  };
  const filed = (story: Story, body: object) => story.send('filed', { obligation: RULE, reference: 'V-1', ...body });

  test('is named by the person: without, or with an authority that there is not, it is refused', () => {
    const story = voluntary();
    filed(story, {});
    expect(story.problems().join()).toMatch(
      /^authority: gdpr-art33-authority has no authority by itself, .*`npx tocsin filed INC-2026-001 gdpr-art33-authority V-1 --authority AUTHORITY`.*ie-dpc/,
    );
    filed(story, { authority: 'ie-dcp' });
    expect(story.problems().join()).toContain(
      'there is no "ie-dcp" for gdpr-art33-authority (GDPR Art. 33(1)); did you mean "ie-dpc"?',
    );
    filed(story, { authority: 'opc' });
    expect(story.problems().join()).toContain('there is no "opc" for gdpr-art33-authority');
    expect(story.obligation(RULE).evidence).toBeUndefined();
  });

  test('is kept, and stands in R6, on the board and in the timeline', () => {
    const story = voluntary();
    filed(story, { authority: 'ie-dpc' });
    expect(story.obligation(RULE).evidence).toMatchObject({ authority: 'ie-dpc', reference: 'V-1' });
    const sent = groupEntry(story.events).notifications.find(({ obligation }) => obligation === RULE)!;
    const { name } = story.pack.authorities.find(({ key }) => key === 'ie-dpc')!;
    expect(sent.who).toBe('ie-dpc');
    const groups = recordGroups(groupEntry(story.events), { pack: story.pack, asValue: valuesOf(undefined) });
    expect(JSON.stringify(groups.find(({ id }) => id === 'R6'))).toContain(name);
    const lines = recordLines(groupEntry(story.events), new Output(new Screen(), {})).join(' ');
    expect(lines.replace(/\s+/g, ' ')).toContain('gdpr-art33-authority: filed with ie-dpc, reference V-1');
    expect(board(story.state, story.pack, story.now).find(({ id }) => id === RULE)!.title).toContain('(ie-dpc)');
    expect(narrate(story.last('obligation-fulfilled', RULE), story.pack).text).toContain(`Filed with ${name}`);
  });

  test('is that of the obligation where one is owed: the same may be named, another is refused', () => {
    const other = aware();
    filed(other, { obligation: DE, authority: 'ie-dpc' });
    expect(other.problems().join()).toContain(`authority: ${DE} goes to de-bfdi, not to ie-dpc`);
    expect(other.obligation(DE).status).toBe('filing');
    filed(other, { obligation: DE, authority: 'de-bfdi' });
    expect(other.obligation(DE)).toMatchObject({ status: 'fulfilled', evidence: { authority: 'de-bfdi' } });
  });

  test('goes with a reference, and is not asked for again', () => {
    const story = voluntary();
    story.send('filed', { obligation: RULE, caseNumber: 'C-1', authority: 'ie-dpc' });
    expect(story.problems().join()).toContain('authority: goes with "reference"');
    filed(story, { authority: 'ie-dpc' });
    story.send('filed', { obligation: RULE, caseNumber: 'C-1' });
    expect(story.obligation(RULE).caseNumber).toBe('C-1');
    filed(story, { reference: 'V-2' });
    expect(story.obligation(RULE).supplements).toMatchObject([{ evidence: { authority: 'ie-dpc', reference: 'V-2' } }]);
  });
});

test('a report filed before one was owed can be supplemented and waived by its own name', () => {
  const story = new Story(
    {},
    smallPack({
      id: 'report',
      ...FILING,
      appliesWhen: { dataSet: { risk: ['high'] } },
      followUpOnStatus: ['contained', 'resolved'],
    }),
  );
  story.send('assess', { assessment: { personalData: 'no' }, awareAt: at(0.1) });
  story.send('filed', { obligation: 'report', reference: 'VOLUNTARY-1', authority: 'de-bfdi' });
  story.send('assess', { assessment: assessment({ dataSets: GERMAN }) });
  story.send('status', { status: 'contained' });
  expect(story.obligation('report').status).toBe('filing');
  story.send('filed', { obligation: 'report', reference: 'VOLUNTARY-2' });
  expect(story.obligation('report').supplements).toHaveLength(1);
  story.send('status', { status: 'resolved' });
  story.send('waive', { obligation: 'report', reason: 'both were told in one letter' });
  expect(story.obligation('report').status).toBe('fulfilled');
  expect(story.obligation('report:de-bfdi').status).toBe('waived');
});

test('what a report filed before one was owed still lacks is decided by its own name, also when others are owed', () => {
  const contents = [{ title: 'Individuals', field: 'individuals-count', citation: 'test' }];
  const story = new Story(
    {},
    smallPack({ id: 'report', ...FILING, contents, appliesWhen: { dataSet: { role: 'controller' } } }),
  );
  story.send('assess', { assessment: { personalData: 'no' }, awareAt: at(0.1) });
  story.send('filed', { obligation: 'report', reference: 'VOLUNTARY-1', authority: 'de-bfdi' });
  expect(outstanding(story.obligation('report'))).toEqual(['Individuals']);
  story.send('assess', {
    assessment: assessment({
      dataSets: ['DE', 'FR'].map((place, i) =>
        accounts({ id: `a${i}`, individuals: undefined, residence: { [place]: null } }),
      ),
    }),
  });
  expect(Object.keys(story.state.obligations)).toEqual(expect.arrayContaining(['report:de-bfdi', 'report:fr-cnil']));
  story.send('cannot-establish', {
    obligation: 'report',
    field: 'individuals-count',
    reason: 'the log that held it was destroyed by those who came in',
  });
  expect(outstanding(story.obligation('report'))).toEqual([]);
  // Nothing waits under that name any more: it means those that are open, and says which.
  story.send('filed', { obligation: 'report', reference: 'B' });
  expect(story.problems().join()).toMatch(/matches several obligations, name one of: report:de-bfdi, report:fr-cnil/);
});

test('nothing waives a report under Art. 33, neither a ground of Art. 34(3) nor a reason; a breach unlikely to result in a risk does not owe it', () => {
  const story = aware();
  story.send('waive', {
    obligation: RULE,
    reason: 'the disk was wholly encrypted and the laptop switched off',
    ground: 'gdpr-34-3-b',
  });
  expect(story.problems().join()).toBe(
    'ground: gdpr-34-3-b (GDPR Art. 34(3)(b)) does not waive gdpr-art33-authority (GDPR Art. 33(1)); ' +
      'no ground waives it: GDPR Art. 33(1) has no exception but a breach that is unlikely to result in a risk, which the assessment ' +
      'must show for every data set that the company holds as controller: then the report is not owed',
  );
  story.send('waive', { obligation: RULE, reason: 'too embarrassing', by: COUNSEL });
  expect(story.problems().join()).toMatch(
    /^ground: a reason alone does not waive gdpr-art33-authority .*no ground waives it/,
  );
  expect(story.obligation(DE).status).toBe('filing');
  story.send('assess', {
    assessment: assessment({ dataSets: [accounts({ residence: { DE: 200 }, risk: 'unlikely' })] }),
  });
  expect(story.obligation(DE).status).toBe('proposed-not-owed');
});

test('a filing that follows the status asks once for each status, and does not open itself for ever', () => {
  const story = new Story({}, smallPack({ id: 'report', ...FILING, followUpOnStatus: ['contained', 'resolved'] }));
  story.send('assess', { assessment: assessment({ dataSets: GERMAN }) });
  story.send('filed', { obligation: 'report', reference: 'A' });
  story.send('status', { status: 'contained' });
  expect(story.obligation('report:de-bfdi')).toMatchObject({ status: 'filing', round: 2 });
  story.send('filed', { obligation: 'report', reference: 'B' });
  expect(story.obligation('report:de-bfdi')).toMatchObject({ status: 'fulfilled', round: 2 });
  expect(wantedWork(story.state, story.pack)).toEqual([]);
});
