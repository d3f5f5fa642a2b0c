/** Told = affected: a notice is fulfilled when everybody whom the facts name was told, or is left untold by a decision. */
import { board } from '../../../domain/incident/explain';
import { nextSteps } from '../../../domain/incident/next-steps';
import { accounts, assessment, at, COUNSEL, stored } from './helpers/facts';
import { packOf, smallPack, TRUST_CENTER } from './helpers/pack';
import { Story } from './helpers/story';

const GONE = 'its account was closed in March and nobody is left there';
const ID = 'enterprise-notice';
const BOTH = 'gdpr-art33-2-controllers';
const PEOPLE = 'gdpr-art34-individuals';

/** Customers' data is affected in these workspaces; aware at one hour. */
function customers(workspaces: 'all' | string[], world: ConstructorParameters<typeof Story>[2] = {}): Story {
  const story = new Story({}, undefined, world).to(1);
  story.send('assess', { assessment: assessment({ dataSets: [stored()], workspaces }), awareAt: at(1) });
  return story;
}

/** People of the company's own data set, reported to the authorities, the notice drafted; at ten hours. */
function people(residence: Record<string, number | null>, world: ConstructorParameters<typeof Story>[2] = {}): Story {
  const story = new Story({}, packOf({ mainEstablishment: 'IE' }), world).to(1);
  const individuals = Object.values(residence).reduce<number>((sum, n) => sum + (n ?? 0), 0);
  story.send('measure', { text: 'All sessions ended' });
  story.send('assess', {
    assessment: assessment({ dataSets: [accounts({ individuals, residence })] }),
    awareAt: at(1),
  });
  return story.to(10);
}

const word = (story: Story, id: string) =>
  board(story.state, story.pack, story.now).find((row) => row.id === id)!.status;

describe('workspaces', () => {
  test('sent to two unusable owners it stays open, alarmed, "0 of 2 told", however late it gets', () => {
    const story = customers(['ws-d', 'ws-e'], { unreached: { 'ws-d': 1, 'ws-e': 1 } });
    story.send('approve', { obligation: ID });
    expect(story.obligation(ID).status).toBe('partly-told');
    expect(story.obligation(ID).fulfilledAt).toBeUndefined();
    expect(word(story, ID)).toBe('partly told: 0 of 2');
    expect(story.last('alarm-raised', ID).data).toMatchObject({
      threshold: { kind: 'undeliverable', failed: 2, total: 2 },
      todo: 'tell-by-hand',
    });
    story.to(62);
    expect(story.obligation(ID)).toMatchObject({ status: 'partly-told', missedDueAt: at(49) });
    expect(story.alarms(ID)).toEqual(expect.arrayContaining(['undeliverable', 'due', 'overdue 1']));
  });

  test('an unknown workspace leaves it open, and the others are told', () => {
    const story = customers(['ws-gone', 'ws-k'], { unreached: { 'ws-gone': 1 } });
    story.send('approve', { obligation: ID });
    expect(word(story, ID)).toBe('partly told: 1 of 2');
    const row = board(story.state, story.pack, story.now).find(({ id }) => id === ID)!;
    expect(row.untold).toEqual({
      obligation: ID,
      who: [{ kind: 'workspace', workspace: 'ws-gone', why: 'no-address' }],
    });
  });

  test('the last of them told by phone, it is fulfilled at that instant; both instants are kept', () => {
    const story = customers(['ws-1', 'ws-2'], { unreached: { 'ws-2': 1 } });
    story.send('approve', { obligation: ID });
    story.to(20).send('told', { obligation: ID, channel: 'phone', workspaces: ['ws-2'], at: at(19), by: COUNSEL });
    expect(story.obligation(ID)).toMatchObject({
      status: 'fulfilled',
      fulfilledAt: at(19),
      lateByMs: 0,
      evidence: { of: 2, told: 2, outside: 1, firstToldAt: at(1), lastToldAt: at(19) },
      outside: [{ channel: 'phone', by: COUNSEL, workspaces: ['ws-2'], at: at(19) }],
    });
  });

  test('lateness is judged on when the last owed one was told, not the first', () => {
    const story = customers(['ws-1', 'ws-2'], { unreached: { 'ws-2': 1 } });
    story.send('approve', { obligation: ID });
    story.to(52).send('told', { obligation: ID, channel: 'letter', workspaces: ['ws-2'] });
    expect(story.obligation(ID)).toMatchObject({
      fulfilledAt: at(52),
      lateByMs: 3 * 3_600_000,
      evidence: { firstToldAt: at(1), lastToldAt: at(52) },
    });
  });

  test('one left untold with a reason is not told, and the rest counts', () => {
    const story = customers(['ws-1', 'ws-2'], { unreached: { 'ws-2': 1 } });
    story.send('approve', { obligation: ID });
    story.to(60).send('leave-untold', { obligation: ID, workspaces: ['ws-2'], reason: GONE, by: COUNSEL });
    expect(story.obligation(ID)).toMatchObject({
      status: 'fulfilled',
      fulfilledAt: at(1),
      lateByMs: 0,
      evidence: { of: 2, told: 1, left: 1 },
      leftUntold: [{ by: COUNSEL, reason: GONE, workspaces: ['ws-2'] }],
    });
  });

  test('where all are left untold nobody was told: an own promise is waived by whoever decided so, never fulfilled', () => {
    const promise = { id: 'promise', recipient: { to: 'workspace-owners' } };
    const story = new Story({}, smallPack(promise), { unreached: { 'ws-1': 1 } });
    story.send('assess', { assessment: assessment({ dataSets: [stored()], workspaces: ['ws-1'] }) });
    story.send('approve', { obligation: 'promise' });
    story.send('leave-untold', {
      obligation: 'promise',
      rest: true,
      reason: 'a workspace of our own testers, with no data of anybody',
      by: COUNSEL,
    });
    expect(story.obligation('promise')).toMatchObject({ status: 'waived', decision: { by: COUNSEL } });
    expect(story.obligation('promise').fulfilledAt).toBeUndefined();
  });

  test('to leave untold everybody whom the law names is a waiver without a ground: it is refused, and one of two is not', () => {
    const story = customers(['ws-1', 'ws-2'], { unreached: { 'ws-1': 1, 'ws-2': 1 } });
    story.send('approve', { obligation: ID });
    story.send('leave-untold', { obligation: ID, rest: true, reason: 'too embarrassing', by: COUNSEL });
    expect(story.problems().join()).toMatch(
      /leave nobody told, which amounts to waiving gdpr-art33-2-controllers \(GDPR Art. 33\(2\)\)/,
    );
    expect(story.obligation(ID).status).toBe('partly-told');
    story.send('told', { obligation: ID, channel: 'phone', workspaces: ['ws-1'] });
    story.send('leave-untold', { obligation: ID, rest: true, reason: GONE, by: COUNSEL });
    expect(story.obligation(ID)).toMatchObject({ status: 'fulfilled', evidence: { told: 1, left: 1 } });
  });

  test('none named: sent to nobody fulfils nothing, until the assessment names one or a person says that there is none', () => {
    const story = customers([]);
    story.send('approve', { obligation: ID });
    expect(word(story, ID)).toBe('partly told: 0 of 0');
    story.send('assess', { assessment: assessment({ dataSets: [stored()], workspaces: ['ws-1'] }) });
    expect(story.obligation(ID)).toMatchObject({ round: 2, status: 'drafted' });
    story.send('approve', { obligation: ID });
    expect(story.obligation(ID)).toMatchObject({ status: 'fulfilled', evidence: { of: 1, told: 1 } });
  });

  test('one told by phone whom the directory does not have is not "all workspaces"', () => {
    const story = customers('all');
    const none = { of: 'workspaces' as const, reached: [], unreached: [], numbers: { told: 0, untold: 0 } };
    story.counted = () => none;
    story.send('told', { obligation: ID, channel: 'phone', workspaces: ['ws-ghost'] });
    story.send('approve', { obligation: ID });
    expect(story.obligation(ID).status).toBe('partly-told');
    story.send('leave-untold', { obligation: ID, rest: true, reason: 'the ghost was the only customer', by: COUNSEL });
    expect(story.obligation(ID).status).toBe('fulfilled');
  });

  test('told by phone before the mail goes out, nobody is mailed and it is fulfilled', () => {
    const story = customers(['ws-1', 'ws-2']);
    story.to(3).send('told', { obligation: ID, channel: 'phone', workspaces: ['ws-1', 'ws-2'] });
    expect(story.obligation(ID)).toMatchObject({ status: 'fulfilled', fulfilledAt: at(3) });
    expect(story.all('dispatch-started', ID)).toEqual([]);
  });

  test('whom a person decided to leave untold before it is sent is not mailed', () => {
    const story = customers(['ws-1', 'ws-2']);
    story.send('leave-untold', {
      obligation: ID,
      workspaces: ['ws-2'],
      reason: 'a workspace of our own testers, with no data of anybody',
    });
    story.send('approve', { obligation: ID });
    expect(story.last('dispatch-started', ID).data.covers.workspaces).toEqual(['ws-1']);
    expect(story.obligation(ID)).toMatchObject({ status: 'fulfilled', evidence: { told: 1, left: 1 } });
  });

  test('nobody was told before the breach was detected', () => {
    const story = customers(['ws-1']);
    story.send('told', { obligation: ID, channel: 'phone', workspaces: ['ws-1'], at: '2020-01-01T00:00:00.000Z' });
    expect(story.problems()).toEqual(['at: must not be before the detection or the awareness, whichever came first']);
    expect(story.obligation(ID).fulfilledAt).toBeUndefined();
  });

  test('whom the law names is left untold by a named person with a reason in words, also in a later round', () => {
    const story = customers(['ws-1']);
    story.send('approve', { obligation: ID });
    story.send('assess', { assessment: assessment({ dataSets: [stored()], workspaces: ['ws-1', 'ws-2'] }) });
    for (const [more, problem] of [
      [{ reason: '.' }, 'reason: must say why'],
      [{ reason: 'as agreed' }, 'reason: must say why'],
      [{ reason: 'Notice to every affected controller' }, 'reason: must say why'],
      [{ reason: GONE, by: 'Tocsin' }, 'by: must name a person'],
    ] as const) {
      story.send('leave-untold', { obligation: ID, workspaces: ['ws-2'], ...more });
      expect(story.problems()).toEqual([expect.stringContaining(problem)]);
      expect(story.obligation(BOTH).status).not.toBe('fulfilled');
    }
    story.send('leave-untold', { obligation: ID, workspaces: ['ws-2'], reason: GONE, by: COUNSEL });
    expect(story.obligation(BOTH).status).toBe('fulfilled');
  });

  test('all the rest of a later round are not left untold at once: nobody whom that round is for would be told', () => {
    const story = customers(['ws-1'], { unreached: { 'ws-2': 1, 'ws-3': 1 } });
    story.send('approve', { obligation: ID });
    const found = { dataSets: [stored()], workspaces: ['ws-1', 'ws-2', 'ws-3'] };
    story.send('assess', { assessment: assessment(found) });
    story.send('approve', { obligation: ID });
    for (const whom of [{ rest: true }, { workspaces: ['ws-2', 'ws-3'] }]) {
      story.send('leave-untold', { obligation: ID, ...whom, reason: GONE, by: COUNSEL });
      expect(story.problems().join()).toMatch(/leave nobody told, which amounts to waiving gdpr-art33-2-controllers/);
    }
    // One of them is told: then the other is one who is gone.
    story.send('told', { obligation: ID, channel: 'phone', workspaces: ['ws-2'] });
    story.send('leave-untold', { obligation: ID, rest: true, reason: GONE, by: COUNSEL });
    expect(story.obligation(ID)).toMatchObject({
      status: 'fulfilled',
      supplements: [{ evidence: { told: 2, left: 1 } }],
    });
  });

  test('waiving a promise leaves nobody untold whom the law names and who was found later', () => {
    const story = customers(['ws-1']);
    story.send('approve', { obligation: ID });
    story.send('assess', { assessment: assessment({ dataSets: [stored()], workspaces: ['ws-1', 'ws-2'] }) });
    story.send('waive', {
      obligation: ID,
      ground: 'promise-released',
      reason: 'the contract of that customer has no such promise',
    });
    expect(story.problems().join()).toContain(
      `tells under ${BOTH} (GDPR Art. 33(2)) too, and somebody is untold: ws-2`,
    );
    expect(story.obligation(BOTH).status).toBe('pending');
  });

  test('who is not among the untold is refused, and so is nobody', () => {
    const story = customers(['ws-1', 'ws-2'], { unreached: { 'ws-2': 1 } });
    story.send('approve', { obligation: ID });
    story.send('told', { obligation: ID, channel: 'phone', workspaces: ['ws-9'] });
    expect(story.problems().join()).toMatch(/workspaces: ws-9: not among those still untold; they are: ws-2/);
    story.send('told', { obligation: ID, channel: 'phone', people: [{ dataSet: 'stored', country: 'DE', count: 1 }] });
    expect(story.problems().join()).toMatch(/nobody in that group/);
    story.send('told', { obligation: 'containment', channel: 'phone', workspaces: ['ws-2'] });
    expect(story.problems().join()).toMatch(/is not addressed to anybody/);
  });

  test('a corrected assessment is sent on to whom it names now; what is owed stays due as it was', () => {
    const story = customers(['ws-gone'], { unreached: { 'ws-gone': 1 } });
    story.send('approve', { obligation: ID });
    story.to(5).send('assess', { assessment: assessment({ dataSets: [stored()], workspaces: ['ws-k'] }) });
    expect(story.obligation(ID)).toMatchObject({ status: 'drafted', round: 2, dueAt: at(49) });
    story.send('approve', { obligation: ID });
    expect(story.obligation(ID)).toMatchObject({ status: 'fulfilled', fulfilledAt: at(5) });
  });

  test('approved once more, the mail goes again to those whom it did not reach', () => {
    const story = customers(['ws-1', 'ws-2'], { unreached: { 'ws-2': 1 } });
    story.send('approve', { obligation: ID });
    story.world.unreached = {};
    story.to(4).send('approve', { obligation: ID });
    story.send('approve', { obligation: ID });
    expect(story.obligation(ID)).toMatchObject({ status: 'fulfilled', round: 2, fulfilledAt: at(4) });
  });

  test('the incident does not close while somebody is untold and undecided; it says who, and with which command', () => {
    const story = customers(['ws-1', 'ws-2'], { unreached: { 'ws-2': 1 } });
    story.send('approve', { obligation: ID });
    story.send('close');
    expect(story.problems().join('\n')).toMatch(
      /somebody is still untold: ws-2 .*`npx tocsin told INC-2026-001 enterprise-notice --channel phone --workspaces ws-2`/,
    );
  });
});

describe('one mail, two duties', () => {
  test('every controller is told under Art. 33(2) within its own target, and the 48 h promise is kept by the same mail', () => {
    const story = customers(['ws-1', 'ws-2']).to(60);
    const sent = story.all('dispatch-started').filter((e) => !e.data.obligation.startsWith('status-'));
    expect(sent.map((e) => [e.data.obligation, e.data.trigger, e.at])).toEqual([[ID, 'silence', at(13)]]);
    expect(story.obligation(ID)).toMatchObject({ fulfilledAt: at(13), lateByMs: 0, dueAt: at(49) });
    expect(story.obligation(BOTH)).toMatchObject({
      fulfilledAt: at(13),
      lateByMs: 0,
      dueAt: at(25),
      evidence: { toldWith: ID, of: 2, told: 2 },
    });
  });

  test('a controller who is untold keeps both open; after its own target the one is late, the other is not yet', () => {
    const story = customers(['ws-1', 'ws-2'], { unreached: { 'ws-2': 1 } });
    story.send('approve', { obligation: ID });
    story.to(30).send('told', { obligation: ID, channel: 'phone', workspaces: ['ws-2'] });
    expect(story.obligation(ID).lateByMs).toBe(0);
    expect(story.obligation(BOTH)).toMatchObject({ lateByMs: 5 * 3_600_000, fulfilledAt: at(30) });
  });

  test('what was not sent does not read as told, and what comes next shows the earlier deadline', () => {
    const story = customers(['ws-1', 'ws-2'], { unreached: { 'ws-2': 1 } });
    expect(word(story, BOTH)).toBe(`goes out with ${ID}`);
    const steps = nextSteps(story.state, story.pack, story.now);
    expect(steps.find(({ obligation }) => obligation === ID)).toMatchObject({ dueAt: at(25) });
    story.send('approve', { obligation: ID });
    expect(word(story, BOTH)).toBe(`partly told with ${ID}`);
    story.send('told', { obligation: ID, channel: 'phone', workspaces: ['ws-2'] });
    expect(word(story, BOTH)).toBe('fulfilled');
  });

  test('its own approval names the notice that tells', () => {
    const story = customers(['ws-1']);
    story.send('approve', { obligation: BOTH });
    expect(story.problems().join()).toMatch(/is told with enterprise-notice: approve that/);
  });

  test('where the Trust Center does not apply, it mails by itself', () => {
    const gdpr = { ...TRUST_CENTER, obligations: TRUST_CENTER.obligations.filter(({ id }) => id !== ID) };
    const story = new Story({}, gdpr).to(1);
    story.send('assess', { assessment: assessment({ dataSets: [stored()] }), awareAt: at(1) });
    story.to(60);
    expect(story.obligation(BOTH)).toMatchObject({ status: 'fulfilled', fulfilledAt: at(13) });
  });
});

describe('people', () => {
  test('3,710 assessed and 14 in the directory is an open discrepancy with its numbers, by data set and country', () => {
    const story = people(
      { DE: 1240, FR: 860, IE: 300 },
      { listed: { 'accounts/DE': 5, 'accounts/FR': 4, 'accounts/IE': 5 } },
    );
    story.send('approve', { obligation: PEOPLE });
    expect(word(story, PEOPLE)).toBe('partly told: 14 of 2,400');
    const row = board(story.state, story.pack, story.now).find(({ id }) => id === PEOPLE)!;
    expect(row.untold!.who).toEqual([
      { kind: 'people', dataSet: 'accounts', country: 'DE', count: 1235, assessed: 1240, listed: 5, told: 5 },
      { kind: 'people', dataSet: 'accounts', country: 'FR', count: 856, assessed: 860, listed: 4, told: 4 },
      { kind: 'people', dataSet: 'accounts', country: 'IE', count: 295, assessed: 300, listed: 5, told: 5 },
    ]);
  });

  test('it is resolved by a person: told otherwise, by number, or left untold because the directory is right', () => {
    const story = people({ FR: 860, IE: 5 }, { listed: { 'accounts/FR': 4, 'accounts/IE': 5 } });
    story.send('approve', { obligation: PEOPLE });
    const french = { dataSet: 'accounts', country: 'FR' };
    story.send('told', { obligation: PEOPLE, channel: 'letter', people: [{ ...french, count: 857 }] });
    expect(story.problems().join()).toMatch(/857 is more than the 856 of accounts\/FR who are still untold/);
    story.to(20).send('told', { obligation: PEOPLE, channel: 'letter', people: [{ ...french, count: 850 }] });
    expect(word(story, PEOPLE)).toBe('partly told: 859 of 865');
    story.to(30).send('leave-untold', { obligation: PEOPLE, people: [french], reason: 'counted twice: 854 people' });
    expect(story.obligation(PEOPLE)).toMatchObject({
      status: 'fulfilled',
      fulfilledAt: at(20),
      evidence: { of: 865, told: 859, outside: 850, left: 6 },
    });
  });

  test('a number that is not established is for a person to settle, although everybody in the directory was told', () => {
    const story = people({ IE: null }, { listed: { 'accounts/IE': 5 } });
    story.send('approve', { obligation: PEOPLE });
    expect(word(story, PEOPLE)).toBe('partly told: 5 of 5');
    story.send('leave-untold', {
      obligation: PEOPLE,
      people: [{ dataSet: 'accounts', country: 'IE' }],
      reason: 'the directory has everybody',
    });
    expect(story.obligation(PEOPLE)).toMatchObject({ status: 'fulfilled', evidence: { of: 5, told: 5, left: 0 } });
  });

  test('of "at least so many" a person says that these are all', () => {
    const story = new Story({}, packOf({ mainEstablishment: 'IE' })).to(1);
    story.send('measure', { text: 'All sessions ended' });
    const some = accounts({ individuals: { atLeast: 400 }, residence: { DE: 400 } });
    story.send('assess', { assessment: assessment({ dataSets: [some] }), awareAt: at(1) });
    story.to(10).send('approve', { obligation: PEOPLE });
    expect(word(story, PEOPLE)).toBe('partly told: 400 of 400');
    story.send('leave-untold', { obligation: PEOPLE, rest: true, reason: 'the log was read to its end', by: COUNSEL });
    expect(story.obligation(PEOPLE).status).toBe('fulfilled');
  });

  test('more people found in the same data set are told in a round of their own', () => {
    const story = people({ IE: 5 });
    story.send('approve', { obligation: PEOPLE });
    expect(story.obligation(PEOPLE)).toMatchObject({ status: 'fulfilled', round: 1 });
    story.to(20).send('assess', {
      assessment: assessment({ dataSets: [accounts({ individuals: 8, residence: { IE: 8 } })] }),
    });
    expect(story.obligation(PEOPLE)).toMatchObject({ status: 'drafted', round: 2, purpose: 'new-recipients' });
    story.send('approve', { obligation: PEOPLE });
    expect(story.obligation(PEOPLE)).toMatchObject({
      status: 'fulfilled',
      tally: { groups: { 'accounts/IE': { mailed: 8 } } },
    });
  });

  test('a notice that lacks what its law requires is refused; a person may override it with a reason, on record', () => {
    const story = new Story({}, packOf({ mainEstablishment: 'IE' })).to(1);
    const facts = assessment({ dataSets: [accounts({ individuals: 5, residence: { IE: 5 } })], individualSteps: [] });
    story.send('assess', { assessment: facts, awareAt: at(1) });
    story.send('approve', { obligation: PEOPLE });
    expect(story.problems().join()).toMatch(
      /lacks what GDPR Art\. 34\(1\), \(2\) requires: What we have done, What you can do/,
    );
    const reason = 'they must change their keys tonight; the rest follows';
    story.send('approve', { obligation: PEOPLE, incompleteBecause: reason, by: COUNSEL });
    expect(story.last('notice-approved', PEOPLE).data.incomplete).toEqual({
      missing: ['What we have done', 'What you can do'],
      reason,
    });
    expect(story.obligation(PEOPLE)).toMatchObject({ status: 'fulfilled', incomplete: { by: COUNSEL, reason } });
  });

  test('silence sends no notice to individuals that lacks what its law requires', () => {
    const rule = {
      ...{ id: 'people', recipient: { to: 'individuals' }, onSilence: 'send', margin: 'PT1H' },
      contents: [{ field: 'individual-steps', title: 'What you can do', citation: 'x' }],
    };
    const story = new Story({}, smallPack(rule)).to(1);
    story.send('assess', { assessment: assessment({ individualSteps: [] }), awareAt: at(1) });
    story.to(40);
    expect(story.obligation('people').status).toBe('drafted');
    story.send('assess', { assessment: assessment({ individualSteps: ['Change it'] }) });
    expect(story.obligation('people').status).toBe('fulfilled');
  });
});

describe('once more', () => {
  const gap = stored();
  delete gap.individuals;

  test('a supplement tells everybody again and counts from zero; the first instants stay', () => {
    const story = new Story({}, undefined, {}).to(1);
    story.send('assess', {
      assessment: assessment({ dataSets: [gap], perWorkspace: {}, workspaces: ['ws-1', 'ws-2'] }),
      awareAt: at(1),
    });
    story.send('approve', { obligation: ID });
    story.world.unreached = { 'ws-2': 1 };
    story.to(5).send('assess', { assessment: assessment({ dataSets: [stored()], workspaces: ['ws-1', 'ws-2'] }) });
    story.send('approve', { obligation: ID });
    expect(story.obligation(ID)).toMatchObject({ status: 'partly-told', purpose: 'supplement', fulfilledAt: at(1) });
    expect(word(story, ID)).toBe('partly told: 1 of 2');
    story.to(8).send('told', { obligation: ID, channel: 'phone', workspaces: ['ws-2'] });
    expect(story.obligation(ID)).toMatchObject({
      status: 'fulfilled',
      fulfilledAt: at(1),
      supplements: [{ round: 2, at: at(8), evidence: { told: 2, outside: 1 } }],
    });
  });

  test('waived, it leaves the first notice as it was', () => {
    const story = new Story().to(1);
    story.send('assess', { assessment: assessment({ dataSets: [gap], perWorkspace: {} }), awareAt: at(1) });
    story.send('approve', { obligation: ID });
    story.send('assess', { assessment: assessment({ dataSets: [stored()] }) });
    story.send('waive', {
      obligation: ID,
      ground: 'promise-told-otherwise',
      reason: 'all of them were told in the meeting of Tuesday',
    });
    expect(story.obligation(ID)).toMatchObject({
      status: 'fulfilled',
      tally: { mailed: ['ws-1', 'ws-2'] },
      again: undefined,
    });
  });
});
