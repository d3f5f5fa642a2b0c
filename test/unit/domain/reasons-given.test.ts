/** Every reason by which a person signs something away is one: no full stop, no "n/a", no field said again. */
import { z } from 'zod';
import { MESSAGE_SCHEMAS, type MessageName } from '../../../domain/incident/messages';
import { REASONS } from '../../../domain/incident/reasons-given';
import { accounts, assessment, at, COUNSEL, stored } from './helpers/facts';
import { TRUST_CENTER } from './helpers/pack';
import { Story } from './helpers/story';

const SAYS_WHY = /(reason|because|despite|note|why|justif|comment)/i;
const IRISH = { ...TRUST_CENTER, organisation: { ...TRUST_CENTER.organisation, mainEstablishment: 'IE' } };
const DPC = 'gdpr-art33-authority:ie-dpc';
const PEOPLE = 'gdpr-art34-individuals';
const CUSTOMERS = 'enterprise-notice';
const GOOD = 'the export of that night was read line by line, and held nobody else';

/** The names of the fields in which a message says why. */
function reasonFields(name: MessageName): string[] {
  const schema = z.toJSONSchema(MESSAGE_SCHEMAS[name], { io: 'input', unrepresentable: 'any' });
  return Object.entries(schema.properties ?? {}).flatMap(([field, each]) =>
    SAYS_WHY.test(field) && (each as { type?: string }).type === 'string' ? [field] : [],
  );
}

test('each field in which a message says why stands in the table: a new one is decided on, not forgotten', () => {
  const names = Object.keys(MESSAGE_SCHEMAS) as MessageName[];
  const known = names.map((name) => [name, Object.keys(REASONS[name] ?? {}).sort()]);
  expect(known).toEqual(names.map((name) => [name, reasonFields(name).sort()]));
});

function aware(hours = 1): Story {
  const story = new Story({}, IRISH, { unreached: { 'ws-2': 1 }, containment: 'failed' }).to(hours);
  const facts = assessment({ dataSets: [accounts(), stored()], workspaces: ['ws-1', 'ws-2'] });
  story.send('assess', { assessment: facts, awareAt: at(1) });
  return story;
}

/** By message and field: a story in which it decides something, and what else it says. */
const SIGNED: Array<[MessageName, string, () => Story, Record<string, unknown>]> = [
  ['assess', 'reason', () => aware(3), { awareAt: at(2) }],
  ['status', 'despite', () => contained(), { status: 'contained' }],
  ['approve', 'delayReasons', () => aware().to(100), { obligation: DPC }],
  ['approve', 'incompleteBecause', aware, { obligation: PEOPLE }],
  ['leave-untold', 'reason', () => sent(), { obligation: CUSTOMERS, workspaces: ['ws-2'] }],
  ['settle', 'reason', () => sending(), { obligation: CUSTOMERS, accepted: false }],
  ['hold', 'reason', aware, { obligation: CUSTOMERS, until: at(20) }],
  ['hold', 'reason', aware, { obligation: PEOPLE, ground: 'law-enforcement' }],
  ['waive', 'reason', aware, { obligation: PEOPLE, ground: 'gdpr-34-3-b' }],
  ['waive', 'reason', aware, { obligation: PEOPLE, ground: 'gdpr-34-3-c' }],
  ['not-owed', 'reason', () => unlikely(), { obligation: DPC }],
  ['not-material', 'reason', () => changed(), { obligation: DPC }],
  ['filed', 'delayReasons', () => aware().to(100), { obligation: DPC, reference: 'IE-1' }],
  [
    'decide-authority',
    'reason',
    () => nowhere(),
    { obligation: 'gdpr-art33-authority:to-be-determined', authority: 'ie-dpc' },
  ],
  ['acted-at', 'reason', () => filedAbout(), { obligation: DPC, at: at(0.75) }],
  ['cannot-establish', 'reason', () => inPart(), { obligation: DPC, field: 'measures-taken' }],
];

test('each that is signed away by is played here', () => {
  const played = new Set(SIGNED.map(([name, field]) => `${name}.${field}`));
  const table = Object.entries(REASONS).flatMap(([name, fields]) =>
    Object.entries(fields).flatMap(([field, takes]) => (takes === 'free' ? [] : [`${name}.${field}`])),
  );
  expect([...played].sort()).toEqual(table.sort());
});

describe.each(SIGNED)('%s: %s', (name, field, story, rest) => {
  test.each([
    '.',
    'n/a',
    'ok as agreed, decided',
    '.................................',
    'risk: unlikely, not material, high',
  ])('refused: %s', (thin) => {
    const played = story();
    const events = played.send(name, { by: COUNSEL, ...rest, [field]: thin });
    expect(events.map(({ kind }) => kind)).toEqual(['rejected']);
    expect(played.problems()).toEqual([expect.stringMatching(new RegExp(`^${field}: .*own words`))]);
  });

  test('taken: what was examined and found', () => {
    const events = story().send(name, { by: COUNSEL, ...rest, [field]: GOOD });
    expect(events.map(({ kind }) => kind)).not.toContain('rejected');
  });
});

test('the title of the duty and its citation are no reason, and neither is one letter for an own promise', () => {
  const story = aware();
  const said = 'Notice to affected individuals, GDPR Art. 34(1), (2): high risk removed by later measures';
  story.send('waive', { obligation: PEOPLE, ground: 'gdpr-34-3-b', reason: said, by: COUNSEL });
  expect(story.problems()).toEqual([expect.stringMatching(/^reason: .*own words/)]);
  const ground = 'promise-nothing-left';
  story.send('waive', { obligation: 'containment', ground, reason: 'x', by: COUNSEL });
  expect(story.problems()).toEqual([expect.stringMatching(/^reason: .*own words/)]);
  story.send('waive', { obligation: 'containment', ground, reason: GOOD, by: COUNSEL });
  expect(story.obligation('containment').status).toBe('waived');
});

function contained(): Story {
  const story = aware();
  story.send('contain', { measure: { action: 'isolate-system', system: 'ci-runner' } });
  return story;
}

function sent(): Story {
  const story = aware();
  story.send('measure', { text: 'Key replaced' });
  story.send('approve', { obligation: CUSTOMERS });
  return story;
}

function sending(): Story {
  const story = aware();
  story.world.silent = ['dispatch'];
  story.send('measure', { text: 'Key replaced' });
  story.send('approve', { obligation: CUSTOMERS });
  return story;
}

function unlikely(): Story {
  const story = aware();
  const judged = { riskJudgement: { method: 'own', reasoning: GOOD } };
  story.send('assess', { assessment: assessment({ dataSets: [accounts({ risk: 'unlikely', ...judged })] }) });
  return story;
}

function changed(): Story {
  const story = aware();
  story.send('measure', { text: 'Key replaced' });
  story.send('filed', { obligation: DPC, reference: 'IE-1' });
  story.send('assess', { assessment: assessment({ dataSets: [accounts({ records: 5 }), stored()] }) });
  return story;
}

/** Where the affected people live nobody knows, so no authority is determined. */
function nowhere(): Story {
  const story = new Story().to(1);
  story.send('assess', { assessment: assessment({ dataSets: [accounts({ residence: {} })] }), awareAt: at(1) });
  return story;
}

function inPart(): Story {
  const story = aware();
  story.send('filed', { obligation: DPC, reference: 'IE-1' });
  return story;
}

function filedAbout(): Story {
  const story = aware();
  story.send('filed', { obligation: DPC, reference: 'IE-1', submittedAt: `${at(0.5)}..${story.now}` });
  return story;
}
