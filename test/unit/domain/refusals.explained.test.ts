// Every refusal says what is refused, on what, and what to do; and explain names rule, facts, author and what would change it.
import { onCaseMessage } from '../../../domain/case/messages';
import type { Detections, ListedDetections } from '../../../domain/incident/detections';
import { explain } from '../../../domain/incident/explain';
import { incidentLifecycle } from '../../../domain/incident/lifecycle';
import { MOST_DETECTIONS, onJoined } from '../../../domain/incident/on-detections';
import { human, toTheSecond } from '../../../domain/kernel/time';
import { DEFAULT_PACKS, loadPolicy } from '../../../policy/load-policy';
import { accounts, assessment, at, COUNSEL, ONCALL, stored } from './helpers/facts';
import { packOf, smallPack } from './helpers/pack';
import { refusalTexts } from './helpers/refusal-texts';
import { NOT_OWED_REASON, Story } from './helpers/story';

const ART33 = 'gdpr-art33-authority';
const DE = `${ART33}:de-bfdi`;
const ART34 = 'gdpr-art34-individuals';
const CUSTOMERS = 'enterprise-notice';
const PUBLIC = 'gdpr-art34-3c-public-communication';
const NO_ADDRESSES = 'nobody has their addresses: the export held pseudonyms alone';
const OTHERS = 'pipeda-other-organisations';
const CONTROLLERS = 'gdpr-art33-2-controllers';

type DataSets = NonNullable<Parameters<typeof assessment>[0]>;
const german = (over: Parameters<typeof accounts>[0] = {}) =>
  accounts({ residence: { DE: 200 }, significantHarm: 'no', ...over });

/** Assessed at one hour, aware since then. */
function aware(over: DataSets = {}, declared: ConstructorParameters<typeof Story>[0] = {}, world = {}): Story {
  const story = new Story({ serviceAffecting: false, ...declared }, undefined, world).to(1);
  story.send('assess', { assessment: assessment({ dataSets: [german(), stored()], ...over }), awareAt: at(1) });
  return story;
}

function closed(): Story {
  const story = new Story({ serviceAffecting: false }).to(1);
  story.send('assess', { assessment: { personalData: 'no' } });
  story.send('not-owed', { all: true, reason: NOT_OWED_REASON, by: COUNSEL });
  story.send('measure', { text: 'Key replaced' });
  story.send('status', { status: 'contained' });
  story.send('status', { status: 'resolved' });
  story.send('review', { rootCause: 'x', controls: ['y'], shareSummary: false });
  story.send('close');
  if (!story.state.closedAt) throw new Error(story.problems().join('\n'));
  return story;
}

/** A message, and how the story came to where it is refused. */
type Step = [Parameters<Story['send']>[0], Record<string, unknown>];
const on = (story: Story, ...steps: Step[]) => {
  for (const [name, body] of steps) story.send(name, body);
  return story;
};
const FAR = at(99_999);
const DETECTIONS: Detections = {
  ...{ caseId: 'TRG-9f3a5c1e0b2d', how: 'merged', source: 'monitoring', title: 'An alert' },
  ...{ severity: 'sev2', count: 1, firstAt: at(0), lastAt: at(0) },
};
const longTexts = (language: string) =>
  Array.from({ length: 20 }, (_, i) => ({ of: `${i}`, is: `${language} ${i} ${'漢'.repeat(3900)}` }));

/** Stories in which everything that can be refused is. */
const WALKS: Record<string, () => Story> = {
  'messages out of their time': () =>
    on(
      aware(),
      ['follow-up', { text: 'x', at: FAR }],
      ['measure', { text: 'x', at: FAR }],
      ['status', { status: 'identified', at: FAR }],
      ['status', { status: 'identified', at: at(-9) }],
      ['told', { obligation: CUSTOMERS, channel: 'phone', rest: true, at: FAR }],
      ['told', { obligation: CUSTOMERS, channel: 'phone', rest: true, at: at(-9) }],
      ['filed', { obligation: DE, reference: 'A', submittedAt: FAR }],
      ['filed', { obligation: DE, reference: 'A', submittedAt: at(-9) }],
      ['hold', { obligation: CUSTOMERS, reason: 'x', until: at(-9) }],
      ['assess', { awareAt: FAR }],
      ['assess', { assessment: assessment(), partsAwareAt: FAR }],
      ['assess', { assessment: assessment(), partsAwareAt: at(-99) }],
    ),
  'acts before the detection, while no awareness is stated': () =>
    on(new Story().to(1), ['status', { status: 'identified', at: at(-9) }]),
  links: () => on(aware(), ['link', { to: 'INC-2026-001', relation: 'same-cause' }]),
  'an incident that is full': () =>
    on(aware(), ...['fr', 'de', 'ja'].map((language): Step => ['translate', { language, texts: longTexts(language) }])),
  'other packs at opening again': () => {
    const story = closed();
    const other = { sha256: 'e'.repeat(64), packs: [{ id: 'other', version: '9', sha256: 'e'.repeat(64) }] };
    const lifecycle = incidentLifecycle(story.pack, other);
    const [event] = onCaseMessage(lifecycle, story.state, 'reopen', { by: COUNSEL, reason: 'x' } as never, story.now);
    const rejected = { kind: 'rejected', by: COUNSEL, data: event!.data } as {
      kind: 'rejected';
      by: string;
      data: never;
    };
    story.report(rejected as never);
    return story;
  },
  'after closing': () => on(closed(), ['measure', { text: 'x' }]),
  corrections: () =>
    on(
      new Story({ serviceAffecting: false, isolate: ['ci-runner'] }).to(1),
      ['correct', { reason: 'x' }],
      ['correct', { reason: 'x', detectedAt: FAR }],
      ['correct', { reason: 'x', detectedAt: at(0.5) }],
      ['correct', { reason: 'x', systems: ['api'] }],
      ['correct', { reason: 'x', serviceAffecting: true }],
      ['correct', { reason: 'x', serviceAffectedFrom: at(0.1) }],
      ['correct', { reason: 'x', serviceAffectedFrom: FAR }],
    ),
  'a correction that would send': () => on(new Story(), ['correct', { reason: 'x', detectedAt: at(-9000) }]),
  assessments: () =>
    on(
      aware(),
      ['assess', {}],
      ['assess', { personalData: 'yes', assessment: assessment() }],
      ['assess', { assessment: assessment({ answers: { 'no-such': 'yes' } }) }],
      ['assess', { awareAt: at(0.5) }],
    ),
  'assessments that contradict': () =>
    on(
      new Story().to(1),
      ['assess', { assessment: assessment({ periodFrom: at(1), periodTo: at(0) }) }],
      ['assess', { assessment: assessment({ dataSets: [accounts(), accounts()] }) }],
      ['assess', { assessment: assessment({ personalData: 'no', dataSets: [accounts()] }) }],
      [
        'assess',
        {
          assessment: assessment({
            dataSets: [german({ risk: 'unlikely', protection: { encrypted: 'yes', keysTaken: 'yes' } })],
          }),
        },
      ],
      ['assess', { assessment: assessment({ dataSets: [german({ individuals: 5 })] }) }],
      [
        'assess',
        {
          assessment: assessment({
            dataSets: [german({ individuals: 200 })],
            perWorkspace: { accounts: { w: { individuals: 999 } } },
          }),
        },
      ],
      [
        'assess',
        {
          assessment: assessment({
            dataSets: [german({ records: 9 })],
            perWorkspace: { accounts: { v: { records: 7 }, w: { records: 7 } } },
          }),
        },
      ],
    ),
  awareness: () => {
    const story = aware();
    story.to(2).send('assess', { awareAt: at(1.5), reason: 'the analyst saw the session only some minutes later' });
    story.send('close');
    story.send('confirm', { by: COUNSEL, at: at(1.25) });
    story.send('confirm', { by: ONCALL });
    story.send('confirm', { by: COUNSEL, decline: true });
    story.send('assess', { awareAt: at(-400), reason: 'earlier' });
    story.send('confirm', { by: COUNSEL, decline: true });
    return on(story, ['close', {}]);
  },
  containment: () =>
    on(
      new Story({ maliciousSources: ['203.0.113.7'] }, undefined, { containment: 'failed' }).to(1),
      ['contain', { undo: 'isolate-system api' }],
      ['status', { status: 'contained' }],
      ['status', { status: 'investigating', partly: true }],
      ['status', { status: 'contained', at: at(1), atUnknown: true }],
      ['status', { status: 'contained', partly: true }],
      ['status', { status: 'contained', despite: 'every address was blocked by hand' }],
      ['status', { status: 'contained', partly: true, note: 'x' }],
      ['status', { status: 'contained', at: at(0.5) }],
      ['status', { status: 'investigating' }],
    ),
  'a step that is under way': () =>
    on(new Story({ maliciousSources: ['203.0.113.7'] }, undefined, { silent: ['contain'] }), ['close', {}]),
  'closing while mails that came back are counted': () => {
    const story = on(aware({}, {}, { silent: ['recount'] }), ['approve', { obligation: CUSTOMERS }]);
    story.report({ kind: 'came-back', ledgerKey: CUSTOMERS });
    return on(story, ['close', {}]);
  },
  'more countries than one incident blocks': () =>
    on(
      aware(),
      ...['AQ', 'BV', 'HM', 'TF'].map(
        (country): Step => ['contain', { measure: { action: 'block-source', source: `country:${country}` } }],
      ),
    ),
  review: () => on(aware(), ['review', { rootCause: 'x', controls: ['y'], shareSummary: true }]),
  closing: () => on(aware({}, {}, { unreached: { 'ws-1': 1 } }).to(90), ['close', {}]),
  'obligations that are not there': () =>
    on(
      aware({ dataSets: [accounts({ risk: 'unknown' })] }),
      ['hold', { obligation: 'no-such', reason: 'x' }],
      ['told', { obligation: ART34, channel: 'phone', rest: true }],
      ['filed', { obligation: ART33, reference: 'A' }],
    ),
  approvals: () =>
    on(
      aware({ individualSteps: [] }),
      ['approve', { obligation: DE }],
      ['approve', { obligation: 'containment' }],
      ['approve', { obligation: CONTROLLERS }],
      ['approve', { obligation: CUSTOMERS, draft: 'abc' }],
      ['approve', { obligation: ART34 }],
    ),
  'approvals before there is a draft': () =>
    on(aware({}, {}, { silent: ['draft'] }), ['approve', { obligation: CUSTOMERS }]),
  'approvals and edits of a draft that is out of date': () => {
    const story = aware();
    const { draft } = story.obligation(CUSTOMERS);
    story.world.silent.push('draft');
    story.send('assess', { assessment: assessment({ dataSets: [german(), stored()], howItOccurred: 'otherwise' }) });
    const edit = { draft: draft!.fingerprint, language: 'en', subject: 'x', body: 'y' };
    return on(
      story,
      ['approve', { obligation: CUSTOMERS }],
      ['edit-draft', { obligation: CUSTOMERS, ...edit }],
      ['edit-draft', { obligation: DE, ...edit }],
      ['edit-draft', { obligation: 'containment', ...edit }],
    );
  },
  'a past incident': () =>
    on(
      new Story({ serviceAffecting: false, recordedAt: at(0.25), awareAt: at(0), assessment: assessment() }),
      ['approve', { obligation: CUSTOMERS }],
      ['contain', { measure: { action: 'isolate-system', system: 'api' } }],
      ['sender', { from: 'us@other.example', reason: 'x' }],
    ),
  holds: () =>
    on(
      aware(),
      ['approve', { obligation: CUSTOMERS }],
      ['hold', { obligation: CUSTOMERS, reason: 'x' }],
      ['hold', { obligation: 'containment', reason: 'x' }],
      ['hold', { obligation: DE, reason: 'the police asked' }],
      ['hold', { obligation: ART34, reason: 'the police asked' }],
    ),
  'a public communication that is not made public so': () =>
    on(
      aware(),
      ['told', { obligation: ART34, channel: 'newspaper', languages: ['de'] }],
      ['told', { obligation: ART34, channel: 'newspaper', rest: true }],
      ['waive', { obligation: ART34, reason: NO_ADDRESSES, ground: 'gdpr-34-3-c', by: COUNSEL }],
      ['approve', { obligation: PUBLIC, incompleteBecause: NO_ADDRESSES }],
      ['approve', { obligation: PUBLIC }],
      ['told', { obligation: PUBLIC, channel: 'newspaper', rest: true }],
      ['told', { obligation: PUBLIC, channel: 'newspaper', rest: true, languages: ['de'] }],
      ['told', { obligation: PUBLIC, channel: 'phone', languages: ['de'] }],
    ),
  'other organisations that are not told so': () =>
    on(
      aware({ dataSets: [accounts({ residence: { CA: 9 } })] }),
      ['told', { obligation: OTHERS, channel: 'phone', rest: true }],
      ['told', { obligation: OTHERS, channel: 'phone', rest: true, languages: ['en'] }],
      ['told', { obligation: OTHERS, channel: 'newspaper', organisations: ['a bank'] }],
      ['told', { obligation: 'pipeda-individuals', channel: 'phone', organisations: ['a bank'] }],
    ),
  'a hold of a duty of law without an end, and of what is told with another notice': () =>
    on(
      aware(),
      ['hold', { obligation: CUSTOMERS, reason: NOT_OWED_REASON }],
      ['hold', { obligation: CONTROLLERS, reason: NOT_OWED_REASON, until: at(9) }],
    ),
  'a hold of a duty of law past its end': () => {
    const late = new Story({}, undefined, { silent: ['draft'] }).to(1);
    late.send('assess', { assessment: assessment({ dataSets: [stored()] }), awareAt: at(1) });
    return on(late.to(30), ['hold', { obligation: CUSTOMERS, reason: NOT_OWED_REASON, until: at(31) }]);
  },
  'a hold of a promise with a ground': () =>
    on(aware(), ['hold', { obligation: CUSTOMERS, reason: 'x', ground: 'law-enforcement' }]),
  waivers: () =>
    on(
      aware({ dataSets: [german({ protection: { encrypted: 'yes', keysTaken: 'unknown' } }), stored()] }),
      ['waive', { obligation: DE, reason: 'x' }],
      ['waive', { obligation: DE, reason: 'x', ground: 'gdpr-34-3-a' }],
      ['waive', { obligation: DE, reason: 'x', ground: 'no-such' }],
      ['waive', { obligation: ART34, reason: 'x', ground: 'gdpr-34-3-a' }],
      ['waive', { obligation: ART34, reason: '.', ground: 'gdpr-34-3-c' }],
    ),
  'waivers of a later round': () => {
    const story = on(aware({ workspaces: ['ws-1'] }), ['approve', { obligation: CUSTOMERS }]);
    story.world.silent.push('dispatch');
    story.send('assess', { assessment: assessment({ dataSets: [german(), stored()], workspaces: ['ws-1', 'ws-2'] }) });
    return on(
      story,
      ['waive', { obligation: CONTROLLERS, reason: 'x' }],
      ['waive', { obligation: CUSTOMERS, reason: 'x', ground: 'promise-released' }],
    );
  },
  'a waiver of what another notice tells': () => {
    const customers = { recipient: { to: 'workspace-owners' }, appliesWhen: { dataSet: { role: 'processor' } } };
    const pack = smallPack({ id: 'promise', ...customers }, { id: 'law', ...customers, toldWith: 'promise' });
    const story = new Story({}, pack).to(1);
    story.send('assess', { assessment: assessment({ workspaces: ['ws-1'] }), awareAt: at(1) });
    story.send('approve', { obligation: 'promise' });
    story.world.silent.push('draft');
    story.send('assess', { assessment: assessment({ workspaces: ['ws-1', 'ws-2'] }) });
    return on(story, ['waive', { obligation: 'law', reason: 'x' }]);
  },
  'a notice that is being sent': () =>
    on(aware({}, {}, { silent: ['dispatch'] }), ['approve', { obligation: CUSTOMERS }], ['close', {}]),
  'a notice that is stopped': () => {
    const stop = (obligation: string): ['stop-sending', Record<string, unknown>] => [
      'stop-sending',
      { obligation, reason: 'x' },
    ];
    const story = on(aware({}, {}, { silent: ['dispatch'] }), stop(CUSTOMERS), stop(CONTROLLERS), stop('containment'));
    on(
      story,
      ['approve', { obligation: CUSTOMERS }],
      ['hold', { obligation: CUSTOMERS, reason: 'x' }],
      stop(CUSTOMERS),
    );
    on(story, ['approve', { obligation: CUSTOMERS }], ['release', { obligation: CUSTOMERS }], ['close', {}]);
    return on(story.restore('dispatch'), stop(CUSTOMERS));
  },
  'not owed': () => {
    const story = aware({ dataSets: [german({ risk: 'unlikely' })], riskJudgement: undefined });
    return on(
      story,
      ['not-owed', { all: true, reason: NOT_OWED_REASON }],
      ['not-owed', { obligation: CUSTOMERS, reason: NOT_OWED_REASON }],
      ['not-owed', { obligation: 'containment', reason: NOT_OWED_REASON }],
      ['not-owed', { obligation: ART33, reason: 'as agreed' }],
      ['not-owed', { obligation: ART33, reason: 'as agreed: confirmed, no duty here under the proposed rule' }],
      ['not-owed', { obligation: ART33, reason: NOT_OWED_REASON }],
      ['hold', { obligation: ART33, reason: 'x' }],
      ['close', {}],
    );
  },
  'not material': () => on(aware(), ['not-material', { obligation: DE, reason: NOT_OWED_REASON }]),
  tellings: () =>
    on(
      aware(),
      ['told', { obligation: CONTROLLERS, channel: 'phone', rest: true }],
      ['told', { obligation: 'containment', channel: 'phone', rest: true }],
      ['told', { obligation: CUSTOMERS, channel: 'phone', workspaces: ['ws-9'] }],
      ['told', { obligation: ART34, channel: 'phone', people: [{ country: 'FR', count: 1 }] }],
      ['told', { obligation: ART34, channel: 'phone', people: [{ country: 'DE', count: 999 }] }],
      [
        'told',
        {
          obligation: ART34,
          channel: 'phone',
          people: [
            { country: 'DE', count: 1 },
            { dataSet: 'accounts', country: 'DE', count: 1 },
          ],
        },
      ],
      ['leave-untold', { obligation: ART34, reason: 'x', people: [{ country: 'DE' }] }],
      ['leave-untold', { obligation: CUSTOMERS, reason: NOT_OWED_REASON, workspaces: ['ws-1', 'ws-2'] }],
      ['leave-untold', { obligation: CUSTOMERS, reason: '.', workspaces: ['ws-1'] }],
    ),
  'settling what nothing is known of': () => {
    const settle = { obligation: CUSTOMERS, accepted: true, reason: NOT_OWED_REASON };
    const story = on(aware({}, {}, { silent: ['dispatch'] }), ['settle', { ...settle, at: at(1) }]);
    const sending = on(story, ['approve', { obligation: CUSTOMERS }]);
    const url = 'https://status.example/i/1';
    on(sending, ['settle', { ...settle, at: at(9) }], ['settle', { ...settle, at: at(-9) }]);
    return on(sending, ['settle', { ...settle, at: at(1), url }]);
  },
  'a status update that was published by hand': () => {
    const settle = { obligation: 'status-page-update', reason: NOT_OWED_REASON };
    const by = (over: object): ['settle', Record<string, unknown>] => ['settle', { ...settle, ...over }];
    const story = new Story({ serviceAffecting: true }, undefined, { silent: ['dispatch'] }).to(1);
    on(story, by({ accepted: true, at: at(1) }), ['approve', { obligation: 'status-page-update' }]);
    on(story, by({ accepted: true, at: at(1) }));
    story.report({ kind: 'update-refused', data: { obligation: 'status-page-update', round: 1, detail: '422' } });
    return on(story, by({ accepted: false }), by({ accepted: true, at: at(1), batch: '3f2a90c1d2e4' }));
  },
  'telling whom nobody has named': () =>
    on(aware({ workspaces: [] }), ['told', { obligation: CUSTOMERS, channel: 'phone', rest: true }]),
  filings: () =>
    on(
      aware(),
      ['filed', { obligation: CUSTOMERS, reference: 'A' }],
      ['filed', { obligation: DE, caseNumber: 'A' }],
      ['filed', { obligation: DE, reference: 'A', authority: 'ie-dpc' }],
      ['cannot-establish', { obligation: DE, field: 'records-count', reason: NOT_OWED_REASON }],
    ),
  'a filing without an authority, or with another': () => {
    const none = new Story().to(1);
    none.send('assess', { assessment: { personalData: 'no' } });
    return on(
      none,
      ['filed', { obligation: ART33, reference: 'A' }],
      ['filed', { obligation: ART33, reference: 'A', authority: 'no-such' }],
    );
  },
  'a time stated more exactly': () => {
    const inexact = on(aware(), ['filed', { obligation: DE, reference: 'A', submittedAt: `${at(0.5)}..${at(1)}` }]);
    const exactly = { reason: NOT_OWED_REASON };
    on(inexact, ['acted-at', { obligation: DE, at: at(0.2), ...exactly }]);
    on(inexact, ['acted-at', { obligation: DE, at: at(9), ...exactly }]);
    on(inexact, ['acted-at', { obligation: DE, at: at(0.7), ...exactly }]);
    return on(
      inexact,
      ['acted-at', { obligation: DE, at: at(0.8), ...exactly }],
      ['acted-at', { obligation: CUSTOMERS, at: at(0.8), ...exactly }],
    );
  },
  'a time of one of two rounds stated more exactly': () => {
    const story = on(aware(), ['filed', { obligation: DE, reference: 'A', submittedAt: `${at(0.5)}..${at(1)}` }]);
    const changed = assessment({ dataSets: [german({ categories: ['passwords'] }), stored()] });
    on(story, ['assess', { assessment: changed }]).to(2);
    on(story, ['filed', { obligation: DE, reference: 'B', submittedAt: `${at(0.5)}..${at(2)}` }]);
    const exactly = { obligation: DE, at: at(0.8), reason: NOT_OWED_REASON };
    return on(story, ['acted-at', exactly], ['acted-at', { ...exactly, round: 9 }]);
  },
  'filed in part': () => on(aware(), ['filed', { obligation: DE, reference: 'A' }], ['close', {}]),
  'an authority that is not known': () =>
    on(
      aware({ dataSets: [german({ residence: {}, individuals: 9 })] }),
      ['filed', { obligation: ART33, reference: 'A' }],
      ['decide-authority', { obligation: CUSTOMERS, authority: 'ie-dpc', reason: NOT_OWED_REASON }],
      ['decide-authority', { obligation: ART33, authority: 'no-such', reason: NOT_OWED_REASON }],
      ['decide-authority', { obligation: ART33, authority: 'ie-dcp', reason: NOT_OWED_REASON }],
    ),
  'what two persons must decide': () => {
    const pack = packOf({ mainEstablishment: 'IE', twoPersons: ['releases', 'wide-blocks'] });
    const story = new Story({ serviceAffecting: false }, pack).to(1);
    story.send('assess', { assessment: assessment({ dataSets: [german(), stored()] }), awareAt: at(1) });
    const hold = { obligation: CUSTOMERS, reason: NOT_OWED_REASON };
    return on(
      story,
      ['contain', { measure: { action: 'block-source', source: 'country:KP' } }],
      ['hold', { ...hold, until: at(8), by: COUNSEL }],
      ['hold', { ...hold, until: at(3) }],
      ['close', {}],
    );
  },
  'detections that it does not take': () => {
    const story = closed();
    const listed: ListedDetections[] = Array.from({ length: MOST_DETECTIONS }, (_, n) => ({
      ...DETECTIONS,
      ...{ caseId: `TRG-${n}`, by: ONCALL, at: at(1) },
    }));
    for (const over of [{}, { closedAt: undefined, exercise: true }, { closedAt: undefined, detections: listed }])
      story.record(onJoined({ ...story.state, ...over }, { by: ONCALL, detections: DETECTIONS }));
    return story;
  },
  'an authority that is known': () =>
    on(aware(), ['decide-authority', { obligation: ART33, authority: 'ie-dpc', reason: NOT_OWED_REASON }]),
};

const walked = Object.entries(WALKS).map(([name, walk]) => {
  const story = walk();
  const refused = story.all('rejected');
  return { name, story, refused, problems: refused.flatMap(({ data }) => data.problems) };
});
const all = [...new Set(walked.flatMap(({ problems }) => problems))];

test.each(refusalTexts().map((each): [string, typeof each] => [each.where, each]))(
  'the refusal at %s is walked',
  (_where, { matches, text }) => {
    if (!all.some((problem) => matches.test(problem))) throw new Error(`no story is refused with ${text}: add one`);
  },
);

test('there are as many as there were, or more', () => expect(refusalTexts().length).toBeGreaterThan(120));

/** What to do: a command to type, or what must be, be given, corrected, done. */
const TELLS_WHAT_TO_DO =
  /`npx tocsin |\b(must|needed|give|correct|name|state|use|record|send|say|leave|assess|approve|tell|read|edit|try|file|waive|do it|confirm|decline|reopen|set|choose|did you mean|hold that|there are|those are|they are|try again)\b/i;

describe.each(walked.map(({ name, ...each }): [string, typeof each] => [name, each]))(
  '%s',
  (_name, { story, refused, problems }) => {
    test('is refused, each with the field or the duty first', () => {
      expect(problems.length).toBeGreaterThan(0);
      for (const problem of problems) expect(problem).toMatch(/^[A-Za-z][A-Za-z0-9.:\- ]*: \S.{10,}/);
    });

    test('each says what to do', () => {
      for (const problem of problems) expect(problem).toMatch(TELLS_WHAT_TO_DO);
    });

    test('each stands in the register with who was refused, and changes nothing', () => {
      for (const { by } of refused) expect(by).not.toBe('');
      expect(JSON.parse(JSON.stringify(story.folded()))).toEqual(JSON.parse(JSON.stringify(story.state)));
    });

    test('explain names rule, facts, author and what would change it for each duty of the story', () => {
      for (const { rule, citation, because, author, changes, obligations } of explain(story.state, story.pack)) {
        expect([rule, citation, because.join('; '), author].map((text) => text.trim() !== '')).toEqual(
          Array(4).fill(true),
        );
        expect(author).toMatch(
          /^(Tocsin, by the rule .+ \(.+\), on .+|.+, who (confirmed what Tocsin proposed|waived it))/,
        );
        expect(changes.length).toBeGreaterThan(0);
        for (const o of obligations)
          if (o.status === 'proposed-not-owed') expect(o.confirm).toContain('npx tocsin not-owed');
      }
    });
  },
);

describe('proposals, each by the product and for a person to decide', () => {
  const ALL = loadPolicy(`${DEFAULT_PACKS},uk-gdpr`).pack;
  const DECIDED = ALL.obligations.filter(({ dismissal }) => dismissal !== 'automatic');
  const ONCE = new Set(DECIDED.filter(({ dismissal }) => dismissal === 'person-once-owed').map(({ id }) => id));
  const ruleOf = (story: Story, id: string) => explain(story.state, story.pack).find((each) => each.rule === id)!;
  const places = { DE: 5, CA: 5, GB: 5, US: 5 };
  const judged = (over: Parameters<typeof accounts>[0]) =>
    assessment({ dataSets: [accounts({ residence: places, ...over }), stored()] });

  /** That a duty is not owed, on facts that say so from the first or since. */
  const NOT_OWED: Record<string, (story: Story) => unknown> = {
    'no personal data': (story) => story.send('assess', { assessment: { personalData: 'no' }, awareAt: at(1) }),
    'owed at first, then no personal data': (story) => {
      story.send('assess', { assessment: judged({}), awareAt: at(1) });
      story.send('assess', { assessment: { personalData: 'no' } });
    },
  };
  const cases = DECIDED.flatMap(({ id }) => Object.keys(NOT_OWED).map((name): [string, string] => [id, name]));

  test.each(cases)('%s, %s: rule, facts, author, and what would change it', (id, name) => {
    const story = new Story({ serviceAffecting: false }, ALL).to(1);
    NOT_OWED[name]!(story);
    const { citation, because, author, changes, obligations } = ruleOf(story, id);
    const proposed = obligations.filter(({ status }) => status === 'proposed-not-owed');
    // What stands in place of a waived notice is spoken of once that is waived: scenario.made-public.test.ts.
    if (id === 'uncovered-law' || id === OTHERS ? name === 'no personal data' : ONCE.has(id))
      return expect(proposed).toEqual([]);
    expect(proposed.length).toBeGreaterThan(0);
    for (const { proposal, confirm, id: obligation } of proposed) {
      expect(proposal).toContain(`by Tocsin under ${id} (${citation}) on assessment`);
      expect(proposal).toContain(because.join('; '));
      expect(confirm).toContain(`npx tocsin not-owed INC-2026-001 ${obligation} --reason`);
    }
    expect(author).toMatch(
      /^Tocsin, by the rule .+, on assessment \d by oncall@example\.com: a proposal, which a person confirms$/,
    );
    for (const change of changes) expect(change).toMatch(/^owed if \S.{10,}/);
    return expect(changes.length).toBeGreaterThan(0);
  });

  test('every rule that a person decides on is among them', () => {
    expect(DECIDED.map(({ id }) => id).sort()).toEqual([
      ...['gdpr-art33-2-controllers', 'gdpr-art33-authority'],
      ...['gdpr-art34-3c-public-communication', 'gdpr-art34-individuals'],
      ...['pipeda-indirect-notice', 'pipeda-individuals', 'pipeda-opc-report', OTHERS],
      ...['uk-gdpr-art33-ico', 'uk-gdpr-art34-3c-public-communication', 'uk-gdpr-art34-individuals', 'uncovered-law'],
    ]);
  });

  test('that it goes to another authority', () => {
    const story = aware();
    story.send('assess', { assessment: assessment({ dataSets: [german({ residence: { FR: 200 } })] }) });
    const { obligations } = ruleOf(story, ART33);
    expect(obligations.find(({ id }) => id === DE)!.proposal).toContain('on the present facts it goes to');
    expect(obligations.find(({ id }) => id === DE)!.confirm).toContain(DE);
  });

  test('that what changed since it was told is told once more', () => {
    const story = on(aware(), ['filed', { obligation: DE, reference: 'A' }]);
    story.send('assess', { assessment: assessment({ dataSets: [german({ categories: ['passwords'] }), stored()] }) });
    const { obligations, clocks } = ruleOf(story, ART33);
    expect(obligations[0]!.changed!.length).toBeGreaterThan(0);
    expect(clocks[0]!.stated!.join()).toContain(`stated by ${ONCALL}`);
  });

  test('a later awareness, that waits for a second person: who asked, why, and how it is decided', () => {
    const story = on(aware(), ['assess', { awareAt: at(1), reason: 'x' }]).to(3);
    story.send('assess', { awareAt: at(2), reason: 'the first mail was about another system' });
    const said = ruleOf(story, ART33).clocks[0]!.stated!.join('\n');
    expect(said).toContain(`asked for by ${ONCALL}: the first mail was about another system`);
    expect(said).toContain(`\`npx tocsin confirm INC-2026-001 awareness --at ${toTheSecond(at(2))}\``);
  });

  test('a doubtful awareness: why, and how it is decided', () => {
    const story = on(aware(), ['assess', { awareAt: at(-400), reason: 'the log of March' }]);
    const said = ruleOf(story, ART33).clocks[0]!.stated!.join('\n');
    expect(said).toMatch(
      /is doubtful \(it lies before the detection .*puts into the past.*: stand by it or correct it: `npx tocsin confirm/,
    );
  });

  test('an authority to be determined: how it is decided; a hold: by whom, on what, until when', () => {
    const open = aware({ dataSets: [german({ residence: {}, individuals: 9 })] });
    expect(ruleOf(open, ART33).obligations[0]!.authority).toContain('`npx tocsin decide-authority INC-2026-001');
    const held = on(aware(), [
      'hold',
      {
        obligation: ART34,
        reason: 'the prosecutor asked for two days, file 26-1187',
        ground: 'law-enforcement',
        until: at(9),
        by: COUNSEL,
      },
    ]);
    expect(ruleOf(held, ART34).obligations[0]!.held).toBe(
      `held by ${COUNSEL} on the ground law-enforcement until ${human(at(9))}: the prosecutor asked for two days, file 26-1187`,
    );
  });
});
