/** What was told and is not so any more: those who were told it get a correction, or a named person decides that it is not material. */
import { noticeContents } from '../../../domain/incident/contents';
import { board, explain } from '../../../domain/incident/explain';
import { noticeNow } from '../../../domain/incident/notice-now';
import { EN_CA, FR_CA } from '../../../domain/incident/say/canada';
import { say } from '../../../domain/incident/say/say';
import { withdrawalOf } from '../../../domain/incident/withdrawn-report';
import { ruleOf } from '../../../domain/policy/policy';
import { groupEntry } from '../../../register/show';
import { accounts, assessment, at, COUNSEL, stored } from './helpers/facts';
import { TRUST_CENTER } from './helpers/pack';
import { NOT_OWED_REASON, Story } from './helpers/story';

const IRISH = { ...TRUST_CENTER, organisation: { ...TRUST_CENTER.organisation, mainEstablishment: 'IE' } };
const DPC = 'gdpr-art33-authority:ie-dpc';
const PEOPLE = 'gdpr-art34-individuals';
const CUSTOMERS = 'enterprise-notice';
const LAW = 'gdpr-art33-2-controllers';
const WHY = 'the export that was read turned out to be of invented test data';

type Over = Parameters<typeof assessment>[0];
const facts = (over: Over = {}) =>
  assessment({ dataSets: [accounts(), stored()], workspaces: ['ws-1', 'ws-2'], ...over });

/** All told at two hours: the authority, the people, the customers. */
function told(): Story {
  const story = new Story({}, IRISH).to(1);
  story.send('measure', { text: 'Key replaced' });
  story.send('assess', { assessment: facts(), awareAt: at(1) });
  story.to(2).send('filed', { obligation: DPC, reference: 'IE-1' });
  for (const obligation of [PEOPLE, 'pipeda-individuals', CUSTOMERS]) story.send('approve', { obligation });
  return story.to(10);
}

const NO_DATA = facts({ personalData: 'no', dataSets: [] });

describe('no personal data after all, when people were told', () => {
  test.each([DPC, PEOPLE, CUSTOMERS, 'pipeda-individuals'])(
    '%s: a round is opened, and silence never sends it',
    (id) => {
      const story = told();
      story.send('assess', { assessment: NO_DATA, reason: WHY });
      expect(story.obligation(id)).toMatchObject({ round: 2, purpose: 'supplement', dueAt: at(34) });
      expect(story.obligation(id).changed).toContain('whether it concerns them at all');
      expect(story.to(300).obligation(id)).toMatchObject({ round: 2 });
      expect(['drafted', 'filing']).toContain(story.obligation(id).status);
      expect(story.alarms(id).length).toBeGreaterThan(2);
    },
  );

  test('nobody was told: nothing is corrected, it is proposed as not owed', () => {
    const story = new Story({}, IRISH).to(1);
    story.send('assess', { assessment: facts(), awareAt: at(1) });
    story.send('assess', { assessment: NO_DATA, reason: WHY });
    expect(story.obligation(DPC)).toMatchObject({ round: 1, status: 'proposed-not-owed' });
    expect(story.obligation(CUSTOMERS)).toMatchObject({ round: 1, status: 'not-required' });
  });

  test('the correction goes to those who were told, says that it does not hold, and asks for nothing that is not so', () => {
    const story = told();
    story.send('assess', { assessment: NO_DATA, reason: WHY });
    for (const [id, reached] of [
      [CUSTOMERS, { told: 2, of: 2 }],
      [PEOPLE, { told: 350, of: 350 }],
    ] as const) {
      const { contents } = noticeNow(story.obligation(id), ruleOf(IRISH, id)!, story.state, IRISH);
      expect(contents.map(({ field }) => field)).toEqual(['correction', 'contact-point', 'sender']);
      expect(contents[0]!.value).toMatch(/since established that .* not affected|no personal data was affected/);
      story.send('approve', { obligation: id, by: COUNSEL });
      expect(story.obligation(id)).toMatchObject({ status: 'fulfilled', supplements: [{ evidence: reached }] });
    }
    expect(story.last('dispatch-started', CUSTOMERS).data.covers.workspaces).toEqual(['ws-1', 'ws-2']);
    expect(story.last('dispatch-started', PEOPLE).data.covers.dataSets).toEqual(['accounts']);
  });

  test('a named person decides that it is not material, with a reason in own words; then nothing more is proposed', () => {
    const story = told();
    story.send('assess', { assessment: NO_DATA, reason: WHY });
    story.send('not-material', { obligation: CUSTOMERS, reason: 'not affected', by: COUNSEL });
    expect(story.problems()).toEqual([expect.stringMatching(/own words/)]);
    story.send('not-material', { obligation: CUSTOMERS, reason: WHY, by: COUNSEL });
    expect(story.to(50).obligation(CUSTOMERS)).toMatchObject({ status: 'fulfilled', round: 2 });
    // Affected after all: that is a change once more.
    story.send('assess', { assessment: facts(), reason: WHY });
    expect(story.obligation(CUSTOMERS)).toMatchObject({ round: 3, purpose: 'supplement' });
  });

  test('a correction that is open is never "not owed", and keeps the incident open', () => {
    const story = told();
    story.send('assess', { assessment: NO_DATA, reason: WHY });
    expect(story.all('not-owed-proposed', PEOPLE)).toEqual([]);
    story.send('close');
    expect(story.problems().join('\n')).toContain(PEOPLE);
    expect(story.folded()).toEqual(JSON.parse(JSON.stringify(story.state)));
  });
});

describe('a report whose facts do not hold any more is withdrawn, never "not required"', () => {
  const AGAIN = 'the second look at the log shows the tables of customers';
  const LOW = { dataSets: [accounts({ risk: 'unlikely', significantHarm: 'no' }), stored()] };
  const withdrawn = (over: Over = { personalData: 'no', dataSets: [] }) => {
    const story = told();
    story.send('assess', { assessment: facts(over), reason: WHY });
    return story;
  };
  const word = (story: Story) => board(story.state, IRISH, story.now).find(({ id }) => id === DPC)!.status;
  const explained = (story: Story) =>
    explain(story.state, IRISH)
      .flatMap(({ obligations }) => obligations)
      .find(({ id }) => id === DPC)!.withdrawn;
  const asked = (story: Story, language: string) => {
    const { contents } = noticeNow(story.obligation(DPC), ruleOf(IRISH, 'gdpr-art33-authority')!, story.state, IRISH);
    const { said } = contents.find(({ field }) => field === 'correction')!;
    return say(said!, { language, locale: language, timeZone: 'UTC' }).join();
  };

  test.each<[string, Over]>([
    ['no personal data was affected', { personalData: 'no', dataSets: [] }],
    ['a risk is unlikely', LOW],
  ])('%s: until the authority is told, and once it is', (_what, over) => {
    const story = withdrawn(over);
    expect([word(story), explained(story)]).toEqual(
      Array(2).fill('withdrawn: to be filed, to be treated as withdrawn'),
    );
    expect(asked(story, 'en')).toMatch(/We ask you to treat that report as withdrawn\.$/);
    expect(asked(story, 'fr')).toMatch(/considérer cette notification comme retirée\.$/);
    expect(asked(story, 'de')).toMatch(/als zurückgenommen zu behandeln\.$/);
    story.send('filed', { obligation: DPC, reference: 'IE-2' });
    expect([word(story), explained(story)]).toEqual(Array(2).fill('withdrawn: to be treated as withdrawn'));
    expect(story.obligation(DPC)).toMatchObject({
      status: 'fulfilled',
      supplements: [{ evidence: { reference: 'IE-2' } }],
    });
    expect(story.folded()).toEqual(story.state);
  });

  test('the Commissioner reads the same in the words of its law', () => {
    const story = new Story({}, IRISH).to(1);
    story.send('assess', { assessment: facts(), awareAt: at(1) });
    story.send('filed', { obligation: 'pipeda-opc-report:opc', reference: 'OPC-1' });
    story.send('assess', { assessment: NO_DATA, reason: WHY });
    expect(withdrawalOf(story.obligation('pipeda-opc-report:opc'))).toBe('owed');
    expect(EN_CA.withdrawn.authority['no-data']).toMatch(/We ask you to treat that report as withdrawn\.$/);
    expect(FR_CA.withdrawn.authority['no-data']).toMatch(/considérer cette déclaration comme retirée\.$/);
  });

  test('the register keeps it as that', () => {
    const story = withdrawn();
    const { owed, notRequired } = groupEntry(story.events)!;
    expect(owed.find(({ obligation }) => obligation === DPC)!.status).toBe(
      'withdrawn: to be filed, to be treated as withdrawn',
    );
    story.send('filed', { obligation: DPC, reference: 'IE-2' });
    const { notifications, notRequired: later } = groupEntry(story.events)!;
    const filed = notifications.filter(({ obligation }) => obligation === DPC);
    expect(filed.map(({ round, withdraws }) => [round, withdraws])).toEqual([
      [1, undefined],
      [2, true],
    ]);
    expect([...notRequired, ...later].map(({ obligation }) => obligation)).not.toContain(DPC);
  });

  test('no time makes it "not required": that nothing more is told is the reason of a named person', () => {
    const story = withdrawn().to(2000);
    expect(word(story)).toContain('withdrawn');
    story.confirmNotOwed();
    expect(story.all('obligation-not-required', DPC)).toEqual([]);
    story.send('not-material', { obligation: DPC, reason: 'not affected', by: COUNSEL });
    expect(story.problems()).toEqual([expect.stringMatching(/own words/)]);
    story.send('not-material', { obligation: DPC, reason: WHY, by: COUNSEL });
    expect(story.obligation(DPC)).toMatchObject({ status: 'fulfilled', decision: { by: COUNSEL, reason: WHY } });
    expect([word(story).includes('withdrawn'), withdrawalOf(story.obligation(DPC))]).toEqual([false, undefined]);
  });

  test('affected after all: a report again, and not withdrawn', () => {
    const story = withdrawn();
    story.send('filed', { obligation: DPC, reference: 'IE-2' });
    story.send('assess', { assessment: facts(), reason: AGAIN });
    expect([story.obligation(DPC).status, withdrawalOf(story.obligation(DPC))]).toEqual(['filing', undefined]);
    story.send('filed', { obligation: DPC, reference: 'IE-3' });
    expect(withdrawalOf(story.obligation(DPC))).toBeUndefined();
  });

  test('a report that stands, and a notice to people, are not withdrawn', () => {
    expect(withdrawalOf(told().obligation(DPC))).toBeUndefined();
    expect(withdrawalOf(withdrawn().obligation(PEOPLE))).toBeUndefined();
  });
});

describe('the siblings', () => {
  test.each<[string, Over, string, string]>([
    [
      'the risk lowered',
      { dataSets: [accounts({ risk: 'risk' }), stored()] },
      PEOPLE,
      'whether it concerns them at all',
    ],
    ['a data set removed', { dataSets: [stored()] }, PEOPLE, 'whether it concerns them at all'],
    ['a customer removed', { workspaces: ['ws-1'] }, CUSTOMERS, 'a customer who is not affected'],
    [
      'a place removed',
      { dataSets: [accounts({ residence: { DE: 200, CA: 50 }, individuals: 250 }), stored()] },
      PEOPLE,
      'people in FR of accounts',
    ],
  ])('%s', (_what, over, id, words) => {
    const story = told();
    story.send('assess', { assessment: facts(over), reason: WHY });
    expect(story.obligation(id)).toMatchObject({ round: 2, purpose: 'supplement' });
    expect(story.obligation(id).changed).toContain(words);
  });

  test('whoever fell out is counted until somebody tells them, or decides with a reason not to', () => {
    const story = told();
    story.send('assess', { assessment: facts({ workspaces: ['ws-1'] }), reason: WHY });
    story.send('approve', { obligation: CUSTOMERS });
    expect(story.obligation(CUSTOMERS).status).toBe('partly-told');
    story.send('told', { obligation: CUSTOMERS, channel: 'phone', workspaces: ['ws-2'] });
    expect(story.obligation(CUSTOMERS)).toMatchObject({
      status: 'fulfilled',
      supplements: [{ evidence: { told: 2 } }],
    });
  });

  test('whoever is found besides is told first, and makes no correction for the others', () => {
    const story = told();
    story.send('assess', { assessment: facts({ workspaces: ['ws-1', 'ws-2', 'ws-3'] }) });
    expect(story.obligation(CUSTOMERS)).toMatchObject({ round: 2, purpose: 'new-recipients' });
    story.send('approve', { obligation: CUSTOMERS });
    expect(story.to(40).obligation(CUSTOMERS)).toMatchObject({ status: 'fulfilled', round: 2 });
    expect(story.obligation(LAW)).toMatchObject({ status: 'fulfilled' });
  });
});

describe('a correction says what was first told, and when', () => {
  const said = (story: Story, language: string) => {
    const rule = story.pack.obligations.find(({ id }) => id === 'gdpr-art34-individuals')!;
    const field = noticeContents(rule, story.state, story.pack).find((each) => each.field === 'correction');
    return (
      field?.said &&
      say(field.said, {
        language,
        locale: { en: 'en-GB', fr: 'fr-FR', de: 'de-DE' }[language]!,
        timeZone: 'UTC',
      }).join()
    );
  };
  const notified = () => {
    const story = new Story().to(2);
    story.send('assess', { assessment: assessment({ dataSets: [accounts()] }), awareAt: at(1) });
    story.send('approve', { obligation: 'gdpr-art34-individuals', incompleteBecause: NOT_OWED_REASON });
    return story;
  };

  test.each([
    ['en', /^On 1 April 2026.*04:00.* we told you that your personal data was affected or might be\. We have since/],
    [
      'fr',
      /^Le 1er avril 2026.* que vos données à caractère personnel étaient concernées ou pouvaient l’être\. Nous avons établi/,
    ],
    ['de', /^Am 1\. April 2026.* haben wir Ihnen mitgeteilt, dass .*\. Wir haben inzwischen festgestellt/],
  ])('in %s', (language, text) => {
    const story = notified();
    story.send('assess', { assessment: { personalData: 'no' }, reason: 'the table held test data' });
    expect(said(story, language)).toMatch(text);
  });

  test('and what stands holds no correction', () => expect(said(notified(), 'en')).toBeUndefined());
});
