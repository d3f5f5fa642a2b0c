/** "Not owed" is a decision: Tocsin proposes it by a rule and with reasons, a person confirms it in words of their own. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { grade } from '../../../cli/commands/exercise/grade';
import { board, explain } from '../../../domain/incident/explain';
import { lacking } from '../../../domain/incident/records';
import { accounts, assessment, at, COUNSEL, ONCALL, RISK_JUDGEMENT, stored } from './helpers/facts';
import { NOT_OWED_REASON, Story } from './helpers/story';

const ART33 = 'gdpr-art33-authority';
const OF_LAW = [ART33, 'gdpr-art33-2-controllers', 'gdpr-art34-individuals', 'pipeda-opc-report', 'pipeda-individuals'];
const unlikely = (over: Parameters<typeof accounts>[0] = {}) =>
  accounts({ risk: 'unlikely', significantHarm: 'no', residence: { DE: 200 }, ...over });

function withoutData(): Story {
  const story = new Story().to(1);
  story.send('assess', { assessment: { personalData: 'no' }, by: ONCALL });
  return story;
}

function judged(over: Parameters<typeof assessment>[0] = {}): Story {
  const story = new Story().to(1);
  story.send('assess', { assessment: assessment({ dataSets: [unlikely()], ...over }), awareAt: at(1), by: ONCALL });
  return story;
}

test.each(['Tocsin', 'TOCSIN '])('%s is no person who confirms that a duty is not owed', (by) => {
  const story = judged();
  story.send('not-owed', { obligation: ART33, reason: NOT_OWED_REASON, by });
  expect(story.problems()).toEqual(['by: must name a person']);
  expect(story.obligation(ART33).status).toBe('proposed-not-owed');
});

const statuses = (story: Story, ids = OF_LAW) => ids.map((id) => story.state.obligations[id]?.status);
const confirm = (story: Story, over: Record<string, unknown> = {}) =>
  story.send('not-owed', { obligation: ART33, reason: NOT_OWED_REASON, by: COUNSEL, ...over });

/** Of a duty that takes the place of one that was waived, or hangs on it. */
const IN_PLACE = /"waived"/;

describe('which duties a person decides on', () => {
  test('every duty of the law packs that assessed facts may dismiss, and none of the own promises', () => {
    const marked = ['gdpr', 'pipeda', 'uk-gdpr', 'trust-center'].flatMap((id) => {
      const pack = parse(readFileSync(join(__dirname, `../../../policy/packs/${id}.yaml`), 'utf8'));
      return pack.obligations.map((rule: { id: string; dismissal?: string; appliesWhen: Record<string, unknown> }) => ({
        law: id !== 'trust-center' && !IN_PLACE.test(JSON.stringify(rule.appliesWhen)),
        // What stands in place of a notice that is waived, or hangs on it, need not be spoken of before it is.
        once: IN_PLACE.test(JSON.stringify(rule.appliesWhen)),
        dismissal: rule.dismissal ?? 'automatic',
      }));
    });
    const wanted = marked.map(({ law, once }) => (law ? 'person' : once ? 'person-once-owed' : 'automatic'));
    expect(marked.map(({ dismissal }) => dismissal)).toEqual(wanted);
    expect(wanted.filter((each) => each === 'person')).toHaveLength(7);
    expect(wanted.filter((each) => each === 'person-once-owed')).toHaveLength(4);
  });

  test('what the incident is not falls away by itself, and so do the own promises of the company', () => {
    const story = new Story({ serviceAffecting: false }).to(1);
    story.send('assess', { assessment: { personalData: 'no' } });
    expect(statuses(story, ['status-page-update', 'status-subscribers', 'enterprise-notice'])).toEqual(
      Array(3).fill('not-required'),
    );
  });

  test('undecided facts propose nothing', () => {
    const story = judged({
      dataSets: [unlikely({ risk: 'unknown', significantHarm: 'unknown', residence: { DE: 150, CA: 50 } })],
    });
    expect(story.all('not-owed-proposed').map(({ data }) => data.obligation)).toEqual(['gdpr-art33-2-controllers']);
    expect(story.obligation(`${ART33}:de-bfdi`).status).toBe('filing');
    expect(story.state.obligations['gdpr-art34-individuals']).toBeUndefined();
  });
});

describe('the proposal', () => {
  test('is by Tocsin and by the rule, with its reasons and the revision of the facts', () => {
    const story = withoutData();
    expect(story.last('not-owed-proposed', ART33)).toMatchObject({
      by: 'tocsin',
      data: { rule: ART33, because: ['no personal data is affected'], facts: '1' },
    });
    expect(statuses(story)).toEqual(Array(5).fill('proposed-not-owed'));
    expect(story.all('obligation-not-required', ART33)).toEqual([]);
  });

  test('is on the board, and blocks R6, the close and the grade; confirmed it does not', () => {
    const story = withoutData();
    const row = () => board(story.state, story.pack, story.now).find(({ id }) => id === ART33);
    const graded = () => grade(story.events, story.pack).rows.find(({ commitment }) => commitment === 'T4');
    expect(row()).toMatchObject({ status: 'proposed as not owed: confirm it', standing: 'waits', settled: false });
    expect(lacking('R6', story.state, story.pack)).toEqual(expect.arrayContaining(OF_LAW));
    expect(graded()).toMatchObject({ grade: 'open' });
    story.send('close');
    expect(story.problems().join()).toContain(
      `${ART33}: proposed as not owed by Tocsin under ${ART33} (GDPR Art. 33(1)) on assessment 1: no personal data is affected; nobody has confirmed it: \`npx tocsin not-owed INC-2026-001 ${ART33} --reason "…"\``,
    );

    story.send('not-owed', { all: true, reason: NOT_OWED_REASON, by: COUNSEL });
    expect(row()).toMatchObject({ status: 'not owed, confirmed', standing: 'not owed', settled: true });
    expect(lacking('R6', story.state, story.pack).filter((id) => OF_LAW.includes(id))).toEqual([]);
    expect(graded()?.obligations.find(({ obligation }) => obligation === ART33)).toMatchObject({
      grade: 'not required',
      detail: NOT_OWED_REASON,
    });
  });

  test('keeps the deadline and rings on while nobody confirms it; nothing is sent, and nothing is missed', () => {
    const story = judged();
    expect(story.obligation(ART33)).toMatchObject({ status: 'proposed-not-owed', dueAt: at(73) });
    story.to(72.9);
    expect(story.alarms(ART33)).toEqual(['50 %', '75 %', '90 %']);
    expect(story.last('alarm-raised', ART33).data).toMatchObject({ todo: 'decide-not-owed' });
    expect(story.last('alarm-raised', ART33).data.commands[0]).toMatchObject({ verb: 'not-owed' });
    story.to(100);
    expect(story.alarms(ART33).slice(0, 5)).toEqual(['50 %', '75 %', '90 %', 'due', 'overdue 1']);
    expect(story.all('deadline-missed', ART33)).toEqual([]);
    const before = story.alarms(ART33).length;
    confirm(story);
    story.to(400);
    expect(story.alarms(ART33)).toHaveLength(before);
  });

  test('of a report that was armed keeps its clock, and is withdrawn when the facts say again that it is owed', () => {
    const story = judged({ dataSets: [accounts({ residence: { DE: 200 } })] });
    const id = `${ART33}:de-bfdi`;
    expect(story.obligation(id)).toMatchObject({ status: 'filing', dueAt: at(73) });
    story.to(10).send('assess', { assessment: assessment({ dataSets: [unlikely()] }) });
    expect(story.obligation(id)).toMatchObject({ status: 'proposed-not-owed', dueAt: at(73) });
    story.to(20).send('assess', { assessment: assessment({ dataSets: [accounts({ residence: { DE: 200 } })] }) });
    expect(story.last('not-owed-withdrawn', id).by).toBe('tocsin');
    expect(story.obligation(id)).toMatchObject({ status: 'filing', dueAt: at(73), round: 1 });
    expect(story.obligation(id).proposal).toBeUndefined();
  });

  test('on facts that become undecided is withdrawn: what was never armed is not decided yet', () => {
    const story = judged();
    expect(statuses(story, ['gdpr-art34-individuals'])).toEqual(['proposed-not-owed']);
    story.send('assess', { assessment: assessment({ dataSets: [unlikely({ risk: 'unknown' })] }) });
    expect(story.state.obligations['gdpr-art34-individuals']).toBeUndefined();
    expect(story.state.obligations[ART33]).toBeUndefined();
    expect(story.obligation(`${ART33}:de-bfdi`)).toMatchObject({ status: 'filing', dueAt: at(73) });
  });

  test('gets its clock when the awareness is recorded after it', () => {
    const story = new Story().to(1);
    story.send('assess', { assessment: { personalData: 'no' } });
    expect(story.obligation(ART33).dueAt).toBeUndefined();
    story.send('assess', { awareAt: at(0.5) });
    expect(story.obligation(ART33)).toMatchObject({ status: 'proposed-not-owed', dueAt: at(72.5) });
  });

  test('takes no approval, hold or waiver: it is confirmed, or the facts are corrected', () => {
    const story = judged();
    for (const [message, body] of [
      ['approve', {}],
      ['hold', { reason: 'the police asked for two days, file 26-1187' }],
      ['waive', { reason: 'too embarrassing' }],
    ] as const) {
      story.send(message, { obligation: ART33, ...body });
      expect(story.problems().join()).toContain('nobody has confirmed it: `npx tocsin not-owed');
    }
    expect(statuses(story, [ART33])).toEqual(['proposed-not-owed']);
  });
});

describe('the confirmation', () => {
  test('names the person, the reason, what was proposed and the revision of the facts', () => {
    const story = judged();
    confirm(story.to(3));
    expect(story.last('obligation-not-required', ART33)).toMatchObject({
      by: COUNSEL,
      data: {
        decidedBy: COUNSEL,
        reason: NOT_OWED_REASON,
        proposed: expect.stringContaining('a risk is unlikely for data set "Account data"'),
      },
    });
    expect(story.obligation(ART33)).toMatchObject({
      status: 'not-required',
      decision: { by: COUNSEL, at: at(3), reason: NOT_OWED_REASON },
    });
    expect(story.folded()).toEqual(story.state);
  });

  test('of a day without personal data is one', () => {
    const story = withoutData();
    story.send('not-owed', { all: true, reason: NOT_OWED_REASON, by: COUNSEL });
    expect(statuses(story)).toEqual(Array(5).fill('not-required'));
  });

  test('of all asks for one by one where the proposals rest on different facts, and takes those like the named one', () => {
    const story = judged();
    story.send('not-owed', { all: true, reason: NOT_OWED_REASON });
    expect(story.problems().join()).toContain('all: the proposals rest on different facts');
    expect(statuses(story)).not.toContain('not-required');
    story.send('not-owed', { obligation: 'pipeda-opc-report', all: true, reason: NOT_OWED_REASON });
    expect(statuses(story, ['pipeda-opc-report', 'pipeda-individuals', ART33])).toEqual([
      'not-required',
      'not-required',
      'proposed-not-owed',
    ]);
  });

  test.each([
    ['not owed', 'must say why in your own words'],
    ['no personal data is affected', 'must say why in your own words'],
    ['No report is required under GDPR Art. 33(1): no personal data is affected.', 'must say why in your own words'],
    ['Confirmed: as Tocsin proposed, it is not owed under this rule', 'must say why in your own words'],
  ])('refuses the reason "%s"', (reason, problem) => {
    const story = withoutData();
    confirm(story, { reason });
    expect(story.problems().join()).toContain(problem);
    expect(statuses(story, [ART33])).toEqual(['proposed-not-owed']);
  });

  test.each([
    'the access log shows nothing',
    'Das Protokoll der Anmeldungen zeigt keine Sitzung',
    'no personal data is affected: build logs only, read line by line',
  ])('takes the reason "%s"', (reason) => {
    const story = withoutData();
    confirm(story, { reason });
    expect(statuses(story, [ART33])).toEqual(['not-required']);
  });

  test('of what is owed, not decided yet or unknown is refused, with what is proposed', () => {
    const story = judged({ dataSets: [accounts({ residence: { DE: 200 } }), stored()] });
    confirm(story, { obligation: `${ART33}:de-bfdi` });
    expect(story.problems().join()).toContain(`${ART33}:de-bfdi is not proposed as not owed`);
    confirm(story, { obligation: 'no-such' });
    expect(story.problems().join()).toContain('no-such is not proposed as not owed; proposed are: ');
  });

  test('repeated, it changes nothing', () => {
    const story = judged();
    confirm(story);
    expect(confirm(story)).toMatchObject([{ kind: 'noted' }]);
  });

  test('stands while nothing that the rule reads changes, and is asked for again when it does', () => {
    const story = judged();
    confirm(story);
    const assess = (over: Parameters<typeof assessment>[0]) => story.send('assess', { assessment: assessment(over) });
    assess({ dataSets: [unlikely({ title: 'Accounts', individuals: 200, categories: ['name'] })], howItOccurred: 'x' });
    expect(statuses(story, [ART33])).toEqual(['not-required']);
    assess({ dataSets: [unlikely(), unlikely({ id: 'more', title: 'More', residence: { FR: 2 } })] });
    expect(story.obligation(ART33)).toMatchObject({
      status: 'proposed-not-owed',
      proposal: { facts: '3', because: expect.arrayContaining(['a risk is unlikely for data set "More"']) },
    });
    expect(story.obligation(ART33).decision).toBeUndefined();
  });

  test('is overtaken by facts that say it is owed: the report opens with its own clock', () => {
    const story = judged();
    confirm(story);
    story.to(30).send('assess', { assessment: assessment({ dataSets: [accounts({ residence: { DE: 200 } })] }) });
    expect(story.obligation(`${ART33}:de-bfdi`)).toMatchObject({ status: 'filing', dueAt: at(73) });
    expect(story.state.obligations[ART33]).toBeUndefined();
  });

  test('does not outlive facts that become undecided', () => {
    const story = judged();
    story.confirmNotOwed();
    story.send('assess', { assessment: assessment({ dataSets: [unlikely({ risk: 'unknown' })] }) });
    expect(story.state.obligations['gdpr-art34-individuals']).toBeUndefined();
    story.send('close');
    expect(story.problems().join()).toContain('gdpr-art34-individuals: not decided yet');
  });
});

describe('the reasoning of the risk (EDPB Guidelines 9/2022; SOR/2018-64 s. 6)', () => {
  test('an unlikely risk without any reasoning on record is not confirmed; with it, it is', () => {
    const story = judged({ riskJudgement: undefined });
    confirm(story);
    expect(story.problems().join()).toContain('riskJudgement.reasoning: ');
    expect(story.problems().join()).toContain('`npx tocsin assess INC-2026-001 --help`');
    expect(statuses(story, [ART33])).toEqual(['proposed-not-owed']);
    story.send('assess', { assessment: assessment({ dataSets: [unlikely()], riskJudgement: RISK_JUDGEMENT }) });
    confirm(story);
    expect(statuses(story, [ART33])).toEqual(['not-required']);
  });

  test('that of the data set counts, a method or factors alone do not', () => {
    const factors = { sensitivity: 'Names only', misuse: 'The disk was encrypted' };
    const half = judged({ riskJudgement: { method: 'EDPB Guidelines 9/2022', factors } });
    confirm(half);
    expect(statuses(half, [ART33])).toEqual(['proposed-not-owed']);
    const own = judged({ riskJudgement: undefined, dataSets: [unlikely({ riskJudgement: RISK_JUDGEMENT })] });
    confirm(own);
    expect(statuses(own, [ART33])).toEqual(['not-required']);
  });

  test('a real risk of significant harm that is denied needs it too; what rests on no judgement does not', () => {
    const canada = judged({ riskJudgement: undefined, dataSets: [unlikely({ residence: { CA: 5 } })] });
    confirm(canada, { obligation: 'pipeda-opc-report' });
    expect(canada.problems().join()).toContain('riskJudgement.reasoning');
    confirm(canada, { obligation: 'gdpr-art33-2-controllers' });
    expect(statuses(canada, ['gdpr-art33-2-controllers'])).toEqual(['not-required']);
  });
});

describe('explain', () => {
  /** Stories in which every kind of refusal and of proposal stands. */
  const STORIES: Record<string, () => Story> = {
    'nothing assessed': () => new Story({ serviceAffecting: false }),
    'no personal data': withoutData,
    'an unlikely risk': judged,
    confirmed: () => {
      const story = judged();
      story.confirmNotOwed();
      return story;
    },
    waived: () => {
      const story = judged({ dataSets: [accounts()] });
      story.send('waive', {
        obligation: 'gdpr-art34-individuals',
        reason: 'nobody has their addresses: the export held pseudonyms alone',
        ground: 'gdpr-34-3-c',
      });
      return story;
    },
    'before the law': () => {
      const early = '2018-10-01T00:00:00.000Z';
      return new Story({ detectedAt: early, declaredAt: early, assessment: assessment(), awareAt: early });
    },
  };

  test.each(Object.entries(STORIES))('names rule, facts, author and what would change it: %s', (_name, make) => {
    const story = make();
    const refused = explain(story.state, story.pack).filter(({ applies }) => applies !== 'yes');
    expect(refused.length).toBeGreaterThan(0);
    for (const { rule, citation, because, author, changes } of refused) {
      expect(citation).not.toBe('');
      expect(because.join()).not.toBe('');
      expect(author).toMatch(
        new RegExp(
          `^(Tocsin, by the rule ${rule} \\(.+\\), on (assessment \\d+ by|the declaration by|the review by|no assessment yet).*|.+, who (confirmed what Tocsin proposed|waived it))$`,
        ),
      );
      expect(changes.length).toBeGreaterThan(0);
      for (const change of changes) expect(change).toMatch(/^owed if \S.{10,}/);
    }
  });

  test('of a proposal says that it is one, and after it who confirmed it', () => {
    const story = judged();
    const art33 = () => explain(story.state, story.pack).find(({ rule }) => rule === ART33)!;
    expect(art33()).toMatchObject({
      author: `Tocsin, by the rule ${ART33} (GDPR Art. 33(1)), on assessment 1 by ${ONCALL}: a proposal, which a person confirms`,
      changes: [
        'owed if there is a data set held as controller, with "risk" assessed as risk or high, with somebody whom the GDPR protects',
      ],
    });
    confirm(story);
    expect(art33().author).toBe(`${COUNSEL}, who confirmed what Tocsin proposed`);
  });
});
