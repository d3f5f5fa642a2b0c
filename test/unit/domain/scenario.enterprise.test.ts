/** T3, N1: enterprise customers, as controllers, within 48 hours. */
import type { Policy } from '../../../domain/policy/policy';
import { UNCOVERED_PACK } from '../../../domain/policy/uncovered';
import { readPack } from '../../../policy/read-pack';
import { accounts, assessment, at, COUNSEL, ONCALL, stored } from './helpers/facts';
import { composed } from './helpers/pack';
import { NOT_OWED_REASON, Story } from './helpers/story';

const ID = 'enterprise-notice';
const LOOKS = 'counsel compares the wording with the contracts of these customers';
const PROMISES = composed(['trust-center', UNCOVERED_PACK].map(readPack));

/** Aware one hour after the detection: due at 49 h; by itself at 13 h, half of the 24 h in which all controllers are told. */
function aware(over: Parameters<typeof assessment>[0] = {}, world = {}, pack?: Policy): Story {
  const story = new Story({}, pack, world).to(1);
  story.send('assess', { assessment: assessment({ dataSets: [stored()], ...over }), awareAt: at(1) });
  return story;
}

describe('the clock', () => {
  test('it starts at awareness that data may be affected, not at the confirmed breach: the stricter is kept', () => {
    const story = aware({ personalData: 'possible' });
    expect(story.obligation(ID)).toMatchObject({ dueAt: at(49), clock: { from: 'aware', anchorAt: at(1) } });
    story.to(20).send('assess', { assessment: assessment({ dataSets: [stored()] }) });
    expect(story.state.anchors.confirmed).toBe(at(20));
    expect(story.obligation(ID).dueAt).toBe(at(49));
  });

  test('without a statement of awareness, the assessment itself is the awareness', () => {
    const story = new Story().to(3);
    story.send('assess', { assessment: assessment() });
    expect(story.last('awareness-recorded').data).toMatchObject({ awareAt: at(3) });
  });
});

describe('approval and silence', () => {
  test('approved, it goes out at once, with the person on record', () => {
    const story = aware().to(10);
    story.send('approve', { obligation: ID, by: COUNSEL });
    expect(story.last('notice-approved', ID).by).toBe(COUNSEL);
    expect(story.last('dispatch-started', ID).data.trigger).toBe('approved');
    expect(story.obligation(ID)).toMatchObject({ status: 'fulfilled', fulfilledAt: at(10), lateByMs: 0 });
  });

  test('met with silence it is sent by itself, twelve hours after awareness: no controller waits for the end of the promise', () => {
    const story = aware().to(60);
    expect(story.last('dispatch-started', ID)).toMatchObject({
      at: at(13),
      by: 'tocsin',
      data: { trigger: 'silence' },
    });
    expect(story.all('deadline-missed', ID)).toEqual([]);
  });

  test('approved before its draft is there, it is refused: nobody approves what nobody can read', () => {
    const story = aware({}, { silent: ['draft'] });
    story.send('approve', { obligation: ID });
    expect(story.problems().join()).toMatch(/no draft yet/);
  });

  test('an approval of a text that the facts have overtaken is refused; the new text needs its own', () => {
    const story = aware();
    const { fingerprint } = story.obligation(ID).draft!;
    story.world.silent = ['draft'];
    story.send('assess', { assessment: assessment({ dataSets: [stored({ categories: ['health data'] })] }) });
    story.send('approve', { obligation: ID, draft: fingerprint });
    expect(story.problems().join()).toMatch(/out of date/);
    story.restore('draft');
    expect(story.obligation(ID)).toMatchObject({ status: 'drafted' });
    story.send('approve', { obligation: ID, draft: fingerprint });
    expect(story.problems().join()).toMatch(/out of date/);
    story.send('approve', { obligation: ID, draft: story.obligation(ID).draft!.fingerprint });
    expect(story.obligation(ID).status).toBe('fulfilled');
  });

  test('a draft that is late goes out as soon as it is there, past the margin and past the deadline', () => {
    const story = aware({}, { silent: ['draft'] }).to(50);
    expect(story.obligation(ID)).toMatchObject({ status: 'pending', missedDueAt: at(49) });
    story.restore('draft');
    expect(story.obligation(ID)).toMatchObject({ status: 'fulfilled', lateByMs: 3_600_000 });
  });

  test('a second approval and a waiver come too late once it is sent, and are noted', () => {
    const story = aware();
    story.send('approve', { obligation: ID });
    for (const [name, more] of [
      ['approve', {}],
      ['waive', { reason: 'no' }],
      ['release', {}],
    ] as const) {
      expect(story.send(name, { obligation: ID, ...more })).toMatchObject([{ kind: 'noted' }]);
    }
    expect(story.all('dispatch-started', ID)).toHaveLength(1);
  });

  test('a delivery that is reported twice fulfils once', () => {
    const story = aware();
    story.send('approve', { obligation: ID });
    const evidence = { channel: 'email', sent: 3 };
    const again = story.report({ kind: 'delivered', obligation: ID, round: 1, evidence });
    expect(again).toEqual([]);
    expect(story.all('obligation-fulfilled', ID)).toHaveLength(1);
  });
});

describe('hold', () => {
  test('a held notice does not go out on silence, and goes at once when the hold ends', () => {
    const story = aware();
    story.send('hold', { obligation: ID, by: COUNSEL, reason: LOOKS, until: at(20) });
    story.to(19.9);
    expect(story.obligation(ID).status).toBe('drafted');
    story.to(21);
    expect(story.last('obligation-released', ID)).toMatchObject({ at: at(20), by: 'tocsin' });
    expect(story.obligation(ID)).toMatchObject({ status: 'fulfilled', fulfilledAt: at(20), lateByMs: 0 });
  });

  test('a promise alone is held without an end, past its deadline as that person’s decision; why the delay was right is asked for all the same', () => {
    const story = aware({}, {}, PROMISES);
    story.send('hold', { obligation: ID, by: COUNSEL, reason: 'the police asked for two days, file 26-1187' });
    story.to(60);
    expect(story.last('deadline-missed', ID).data).toMatchObject({
      heldBy: COUNSEL,
      holdReason: 'the police asked for two days, file 26-1187',
    });
    expect(story.all('delay-reasons-requested', ID)).toHaveLength(1);
    story.send('release', { obligation: ID, by: COUNSEL });
    expect(story.obligation(ID)).toMatchObject({
      status: 'fulfilled',
      lateByMs: 11 * 3_600_000,
      delayReasonsOwed: true,
    });
  });

  test('released before the margin it waits for a person again', () => {
    const story = aware();
    story.send('hold', { obligation: ID, reason: LOOKS, until: at(20) });
    story.to(5).send('release', { obligation: ID });
    expect(story.obligation(ID).status).toBe('drafted');
    story.to(13);
    expect(story.obligation(ID).fulfilledAt).toBe(at(13));
  });

  test('approving a held notice ends the hold', () => {
    const story = aware();
    story.send('hold', { obligation: ID, reason: LOOKS, until: at(20) });
    story.send('approve', { obligation: ID });
    expect(story.obligation(ID)).toMatchObject({ status: 'fulfilled' });
  });

  test('a hold until an instant that has passed is refused', () => {
    const story = aware().to(10);
    story.send('hold', { obligation: ID, reason: 'x', until: at(9) });
    expect(story.problems()).toEqual([
      expect.stringMatching(/^until: must be in the future: .* was read, and it is .* UTC; give a later one, like /),
    ]);
  });
});

describe('awareness corrected', () => {
  test('to 70 hours ago: past the deadline, nothing goes before somebody stands by it; then at once, and reasons are asked for', () => {
    const story = new Story({ detectedAt: at(-80), declaredAt: at(-79.75) }).to(0);
    story.send('assess', { assessment: assessment({ dataSets: [stored()] }), awareAt: at(0) });
    expect(story.obligation(ID)).toMatchObject({ status: 'drafted', dueAt: at(48) });
    story.send('assess', { awareAt: at(-70), reason: 'the log shows it', by: COUNSEL });
    expect(story.last('awareness-recorded')).toMatchObject({
      by: COUNSEL,
      data: { awareAt: at(-70), previousAt: at(0), reason: 'the log shows it' },
    });
    expect(story.obligation(ID)).toMatchObject({ status: 'drafted', dueAt: at(-22) });
    story.send('confirm');
    expect(story.last('dispatch-started', ID)).toMatchObject({ at: at(0), data: { trigger: 'silence' } });
    expect(story.obligation(ID)).toMatchObject({ status: 'fulfilled', dueAt: at(-22), lateByMs: 22 * 3_600_000 });
    expect(story.obligation(ID).delayReasonsOwed).toBe(true);
  });

  test('to 45 hours ago: within the margin, and past the target for every controller: once somebody stands by it, it goes and is in time', () => {
    const story = new Story({ detectedAt: at(-80), declaredAt: at(-79.75) }).to(0);
    story.send('assess', { assessment: assessment({ dataSets: [stored()] }), awareAt: at(0) });
    story.send('assess', { awareAt: at(-45), reason: 'the log shows it' });
    expect(story.obligation(ID).status).toBe('drafted');
    story.send('confirm');
    expect(story.obligation(ID)).toMatchObject({ status: 'fulfilled', fulfilledAt: at(0), lateByMs: 0 });
    expect(story.obligation(ID).delayReasonsOwed).toBeFalsy();
  });

  test('a correction needs a reason, and cannot lie in the future', () => {
    const story = aware();
    story.send('assess', { awareAt: at(0.5) });
    expect(story.problems()).toEqual(['reason: is needed to correct the recorded instant of awareness']);
    story.send('assess', { awareAt: at(2), reason: 'x' });
    expect(story.problems()).toEqual([expect.stringMatching(/^awareAt: must not be in the future: .* was read/)]);
    expect(story.obligation(ID).dueAt).toBe(at(49));
  });

  test('a sender whose clock runs a little ahead is understood: its "now" is our now', () => {
    const story = aware();
    story.send('assess', { awareAt: at(1.05), reason: 'typed wrong' });
    expect(story.state.anchors.aware).toBe(at(1));
    story.send('status', { status: 'contained', at: at(1.05) });
    expect(story.state.anchors.contained).toBe(at(1));
  });

  test('to later, with a second person: the deadline moves, and the one that was missed stays, with the reasons that it asks for', () => {
    const story = aware({ personalData: 'possible' }, { silent: ['draft'] }).to(50);
    expect(story.obligation(ID).delayReasonsOwed).toBe(true);
    story.send('assess', { awareAt: at(30), reason: 'it was only a suspicion before the logs were read' });
    story.send('confirm', { by: COUNSEL });
    expect(story.obligation(ID)).toMatchObject({ dueAt: at(78), misses: [at(49)], delayReasonsOwed: true });
  });

  test('after the notice is sent, a correction changes neither its instant nor its lateness', () => {
    const story = aware();
    story.send('approve', { obligation: ID });
    story.to(60).send('assess', { awareAt: at(0), reason: 'earlier' });
    story.send('assess', { awareAt: at(-90), reason: 'still earlier' });
    expect(story.obligation(ID)).toMatchObject({ fulfilledAt: at(1), lateByMs: 0, status: 'fulfilled' });
  });
});

describe('incomplete and changed facts', () => {
  const incomplete = stored();
  delete incomplete.individuals;
  const records = { stored: { 'ws-1': { records: 3000 }, 'ws-2': { records: 3000 } } };

  test('unknown facts do not stop the notice; once known they go out as a supplement', () => {
    const story = aware({ dataSets: [incomplete], perWorkspace: records }).to(14);
    expect(story.obligation(ID)).toMatchObject({ status: 'fulfilled', fulfilledAt: at(13) });
    expect(story.obligation(ID).draft?.missing).toEqual(['Approximate number of individuals', 'Measures taken']);
    story.send('assess', { assessment: assessment({ dataSets: [stored()] }) });
    expect(story.last('obligation-reopened', ID).data).toMatchObject({
      purpose: 'supplement',
      round: 2,
      reason: 'now established: Approximate number of individuals',
    });
    expect(story.obligation(ID).missingThen).toEqual(['Approximate number of individuals', 'Measures taken']);
    story.send('approve', { obligation: ID });
    expect(story.obligation(ID)).toMatchObject({
      status: 'fulfilled',
      fulfilledAt: at(13),
      lateByMs: 0,
      supplements: [{ round: 2, at: at(14) }],
    });
  });

  test('measures that were known before the notice went out are in it, and need no supplement', () => {
    const story = aware().to(2);
    story.send('measure', { text: 'All sessions ended' });
    story.to(48);
    expect(story.obligation(ID)).toMatchObject({ status: 'fulfilled', round: 1, draft: { missing: [] } });
  });

  test('newly found workspaces get their own round, and only they are mailed: the same ledger', () => {
    const story = aware();
    story.send('approve', { obligation: ID });
    story.to(20).send('assess', {
      assessment: assessment({ dataSets: [stored()], workspaces: ['ws-1', 'ws-2', 'ws-3'] }),
    });
    expect(story.last('obligation-reopened', ID).data).toMatchObject({ purpose: 'new-recipients', round: 2 });
    expect(story.obligation(ID)).toMatchObject({ status: 'drafted', dueAt: at(68) });
    story.to(62);
    expect(story.last('dispatch-started', ID).data).toMatchObject({
      round: 2,
      trigger: 'silence',
      covers: { workspaces: ['ws-1', 'ws-2', 'ws-3'] },
    });
  });

  test('facts found together with new workspaces still reach those who had the incomplete notice', () => {
    const story = aware({ dataSets: [incomplete], perWorkspace: records });
    story.send('measure', { text: 'All sessions ended' });
    story.send('approve', { obligation: ID });
    story.to(20).send('assess', {
      assessment: assessment({ dataSets: [stored()], workspaces: ['ws-1', 'ws-2', 'ws-3'] }),
    });
    expect(story.obligation(ID).purpose).toBe('new-recipients');
    story.send('approve', { obligation: ID });
    expect(story.obligation(ID)).toMatchObject({ purpose: 'supplement', round: 3, status: 'drafted' });
    story.send('approve', { obligation: ID });
    expect(story.obligation(ID).status).toBe('fulfilled');
  });

  test('a workspace that falls out was told wrongly: a correcting notice waits for a person; the same facts again open nothing', () => {
    const story = aware();
    story.send('approve', { obligation: ID });
    story.send('assess', { assessment: assessment({ dataSets: [stored()], workspaces: ['ws-1'] }) });
    expect(story.obligation(ID)).toMatchObject({ status: 'drafted', round: 2 });
    const again = story.send('assess', { assessment: assessment({ dataSets: [stored()], workspaces: ['ws-1'] }) });
    expect(again).toMatchObject([{ kind: 'noted', data: { note: 'the assessment on record already says this' } }]);
    story.to(200);
    expect(story.all('dispatch-started', ID)).toHaveLength(1);
  });

  test('a data set that turns out not to be affected mails nobody by itself, and a person may find it not material', () => {
    const story = aware();
    story.send('approve', { obligation: ID });
    story.to(20).send('assess', { assessment: assessment({ dataSets: [accounts()] }) });
    expect(story.obligation(ID)).toMatchObject({ status: 'drafted', round: 2, fulfilledAt: at(1) });
    story.to(200);
    expect(story.all('dispatch-started', ID)).toHaveLength(1);
    const reason = 'the account manager told each of them in person the same morning';
    story.send('not-material', { obligation: ID, reason, by: COUNSEL });
    expect(story.obligation(ID)).toMatchObject({ status: 'fulfilled', fulfilledAt: at(1) });
  });

  test('an open later round whose facts fall away is a correction: it is not sent by silence, and the first notice stays on record', () => {
    const story = aware();
    story.send('approve', { obligation: ID });
    story.send('assess', { assessment: assessment({ dataSets: [stored()], workspaces: 'all' }) });
    expect(story.obligation(ID)).toMatchObject({ status: 'drafted', round: 2 });
    story.to(10).send('assess', { assessment: { personalData: 'no' }, by: COUNSEL });
    story.to(200);
    expect(story.all('dispatch-started', ID)).toHaveLength(1);
    expect(story.obligation(ID)).toMatchObject({ status: 'drafted', fulfilledAt: at(1) });
  });

  test('a later round told by phone leaves the first notice fulfilled and in time, and later facts open the next round', () => {
    const story = aware();
    story.send('approve', { obligation: ID });
    story.send('assess', { assessment: assessment({ dataSets: [stored()], workspaces: ['ws-1', 'ws-2', 'ws-3'] }) });
    story.to(5).send('told', { obligation: ID, channel: 'phone', workspaces: ['ws-3'] });
    expect(story.obligation(ID)).toMatchObject({ status: 'fulfilled', fulfilledAt: at(1), lateByMs: 0 });
    story.to(100).send('assess', { assessment: assessment({ dataSets: [stored()], workspaces: 'all' }) });
    expect(story.obligation(ID)).toMatchObject({ round: 3, purpose: 'new-recipients', dueAt: at(148) });
    expect(story.all('deadline-missed', ID)).toEqual([]);
  });
});

describe('not a personal-data breach', () => {
  test('the own promise falls away; the duties of law are confirmed as not owed by a person, with one reason', () => {
    const story = new Story().to(1);
    story.send('assess', { assessment: { personalData: 'no' }, by: COUNSEL });
    // The promise of the company falls away by itself; what the law asks, a person decides.
    expect(story.obligation(ID)).toMatchObject({
      status: 'not-required',
      decision: { by: COUNSEL, at: at(1), reason: expect.stringContaining('no personal data is affected') },
    });
    story.to(2).send('not-owed', { all: true, reason: NOT_OWED_REASON, by: ONCALL });
    for (const id of [
      'gdpr-art33-authority',
      'gdpr-art33-2-controllers',
      'pipeda-opc-report',
      'gdpr-art34-individuals',
      'pipeda-individuals',
    ]) {
      expect(story.obligation(id)).toMatchObject({
        status: 'not-required',
        decision: { by: ONCALL, at: at(2), reason: NOT_OWED_REASON },
        proposal: { because: ['no personal data is affected'], facts: '1', at: at(1) },
      });
      expect(story.last('obligation-not-required', id)).toMatchObject({ by: ONCALL, at: at(2) });
    }
    expect(story.to(400).all('dispatch-started', ID)).toEqual([]);
  });

  test('found later after all, the duty opens again on the awareness recorded then', () => {
    const story = new Story().to(1);
    story.send('assess', { assessment: { personalData: 'no' } });
    story.to(30).send('assess', { assessment: assessment(), by: ONCALL });
    expect(story.obligation(ID)).toMatchObject({ status: 'drafted', dueAt: at(78), purpose: 'first' });
    expect(story.obligation('gdpr-art33-authority:de-bfdi').dueAt).toBe(at(102));
    expect(story.state.obligations['gdpr-art33-authority']).toBeUndefined();
  });
});
