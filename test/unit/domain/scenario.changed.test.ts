/** Facts that change after they were told: what the product proposes, and to whom. */

import { explain } from '../../../domain/incident/explain';
import { accounts, assessment, at, COUNSEL, stored } from './helpers/facts';
import { TRUST_CENTER } from './helpers/pack';
import { Story } from './helpers/story';

const IRISH = { ...TRUST_CENTER, organisation: { ...TRUST_CENTER.organisation, mainEstablishment: 'IE' } };
const DPC = 'gdpr-art33-authority:ie-dpc';
const PEOPLE = 'gdpr-art34-individuals';
const CUSTOMERS = 'enterprise-notice';

type Over = Parameters<typeof accounts>[0];
const facts = (over: Over = {}, more: Parameters<typeof assessment>[0] = {}) =>
  assessment({ dataSets: [accounts(over), stored()], ...more });

/** All told at two hours: the authority, the people, the customers. */
function told(): Story {
  const story = new Story({}, IRISH).to(1);
  story.send('measure', { text: 'Key replaced' });
  story.send('assess', { assessment: facts(), awareAt: at(1) });
  story.to(2).send('filed', { obligation: DPC, reference: 'IE-1' });
  for (const obligation of [PEOPLE, 'pipeda-individuals', CUSTOMERS]) story.send('approve', { obligation });
  return story.to(10);
}

describe('a supplement to the authority is owed when a fact that it was told changes (Art. 33(4))', () => {
  test.each<[string, Over, string]>([
    ['more people', { individuals: 100_000 }, 'number of people of accounts'],
    ['more records', { records: 5 }, 'number of records of accounts'],
    ['other categories', { categories: ['name', 'login', 'health'] }, 'categories of data of accounts'],
    ['another place', { residence: { DE: 200, FR: 150, CA: 50, ES: 1 } }, 'places of accounts'],
    ['another protection', { protection: { encrypted: 'no', keysTaken: 'yes' } }, 'protection of accounts'],
    ['another risk', { risk: 'risk' }, 'risk of accounts'],
  ])('%s', (_what, over, words) => {
    const story = told();
    story.send('assess', { assessment: facts(over) });
    expect(story.obligation(DPC)).toMatchObject({ round: 2, purpose: 'supplement', dueAt: at(34), status: 'filing' });
    expect(story.obligation(DPC).changed).toContain(words);
    expect(story.last('obligation-reopened', DPC).data.reason).toContain(words);
  });

  test.each<[string, Parameters<typeof assessment>[0], string]>([
    ['another cause', { howItOccurred: 'A stolen laptop' }, 'cause'],
    ['other consequences', { likelyConsequences: 'Fraud' }, 'likely consequences'],
    ['another data set', { dataSets: [accounts(), stored(), accounts({ id: 'hr', title: 'HR' })] }, 'data set hr'],
  ])('%s', (_what, more, words) => {
    const story = told();
    story.send('assess', { assessment: facts({}, more) });
    expect(story.obligation(DPC).changed).toContain(words);
  });

  test('the same facts in another order, a new title, or how many live where, change nothing that was told', () => {
    const story = told();
    const same = facts({ categories: ['login', 'name'], title: 'Accounts', residence: { FR: 151, CA: 50, DE: 199 } });
    story.send('assess', { assessment: same });
    expect(story.obligation(DPC)).toMatchObject({ round: 1, status: 'fulfilled' });
  });

  test('what is changed again before it is filed is one supplement; after it, another', () => {
    const story = told();
    story.send('assess', { assessment: facts({ individuals: 500 }) });
    story.send('assess', { assessment: facts({ individuals: 600 }) });
    expect(story.obligation(DPC).round).toBe(2);
    story.send('filed', { obligation: DPC, reference: 'IE-2' });
    expect(story.obligation(DPC)).toMatchObject({ status: 'fulfilled', round: 2 });
    story.send('assess', { assessment: facts({ individuals: 700 }) });
    expect(story.obligation(DPC)).toMatchObject({ status: 'filing', round: 3 });
  });

  test('a change while it is being told is seen afterwards', () => {
    const story = new Story({}, IRISH, { silent: ['dispatch'] }).to(1);
    story.send('measure', { text: 'Key replaced' });
    story.send('assess', { assessment: facts(), awareAt: at(1) });
    story.send('approve', { obligation: CUSTOMERS });
    const grown = facts({}, { dataSets: [accounts(), stored({ individuals: 9999 })] });
    story.send('assess', { assessment: grown });
    expect(story.obligation(CUSTOMERS)).toMatchObject({ status: 'dispatching', round: 1 });
    story.restore('dispatch');
    expect(story.obligation(CUSTOMERS)).toMatchObject({ status: 'drafted', round: 2 });
  });
});

describe('who is told of a change is told what concerns them', () => {
  test('a count of the company’s own records concerns the authority, no customer, and not what people were told', () => {
    const story = told();
    story.send('assess', { assessment: facts({ records: 100_000 }) });
    expect(story.obligation(DPC).round).toBe(2);
    expect(story.obligation(CUSTOMERS)).toMatchObject({ round: 1, status: 'fulfilled' });
    expect(story.obligation(PEOPLE)).toMatchObject({ round: 1, status: 'fulfilled' });
  });

  test('what a status update never says of personal data changes nothing that it told', () => {
    const story = new Story({}, IRISH).to(1);
    story.send('assess', {
      assessment: facts({ protection: { encrypted: 'unknown', keysTaken: 'unknown' } }),
      awareAt: at(1),
    });
    for (const obligation of ['status-page-update', 'status-subscribers']) story.send('approve', { obligation });
    story.to(4).send('assess', { assessment: facts({ protection: { encrypted: 'no', keysTaken: 'yes' } }) });
    for (const obligation of ['status-page-update', 'status-subscribers'])
      expect(story.obligation(obligation)).toMatchObject({ round: 1, status: 'fulfilled' });
  });

  test('categories of their own data concern people; silence never sends a change, a person decides', () => {
    const story = told();
    const passports = facts(
      { categories: ['passport'] },
      { dataSets: [accounts({ categories: ['passport'] }), stored({ categories: ['passport'] })] },
    );
    story.send('assess', { assessment: passports });
    expect(story.obligation(PEOPLE)).toMatchObject({ round: 2, status: 'drafted', purpose: 'supplement' });
    expect(story.obligation(CUSTOMERS)).toMatchObject({ round: 2, status: 'drafted', purpose: 'supplement' });
    story.to(200);
    expect(story.all('dispatch-started', CUSTOMERS)).toHaveLength(1);
    expect(story.alarms(CUSTOMERS).length).toBeGreaterThan(2);
    expect(story.all('alarm-raised', CUSTOMERS).at(-1)!.data.about).toMatchObject({ onSilence: 'alarm' });
    story.send('approve', { obligation: CUSTOMERS });
    expect(story.obligation(CUSTOMERS).status).toBe('fulfilled');
  });
});

describe('"not material" is a decision of a named person with a reason', () => {
  test('it settles the proposal, and the next change is measured against what it decided on', () => {
    const story = told();
    story.send('assess', { assessment: facts({ individuals: 401 }) });
    story.send('not-material', { obligation: DPC, reason: 'one more person, found in the same export', by: COUNSEL });
    expect(story.obligation(DPC)).toMatchObject({
      status: 'fulfilled',
      decision: { by: COUNSEL, reason: 'one more person, found in the same export', ground: 'not-material' },
    });
    story.to(100);
    expect(story.obligation(DPC).round).toBe(2);
    story.send('assess', { assessment: facts({ individuals: 100_000 }) });
    expect(story.obligation(DPC)).toMatchObject({ status: 'filing', round: 3 });
  });

  test('it is refused for a first notice, and for a round that was opened for another reason', () => {
    const story = new Story({}, IRISH).to(1);
    story.send('assess', { assessment: facts(), awareAt: at(1) });
    story.send('not-material', { obligation: DPC, reason: 'no' });
    expect(story.problems()).toEqual([expect.stringContaining('was not opened by a change')]);
  });

  test('Tocsin itself is no person', () => {
    const story = told();
    story.send('assess', { assessment: facts({ individuals: 401 }) });
    story.send('not-material', { obligation: DPC, reason: 'one more person, found in the same export', by: 'tocsin' });
    expect(story.obligation(DPC).status).toBe('filing');
  });

  test('explain names what changed', () => {
    const story = told();
    story.send('assess', { assessment: facts({ individuals: 401 }) });
    const rule = explain(story.state, IRISH).find((each) => each.rule === 'gdpr-art33-authority')!;
    expect(rule.obligations[0]?.changed).toEqual(['number of people of accounts']);
  });
});

describe('a first notice is a first notice', () => {
  test('risk, then unlikely, then high: nobody was told, so nothing is a supplement', () => {
    const story = new Story({}, IRISH).to(1);
    for (const risk of ['risk', 'unlikely', 'high'] as const)
      story.send('assess', { assessment: facts({ risk }), awareAt: at(1) });
    for (const id of [DPC, PEOPLE]) expect(story.obligation(id)).toMatchObject({ purpose: 'first' });
  });

  test('once it was told, what follows is a supplement', () => {
    const story = told();
    story.send('assess', { assessment: facts({ records: 9 }) });
    expect(story.obligation(DPC).purpose).toBe('supplement');
  });
});

test('the fold of the register is the state of the workflow', () => {
  const story = told();
  story.send('assess', { assessment: facts({ individuals: 401, categories: ['x'] }) });
  story.send('not-material', { obligation: DPC, reason: 'one more person, found in the same export' });
  story.send('approve', { obligation: PEOPLE });
  expect(JSON.parse(JSON.stringify(story.folded()))).toEqual(JSON.parse(JSON.stringify(story.state)));
});
