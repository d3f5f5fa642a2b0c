/** What notices say follows from the facts of their readers, and what is approved is what goes out. */
import { missingFields, noticeContents } from '../../../domain/incident/contents';
import { evolve } from '../../../domain/incident/evolve';
import { mayBeReadOutside } from '../../../domain/incident/readers';
import { say } from '../../../domain/incident/say/say';
import { toldBefore } from '../../../domain/incident/state';
import { ruleOf } from '../../../domain/policy/policy';
import { DEFAULT_PACKS, loadPolicy } from '../../../policy/load-policy';
import { accounts, assessment, at, COUNSEL, stored } from './helpers/facts';
import { Story } from './helpers/story';

const { pack } = loadPolicy(DEFAULT_PACKS);
const CUSTOMERS = 'enterprise-notice';
const PEOPLE = 'gdpr-art34-individuals';

function told(over: Parameters<typeof assessment>[0] = {}): Story {
  const story = new Story({}, pack).to(1);
  story.send('assess', { assessment: assessment(over), awareAt: at(1) });
  return story;
}

const contentsOf = (story: Story, id: string) => noticeContents(ruleOf(pack, id.split(':')[0])!, story.state, pack, id);
const field = (story: Story, id: string, name: string) => contentsOf(story, id).find((each) => each.field === name)!;

describe('a customer reads its own number, or that it is not established', () => {
  test('one affected workspace: what is known of the data set is its own', () => {
    const story = told({ workspaces: ['ws-1'], perWorkspace: {} });
    expect(field(story, CUSTOMERS, 'individuals-count').value).toBe('approximately 3,000');
  });

  test('two: the total is nobody’s number', () => {
    const story = told({ workspaces: ['ws-1', 'ws-2'], perWorkspace: {} });
    expect(field(story, CUSTOMERS, 'individuals-count').value).toBeUndefined();
    expect(missingFields(contentsOf(story, CUSTOMERS))).toContain('Approximate number of individuals');
  });

  test('with numbers of each workspace none is missing; with one of them only, it is', () => {
    const one = { stored: { 'ws-1': { individuals: 2000, records: 6000 } } };
    const both = { stored: { ...one.stored, 'ws-2': { individuals: 1000, records: 3000 } } };
    expect(missingFields(contentsOf(told({ perWorkspace: both }), CUSTOMERS))).not.toContain(
      'Approximate number of individuals',
    );
    expect(missingFields(contentsOf(told({ perWorkspace: one }), CUSTOMERS))).toContain(
      'Approximate number of individuals',
    );
  });
});

describe('what happened to the data of others is told to nobody', () => {
  const mixed = { dataSets: [accounts({ likelyConsequences: 'Passwords may be guessed' }), stored()] };

  test('a text about all data sets does not serve a notice about some of them', () => {
    expect(field(told(), CUSTOMERS, 'likely-consequences').value).toBeUndefined();
    expect(field(told({ dataSets: [stored()] }), CUSTOMERS, 'likely-consequences').value).toBe(
      'Phishing with real names',
    );
  });

  test('each notice says what stands with its own data sets', () => {
    expect(field(told(mixed), PEOPLE, 'likely-consequences').value).toBe('Passwords may be guessed');
    expect(field(told(mixed), CUSTOMERS, 'likely-consequences').value).toBeUndefined();
  });
});

describe('a text that names what is internal is not read outside', () => {
  const blocked = { maliciousSources: ['203.0.113.7'], systems: ['ci-runner'], isolate: ['ci-runner'] };

  test.each(['We blocked 203.0.113.7', 'The ci-runner was read', 'From 2001:db8:0:1::7 somebody came'])(
    '%s',
    (text) => {
      const story = new Story(blocked, pack).to(1);
      expect(mayBeReadOutside(text, story.state)).toBe(false);
      story.send('assess', { assessment: assessment({ plainSummary: text }), awareAt: at(1) });
      expect(field(story, PEOPLE, 'nature').value).toBeUndefined();
    },
  );

  test('one that names none of it is read', () => {
    const story = new Story(blocked, pack).to(1);
    expect(mayBeReadOutside('Version 1.2.3 of a runner was read at 10:30:15', story.state)).toBe(true);
  });

  test('without a summary in plain words people are told none, never the title', () => {
    const story = told({ plainSummary: undefined });
    expect(field(story, PEOPLE, 'nature').value).toBeUndefined();
    expect(missingFields(contentsOf(story, PEOPLE))).toContain('What happened');
  });
});

describe('measures', () => {
  test('a planned one is proposed until it is recorded as taken, and never both', () => {
    const story = told();
    const value = (name: string) => field(story, CUSTOMERS, name).value;
    story.send('measure', { text: 'Keys expire', planned: true });
    expect([value('measures-proposed'), value('measures-taken')]).toEqual(['Keys expire', undefined]);
    story.to(2).send('measure', { text: 'Keys expire' });
    expect([value('measures-proposed'), value('measures-taken')]).toEqual([undefined, 'Keys expire']);
  });
});

describe('a translation belongs to the words that it translates', () => {
  test('it is said in its language; other words have none', () => {
    const story = told();
    const summary = assessment().plainSummary!;
    story.send('translate', { language: 'fr', texts: [{ of: summary, is: 'Une personne a lu notre base' }] });
    const [line] = field(story, PEOPLE, 'nature').said!;
    const reading = { language: 'fr', locale: 'fr-FR', timeZone: 'UTC' };
    expect(say([line!], reading)).toEqual(['Une personne a lu notre base']);
    story.to(2).send('assess', { assessment: assessment({ plainSummary: 'Somebody else read it' }) });
    expect(field(story, PEOPLE, 'nature').said).toEqual([{ is: 'text', text: { en: 'Somebody else read it' } }]);
  });

  test('given again it changes nothing', () => {
    const story = told();
    const texts = [{ of: 'name', is: 'nom' }];
    story.send('translate', { language: 'fr', texts });
    expect(story.send('translate', { language: 'fr', texts })).toMatchObject([{ kind: 'noted' }]);
  });
});

describe('counsel edits a draft', () => {
  const edit = (draft: string) => ({
    obligation: CUSTOMERS,
    draft,
    language: 'en',
    subject: 'About your data',
    body: 'As counsel wrote it',
    by: COUNSEL,
  });

  test('what is approved next is the edited text, under another fingerprint', () => {
    const story = told();
    const before = story.obligation(CUSTOMERS).draft!.fingerprint;
    story.send('edit-draft', edit(before));
    const after = story.obligation(CUSTOMERS).draft!.fingerprint;
    expect(after).not.toBe(before);
    story.send('approve', { obligation: CUSTOMERS, draft: before });
    expect(story.problems().join()).toMatch(/out of date/);
    story.send('approve', { obligation: CUSTOMERS, draft: after });
    expect(story.last('notice-approved', CUSTOMERS).data.draft).toBe(after);
    expect(story.last('dispatch-started', CUSTOMERS)).toBeDefined();
  });

  test('a draft of other facts is not edited, and an edit of other facts is not used', () => {
    const story = told();
    const before = story.obligation(CUSTOMERS).draft!.fingerprint;
    story.send('edit-draft', edit(before));
    story
      .to(2)
      .send('assess', { assessment: assessment({ dataSets: [accounts(), stored({ categories: ['health'] })] }) });
    const { draft, edits } = story.obligation(CUSTOMERS);
    expect(Object.keys(edits!)).toEqual(['en']);
    story.send('edit-draft', edit(before));
    expect(story.problems().join()).toMatch(/out of date/);
    expect(draft!.fingerprint).not.toBe(before);
  });

  test('whoever approved read another text: a new draft needs its own approval', () => {
    const story = told();
    const o = story.obligation(CUSTOMERS);
    const state = evolve(story.state, {
      ...story.last('notice-drafted', CUSTOMERS),
      kind: 'notice-approved',
      seq: story.state.seq + 1,
      data: { obligation: o.id, round: 1, draft: o.draft!.fingerprint },
    });
    const other = { ...story.last('notice-drafted', CUSTOMERS), seq: state.seq + 1 };
    const next = evolve(state, { ...other, data: { ...other.data, fingerprint: 'ffff' } });
    expect([state.obligations[CUSTOMERS]!.approved, next.obligations[CUSTOMERS]!.approved]).toEqual([true, false]);
  });

  test('a dossier is not edited: its facts are', () => {
    const story = told({ dataSets: [accounts()] });
    const id = Object.keys(story.state.obligations).find((each) => each.startsWith('gdpr-art33-authority'))!;
    story.send('edit-draft', { ...edit(story.obligation(id).draft!.fingerprint), obligation: id });
    expect(story.problems().join()).toMatch(/correct its facts/);
  });
});

describe('a first notice is none that adds to another', () => {
  test('opened again before anybody was told, it is the first one to its people, whatever its round', () => {
    const o = { ...told().obligation(PEOPLE), round: 2, purpose: 'first' as const, fulfilledAt: undefined };
    expect(toldBefore(o)).toBe(0);
    expect(toldBefore({ ...o, fulfilledAt: at(3), supplements: [] })).toBe(1);
  });

  test('after it was sent, the next one adds to it', () => {
    const story = told({ dataSets: [accounts()], individualSteps: [] });
    story.send('approve', { obligation: PEOPLE, incompleteBecause: 'people must block their cards tonight' });
    story.to(3).send('assess', { assessment: assessment({ dataSets: [accounts()] }) });
    expect(story.obligation(PEOPLE).purpose).toBe('supplement');
    expect(toldBefore(story.obligation(PEOPLE))).toBe(1);
  });
});

describe('the reasons of a delay', () => {
  const late = (hours: number) => {
    const story = told({ dataSets: [accounts()] }).to(hours);
    const id = Object.keys(story.state.obligations).find((each) => each.startsWith('gdpr-art33-authority:'))!;
    return field(story, id, 'delay-reasons');
  };

  test('do not apply at the deadline, and are owed a moment after it', () => {
    expect(late(73).owed).toBeUndefined();
    expect(late(73.01).owed).toBe(true);
  });
});
