/** T5, N4: affected individuals, directly, without undue delay after the authority; GDPR Art. 34(3). */
import { accounts, assessment, at, COUNSEL, stored } from './helpers/facts';
import { Story } from './helpers/story';

const ID = 'gdpr-art34-individuals';
const PUBLIC = 'gdpr-art34-3c-public-communication';
const SEALED = { encrypted: 'yes', keysTaken: 'no' } as const;
const german = (over: Parameters<typeof accounts>[0] = {}) =>
  accounts({ residence: { DE: 200 }, significantHarm: 'no', ...over });

/** High risk, aware one hour after the detection: 97 h is the backstop. */
function aware(dataSets = [german()], world = {}): Story {
  const story = new Story({}, undefined, world).to(1);
  story.send('measure', { text: 'All sessions ended' });
  story.send('assess', { assessment: assessment({ dataSets }), awareAt: at(1) });
  return story;
}

test('the backstop counts from awareness; the filing at the authority makes it 24 hours from there', () => {
  const story = aware();
  expect(story.obligation(ID)).toMatchObject({ dueAt: at(97), clock: { from: 'aware' } });
  story.to(30).send('filed', { obligation: 'gdpr-art33-authority', reference: 'A' });
  expect(story.obligation(ID)).toMatchObject({
    dueAt: at(54),
    clock: { from: 'authority-notified', anchorAt: at(30) },
  });
});

test('a filing later than the backstop moves no deadline later', () => {
  const story = aware().to(90);
  story.send('filed', {
    obligation: 'gdpr-art33-authority',
    reference: 'A',
    delayReasons: 'the on-call engineer took it for a test until Monday',
  });
  expect(story.obligation(ID).dueAt).toBe(at(97));
});

test('on silence it is alarmed and never sent without a person', () => {
  const story = aware().to(400);
  expect(story.all('dispatch-started', ID)).toEqual([]);
  expect(story.alarms(ID).slice(0, 5)).toEqual(['50 %', '75 %', 'margin', '90 %', 'due']);
  story.send('approve', { obligation: ID, delayReasons: 'the list was being checked' });
  expect(story.obligation(ID)).toMatchObject({
    status: 'fulfilled',
    lateByMs: 303 * 3_600_000,
    delayReasonsOwed: false,
  });
});

test('approved, it goes to them directly at once', () => {
  const story = aware().to(20);
  story.send('approve', { obligation: ID, by: COUNSEL });
  expect(story.obligation(ID)).toMatchObject({ status: 'fulfilled', fulfilledAt: at(20), lateByMs: 0 });
});

test('people in Canada have their own notice under PIPEDA', () => {
  const story = aware([accounts({ residence: { CA: 5 } })]);
  expect(story.obligation(ID).status).toBe('proposed-not-owed');
  story.send('approve', { obligation: 'pipeda-individuals' });
  expect(story.obligation('pipeda-individuals').status).toBe('fulfilled');
});

test('while the risk is not assessed no clock of Art. 34 runs; it starts at the recorded awareness once it is high', () => {
  const story = aware([german({ risk: 'unknown' })]);
  expect(story.state.obligations[ID]).toBeUndefined();
  story.to(40).send('assess', { assessment: assessment({ dataSets: [german()] }) });
  expect(story.obligation(ID)).toMatchObject({ dueAt: at(97), status: 'drafted' });
});

describe('Art. 34(3)(a): measures that made the data unintelligible', () => {
  test.each([
    ['the keys were taken', { encrypted: 'yes', keysTaken: 'yes' }],
    ['it is not known whether the keys were taken', { encrypted: 'yes', keysTaken: 'unknown' }],
    ['only part was encrypted', { encrypted: 'partly', keysTaken: 'no' }],
    ['nothing was encrypted', { encrypted: 'no', keysTaken: 'no' }],
  ] as const)('is refused while %s', (_what, protection) => {
    const story = aware([german({ protection })]);
    story.send('waive', {
      obligation: ID,
      reason: 'the disk was wholly encrypted and the laptop switched off',
      ground: 'gdpr-34-3-a',
    });
    expect(story.problems().join()).toMatch(/gdpr-34-3-a needs data that is unintelligible, .*; .*"Account data"/);
    expect(story.obligation(ID).status).toBe('drafted');
  });

  test('an unknown ground is refused, telling those that are possible and never what was sent', () => {
    const story = aware();
    story.send('waive', {
      obligation: ID,
      reason: 'the disk was wholly encrypted and the laptop switched off',
      ground: 'hunter2-s3cr3t',
    });
    expect(story.problems()).toEqual([
      'ground: the policy has no such ground; possible here: gdpr-34-3-a (Data unintelligible to those who reached it), ' +
        'gdpr-34-3-b (High risk removed by later measures), gdpr-34-3-c (Disproportionate effort); or else: ' +
        'the notice is not owed where the assessment shows that a high risk is not likely',
    ]);
  });

  test('is refused before any data set is named', () => {
    const story = new Story();
    story.send('waive', {
      obligation: ID,
      reason: 'the disk was wholly encrypted and the laptop switched off',
      ground: 'gdpr-34-3-a',
    });
    expect(story.problems().join()).toContain('gdpr-34-3-a');
    expect(story.state.obligations[ID]).toBeUndefined();
  });

  test('is accepted for data wholly encrypted with the keys safe, with person, time and reason', () => {
    const story = aware([german({ protection: SEALED })]).to(3);
    story.send('waive', {
      obligation: ID,
      reason: 'AES-256, with keys that never left the HSM of the vault',
      ground: 'gdpr-34-3-a',
      by: COUNSEL,
    });
    expect(story.obligation(ID)).toMatchObject({
      status: 'waived',
      decision: {
        by: COUNSEL,
        at: at(3),
        reason: 'AES-256, with keys that never left the HSM of the vault',
        ground: 'gdpr-34-3-a',
      },
    });
  });

  test('looks at the data of which the company is controller, not at what it holds for others', () => {
    const story = aware([german({ protection: SEALED }), stored({ risk: 'high' })]);
    story.send('waive', {
      obligation: ID,
      reason: 'the disk was wholly encrypted and the laptop switched off',
      ground: 'gdpr-34-3-a',
    });
    expect(story.obligation(ID).status).toBe('waived');
  });

  test('new facts reopen it, and the deadline counts from awareness as before', () => {
    const story = aware([german({ protection: SEALED })]);
    story.send('waive', {
      obligation: ID,
      reason: 'the disk was wholly encrypted and the laptop switched off',
      ground: 'gdpr-34-3-a',
      by: COUNSEL,
    });
    const protection = { encrypted: 'yes', keysTaken: 'yes' } as const;
    story.to(30).send('assess', { assessment: assessment({ dataSets: [german({ protection })] }) });
    expect(story.last('obligation-reopened', ID).data).toMatchObject({ purpose: 'first', dueAt: at(97) });
    expect(story.last('obligation-reopened', ID).data.reason).toContain(
      '(the disk was wholly encrypted and the laptop switched off)',
    );
    expect(story.obligation(ID)).toMatchObject({ status: 'drafted' });
  });

  test('an assessment that says the same again does not reopen it', () => {
    const story = aware([german({ protection: SEALED })]);
    story.send('waive', {
      obligation: ID,
      reason: 'the disk was wholly encrypted and the laptop switched off',
      ground: 'gdpr-34-3-a',
    });
    story.send('assess', { assessment: assessment({ dataSets: [german({ protection: SEALED })] }) });
    expect(story.obligation(ID).status).toBe('waived');
  });
});

describe('Art. 34(3)(c): disproportionate effort', () => {
  const waived = () => {
    const story = aware();
    story.send('waive', {
      obligation: ID,
      reason: 'nobody has their addresses: the export held pseudonyms alone',
      ground: 'gdpr-34-3-c',
      by: COUNSEL,
    });
    return story;
  };

  test('the waiver arms a public communication, which needs a person too', () => {
    const story = waived();
    expect(story.obligation(ID).status).toBe('waived');
    expect(story.obligation(PUBLIC)).toMatchObject({ status: 'drafted', dueAt: at(97) });
    story.to(200);
    expect(story.all('dispatch-started', PUBLIC)).toEqual([]);
    story.send('approve', { obligation: PUBLIC });
    expect(story.obligation(PUBLIC).status).toBe('partly-told');
    story.send('told', { obligation: PUBLIC, channel: 'newspaper', languages: ['en'] });
    expect(story.obligation(PUBLIC).status).toBe('fulfilled');
  });

  test('other grounds arm none', () => {
    const story = aware();
    story.send('waive', {
      obligation: ID,
      reason: 'each password was reset before anybody could sign in',
      ground: 'gdpr-34-3-b',
    });
    expect(story.obligation(PUBLIC).status).toBe('not-required');
  });

  test('new facts put the direct notice back in its place', () => {
    const story = waived();
    story.send('assess', { assessment: assessment({ dataSets: [german({ individuals: 3, residence: { DE: 3 } })] }) });
    expect(story.obligation(ID).status).toBe('drafted');
    expect(story.obligation(PUBLIC).status).toBe('not-required');
  });

  test('it also replaces the direct notice to people found later', () => {
    const story = aware();
    story.send('approve', { obligation: ID });
    story.send('assess', { assessment: assessment({ dataSets: [german({ individuals: 900 })] }) });
    expect(story.obligation(ID)).toMatchObject({ status: 'drafted', purpose: 'new-recipients' });
    story.send('waive', {
      obligation: ID,
      reason: 'nobody has their addresses: the export held pseudonyms alone',
      ground: 'gdpr-34-3-c',
    });
    expect(story.obligation(ID)).toMatchObject({ status: 'fulfilled', round: 2 });
    expect(story.obligation(PUBLIC).status).toBe('drafted');
  });
});

test('a waiver before the duty is known to apply is a decision too, and new facts reopen it', () => {
  const story = new Story();
  story.send('waive', {
    obligation: ID,
    ground: 'gdpr-34-3-b',
    reason: 'every key was revoked before its first use, as the vault shows',
    by: COUNSEL,
  });
  expect(story.obligation(ID)).toMatchObject({ status: 'waived', decision: { by: COUNSEL } });
  story.send('assess', { assessment: assessment({ dataSets: [german()] }) });
  expect(story.obligation(ID).status).toBe('drafted');
});
