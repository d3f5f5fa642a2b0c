/** A public communication in place of notices to each person is fulfilled by making it public, never by its page alone. */
import { noticeContents } from '../../../domain/incident/contents';
import { board, explain } from '../../../domain/incident/explain';
import { narrate } from '../../../domain/incident/narrate';
import { PLAIN, say, sayInstant } from '../../../domain/incident/say/say';
import { ruleOf } from '../../../domain/policy/policy';
import { DEFAULT_PACKS, loadPolicy } from '../../../policy/load-policy';
import { groupEntry } from '../../../register/show';
import { accounts, assessment, at, COUNSEL } from './helpers/facts';
import { Story } from './helpers/story';

const REASON = 'nobody has their addresses: the export held pseudonyms alone';
type Case = [id: string, waived: string, ground: string, place: string];
const CASES: Case[] = [
  ['gdpr-art34-3c-public-communication', 'gdpr-art34-individuals', 'gdpr-34-3-c', 'DE'],
  ['pipeda-indirect-notice', 'pipeda-individuals', 'pipeda-indirect-no-contact', 'CA'],
  ['uk-gdpr-art34-3c-public-communication', 'uk-gdpr-art34-individuals', 'uk-gdpr-34-3-c', 'GB'],
];
const PUBLIC = 'gdpr-art34-3c-public-communication';

const POLICY = loadPolicy(`${DEFAULT_PACKS},uk-gdpr`).pack;

/** Facts on which each person would be notified. */
function facts(place: string) {
  const set = accounts({ risk: 'high', significantHarm: 'yes', individuals: 100, residence: { [place]: 100 } });
  return assessment({ dataSets: [set], plainSummary: 'Somebody copied a table.', individualSteps: ['Be careful.'] });
}

/** The notice to each person is waived, and the page of the public communication stands. */
function published([id, waived, ground, place]: Case = CASES[0]!, languages = ['en']): Story {
  const story = new Languages(languages);
  story.to(2);
  story.send('assess', { assessment: facts(place), awareAt: at(1) });
  story.send('waive', { obligation: waived, reason: REASON, ground, by: COUNSEL });
  story.send('approve', {
    obligation: id,
    incompleteBecause: 'the period of the copy is still examined by the forensics',
  });
  return story;
}

/** A story whose drafts are written in several languages. */
class Languages extends Story {
  constructor(private readonly languages: string[]) {
    super({}, POLICY);
  }

  override answer(effect: Parameters<Story['answer']>[0]) {
    const report = super.answer(effect);
    if (report.kind !== 'drafted') return report;
    const [one] = report.data.renderings;
    const renderings = (this.languages ?? ['en']).map((language) => ({ ...one!, language }));
    return { ...report, data: { ...report.data, renderings } };
  }
}

const made = (story: Story, id: string, body: object) => story.send('told', { obligation: id, ...body });

describe.each(CASES)('%s', (...given) => {
  const [id] = given;

  test('its page alone does not fulfil it: it stays open, rings, and blocks the close', () => {
    const story = published(given);
    expect(story.obligation(id)).toMatchObject({ status: 'partly-told', delivery: { channel: 'status-page' } });
    story.to(98);
    expect(story.last('alarm-raised', id).data).toMatchObject({
      todo: 'make-public',
      commands: [{ verb: 'told', given: { obligation: id, channel: 'newspaper' } }, { verb: 'explain' }],
    });
    story.send('close');
    expect(story.problems().join('\n')).toContain(`${id}: its page alone informs nobody`);
  });

  test('a person who records how it was made public fulfils it, at that instant', () => {
    const story = published(given);
    story.to(30);
    made(story, id, { channel: 'newspaper', languages: ['en'], at: at(20) });
    expect(story.obligation(id)).toMatchObject({ status: 'fulfilled', fulfilledAt: at(20), lateByMs: 0 });
  });
});

test('in two languages it needs both: with one it is open, with the other fulfilled when the last of them was', () => {
  const story = published(CASES[0], ['en', 'fr']);
  story.to(30);
  made(story, PUBLIC, { channel: 'website', languages: ['en'], at: at(20) });
  expect(story.obligation(PUBLIC).status).toBe('partly-told');
  expect(explain(story.state, story.pack).flatMap(({ obligations }) => obligations)).toContainEqual(
    expect.objectContaining({
      id: PUBLIC,
      told: 'its page stands; made public: a prominent notice on the website (en)',
      untold: 'fr',
    }),
  );
  expect(board(story.state, story.pack, story.now).find(({ id }) => id === PUBLIC)).toMatchObject({
    status: 'on a page alone; not yet made public: fr',
    standing: 'waits',
  });
  made(story, PUBLIC, { channel: 'newspaper', languages: ['fr'], at: at(25) });
  expect(story.obligation(PUBLIC)).toMatchObject({
    status: 'fulfilled',
    fulfilledAt: at(25),
    evidence: {
      firstToldAt: at(20),
      lastToldAt: at(25),
      note: 'a prominent notice on the website (en), a newspaper (fr)',
    },
  });
});

test.each(['press-release', 'blog'])(
  'a %s alone is no effective means; beside another channel it stands',
  (channel) => {
    const story = published();
    made(story, PUBLIC, { channel, languages: ['en'] });
    expect(story.obligation(PUBLIC).status).toBe('partly-told');
    made(story, PUBLIC, { channel: 'broadcast', languages: ['en'] });
    expect(story.obligation(PUBLIC).status).toBe('fulfilled');
  },
);

test('a page that is put up late is late by when it was made public, not by its page', () => {
  const story = published();
  story.to(100);
  made(story, PUBLIC, { channel: 'website', languages: ['en'] });
  expect(story.obligation(PUBLIC).lateByMs).toBe(3 * 3_600_000);
});

test('R6 and the timeline show each channel, when, in which languages and by whose account', () => {
  const story = published();
  story.to(30);
  made(story, PUBLIC, { channel: 'newspaper', languages: ['en'], at: at(20), note: 'page 3', by: COUNSEL });
  const rows = groupEntry(story.events).notifications.filter(({ obligation }) => obligation === PUBLIC);
  expect(rows).toContainEqual(
    expect.objectContaining({
      at: at(20),
      outside: { how: 'newspaper', by: COUNSEL, who: 'the public, in en', note: 'page 3' },
    }),
  );
  expect(narrate(story.last('made-public'), story.pack).text).toMatch(/^Made public by a newspaper \(en\), .*page 3/);
  expect(narrate(story.last('page-published'), story.pack).text).toContain('not fulfilled until a person records');
  expect(narrate(story.last('obligation-fulfilled', PUBLIC), story.pack).text).toContain(
    'Made public: a newspaper (en)',
  );
});

describe('the steps taken to notify individuals', () => {
  const REPORTS: Record<string, string> = {
    'gdpr-art34-3c-public-communication': 'gdpr-art33-authority',
    'pipeda-indirect-notice': 'pipeda-opc-report',
    'uk-gdpr-art34-3c-public-communication': 'uk-gdpr-art33-ico',
  };
  const steps = (story: Story, obligation: string, language = 'en') => {
    const rule = ruleOf(story.pack, story.obligation(obligation).rule)!;
    const field = noticeContents(rule, story.state, story.pack, obligation).find(
      (each) => each.field === 'notification-steps',
    );
    return say(field?.said ?? [], { ...PLAIN, language, locale: { en: 'en-GB', fr: 'fr-FR', de: 'de-DE' }[language]! });
  };
  const reportOf = (story: Story, id: string) =>
    Object.values(story.state.obligations).find(({ rule }) => rule === REPORTS[id])!.id;

  test.each(CASES)(
    'of %s are intended before it is made public, and no direct notice is that was waived',
    (...given) => {
      const story = published(given);
      const lines = steps(story, reportOf(story, given[0]));
      expect(lines).toEqual([expect.stringMatching(/^Public communication \(.*\): to be made before /)]);
    },
  );

  test.each(CASES)('of %s name its channels and instants once it was', (...given) => {
    const story = published(given, ['en', 'fr']);
    story.to(30);
    made(story, given[0], { channel: 'website', languages: ['en'], at: at(20) });
    made(story, given[0], { channel: 'newspaper', languages: ['fr'], at: at(25) });
    const report = reportOf(story, given[0]);
    const { citation } = ruleOf(story.pack, given[0])!;
    expect(steps(story, report)).toEqual([
      `Public communication (${citation}): by a prominent notice on the website (English), on ${sayInstant(at(20), PLAIN)}`,
      `Public communication (${citation}): by a newspaper (French), on ${sayInstant(at(25), PLAIN)}`,
    ]);
    expect(steps(story, report, 'de')[1]).toContain('durch eine Zeitung (Französisch), am ');
    expect(steps(story, report, 'fr')[1]).toContain('par un journal (français), le ');
  });

  test('name a notice to each person where that is what is owed, and no public one', () => {
    const story = new Story({}, POLICY);
    story.to(2);
    story.send('assess', { assessment: facts('DE'), awareAt: at(1) });
    expect(steps(story, reportOf(story, PUBLIC))).toEqual([expect.stringContaining('to be notified directly before')]);
  });
});

describe('what is refused', () => {
  test.each([
    [{ channel: 'phone', languages: ['en'] }, 'channel: phone makes nothing public'],
    [{ channel: 'newspaper', rest: true }, 'say in which languages it was made public'],
    [{ channel: 'newspaper' }, 'name "workspaces" or "people"'],
  ])('%j for a public communication', (body, problem) => {
    const story = published();
    made(story, PUBLIC, body);
    expect(story.problems().join()).toContain(problem);
    expect(story.obligation(PUBLIC).status).toBe('partly-told');
  });

  test('a newspaper for a notice to each person', () => {
    const story = new Story();
    story.to(2);
    story.send('assess', { assessment: facts('DE'), awareAt: at(1) });
    made(story, 'gdpr-art34-individuals', { channel: 'newspaper', languages: ['de'] });
    expect(story.problems().join()).toContain('are for a public communication');
    made(story, 'gdpr-art34-individuals', { channel: 'newspaper', rest: true });
    expect(story.problems().join()).toContain('channel: newspaper is for a public communication');
  });

  test('a second approval of what stands on its page', () => {
    const story = published();
    story.send('approve', { obligation: PUBLIC });
    expect(story.problems().join()).toContain('record how it was made public');
  });
});

describe('facts that move', () => {
  const NO_DATA = { assessment: { personalData: 'no' }, reason: 'the table held test data, as its owner showed' };

  test('what was made public and does not hold is corrected in public, not left standing', () => {
    const story = published();
    made(story, PUBLIC, { channel: 'newspaper', languages: ['en'] });
    story.send('assess', NO_DATA);
    expect(story.obligation(PUBLIC)).toMatchObject({ status: 'drafted', purpose: 'supplement' });
    story.send('approve', { obligation: PUBLIC });
    expect(story.obligation(PUBLIC).status).toBe('partly-told');
    made(story, PUBLIC, { channel: 'newspaper', languages: ['en'] });
    expect(story.obligation(PUBLIC)).toMatchObject({ status: 'fulfilled', supplements: [{ round: 3 }] });
  });

  test('where nothing was made public yet, that it is not owed is proposed, and a person confirms it', () => {
    const story = new Story();
    story.to(2);
    story.send('assess', { assessment: facts('DE'), awareAt: at(1) });
    story.send('waive', { obligation: 'gdpr-art34-individuals', reason: REASON, ground: 'gdpr-34-3-c', by: COUNSEL });
    expect(story.obligation(PUBLIC).status).toBe('drafted');
    story.send('assess', NO_DATA);
    expect(story.obligation(PUBLIC).status).toBe('proposed-not-owed');
    story.confirmNotOwed();
    expect(story.obligation(PUBLIC).status).toBe('not-required');
  });
});
