/**
 * For any sequence of assessments, mails, bounces, corrections of the directory and of the awareness, outside notices, filings
 * and decisions: nobody counts as told who was not, no duty is fulfilled with somebody untold and undecided, the register folds
 * to the state of the workflow, and lateness is never smaller after the awareness was corrected backwards. The model beside
 * the incident knows every person; the incident knows counts.
 */
import fc from 'fast-check';
import { type Audience, groupName } from '../../../domain/incident/audience';
import { audienceOf } from '../../../domain/incident/audience-of';
import type { Counted } from '../../../domain/incident/counted';
import { standingOf } from '../../../domain/incident/standing';
import type { Obligation } from '../../../domain/incident/state';
import { NO_TALLY } from '../../../domain/incident/tally';
import { standing } from '../../../domain/incident/telling';
import { type Instant, toMs } from '../../../domain/kernel/time';
import { accounts, assessment, at, COUNSEL, stored } from './helpers/facts';
import { FILING, smallPack } from './helpers/pack';
import { Story } from './helpers/story';

const PACK = smallPack(
  { id: 'owners', recipient: { to: 'workspace-owners' }, appliesWhen: { dataSet: { role: 'processor' } } },
  { id: 'people', recipient: { to: 'individuals' }, appliesWhen: { dataSet: { role: 'controller' } } },
  { id: 'report', ...FILING, delayReasons: true, appliesWhen: { dataSet: { role: 'controller' } } },
);
const WORKSPACES = ['ws-1', 'ws-2', 'ws-3', 'ws-4'];
const COUNTRIES = ['DE', 'FR'];
const MANY = 5;

interface Somebody {
  group: string;
  listed: boolean;
  usable: boolean;
  told: boolean;
}

/** The story, and beside it who was really told. */
class Known extends Story {
  workspaces = new Map(WORKSPACES.map((id) => [id, { listed: true, usable: true, told: false }]));
  people: Somebody[] = COUNTRIES.flatMap((country) =>
    Array.from({ length: MANY }, (_, i) => ({
      group: `accounts/${country}`,
      listed: i < 3,
      usable: true,
      told: false,
    })),
  );

  override counted(audience: Audience, o: Pick<Obligation, 'covers'>): Counted {
    if (audience.of === 'workspaces') {
      const asked = o.covers?.workspaces ?? audience.ids;
      const ids = asked === 'all' ? WORKSPACES.filter((id) => this.workspaces.get(id)!.listed) : asked;
      for (const id of ids) {
        const one = this.workspaces.get(id);
        if (one?.listed && one.usable) one.told = true;
      }
      const told = ids.filter((id) => this.workspaces.get(id)?.listed && this.workspaces.get(id)!.usable);
      const untold = ids
        .filter((id) => !told.includes(id))
        .map((workspace) => ({ workspace, why: 'no-address' as const }));
      return {
        of: 'workspaces',
        reached: told,
        unreached: untold,
        numbers: { told: told.length, untold: untold.length },
      };
    }
    // Whoever the directory lists in these data sets is mailed, in whichever country.
    for (const one of this.people) if (one.listed && one.usable) one.told = true;
    const groups = COUNTRIES.map((country) => {
      const listed = this.people.filter((one) => one.group === `accounts/${country}` && one.listed);
      return { dataSet: 'accounts', country, listed: listed.length, told: listed.filter((one) => one.usable).length };
    });
    return { of: 'people', groups };
  }
}

type Step =
  | { do: 'assess'; workspaces: 'all' | string[]; counts: Array<number | null> }
  | { do: 'approve'; obligation: 'owners' | 'people' }
  | { do: 'directory'; workspace: string; person: number; listed: boolean; usable: boolean }
  | { do: 'told'; workspace: string }
  | { do: 'people-told'; country: string; count: number }
  | { do: 'left'; workspace: string }
  | { do: 'people-left'; country: string; count: number | undefined }
  | { do: 'rest'; obligation: 'owners' | 'people' }
  | { do: 'waive'; obligation: 'owners' | 'people' }
  | { do: 'aware'; hours: number; agreed: boolean }
  | { do: 'filed' }
  | { do: 'wait'; hours: number };

const workspace = fc.constantFrom(...WORKSPACES, 'ws-gone');
const country = fc.constantFrom(...COUNTRIES);
const obligation = fc.constantFrom('owners' as const, 'people' as const);
const act = <D extends Step['do']>(name: D, rest: Record<string, fc.Arbitrary<unknown>>) =>
  fc.record({ do: fc.constant(name), ...rest }) as unknown as fc.Arbitrary<Step>;
const step = fc.oneof(
  act('assess', {
    workspaces: fc.oneof(fc.constant('all'), fc.uniqueArray(workspace)),
    counts: fc.tuple(fc.option(fc.nat(7)), fc.option(fc.nat(7))),
  }),
  { weight: 3, arbitrary: act('approve', { obligation }) },
  act('directory', {
    workspace: fc.constantFrom(...WORKSPACES),
    person: fc.nat(2 * MANY - 1),
    listed: fc.boolean(),
    usable: fc.boolean(),
  }),
  act('told', { workspace }),
  act('people-told', { country, count: fc.integer({ min: 1, max: 4 }) }),
  act('left', { workspace }),
  act('people-left', { country, count: fc.option(fc.integer({ min: 1, max: 4 }), { nil: undefined }) }),
  act('rest', { obligation }),
  act('waive', { obligation }),
  act('aware', { hours: fc.integer({ min: -40, max: 40 }), agreed: fc.boolean() }),
  act('filed', {}),
  act('wait', { hours: fc.integer({ min: 1, max: 30 }) }),
);

function play(steps: Step[]): Known {
  const story = new Known({}, PACK);
  let hours = 1;
  for (const each of steps) {
    const before = latenessNow(story);
    run(story, each);
    if (each.do === 'aware') neverSmaller(before, latenessNow(story));
    if (each.do === 'wait') {
      hours += each.hours;
      story.to(hours);
    }
    check(story);
  }
  return story;
}

function run(story: Known, each: Step): void {
  switch (each.do) {
    case 'assess': {
      const residence = Object.fromEntries(COUNTRIES.map((name, i) => [name, each.counts[i] ?? null]));
      const dataSets = [accounts({ individuals: undefined, residence }), stored()];
      const awareAt = story.state.anchors.aware ?? at(0.5);
      story.send('assess', { assessment: assessment({ dataSets, workspaces: each.workspaces }), awareAt });
      return;
    }
    case 'aware': {
      story.send('assess', { awareAt: at(each.hours), reason: 'the mail to support of that day says so' });
      if (each.agreed) story.send('confirm', { by: COUNSEL });
      return;
    }
    case 'filed':
      story.send('filed', { obligation: 'report', reference: 'R-1' });
      return;
    case 'approve':
      story.send('approve', { obligation: each.obligation });
      return;
    case 'directory': {
      const { listed, usable } = each;
      Object.assign(story.workspaces.get(each.workspace)!, { listed, usable });
      Object.assign(story.people[each.person]!, { listed, usable });
      return;
    }
    case 'told': {
      const [event] = story.send('told', { obligation: 'owners', channel: 'phone', workspaces: [each.workspace] });
      const one = story.workspaces.get(each.workspace);
      if (event?.kind === 'told-outside' && one) one.told = true;
      return;
    }
    case 'people-told': {
      // Whoever tells by phone tells some who do not know yet; how many that are is all that is recorded.
      const untold = story.people.filter(({ group, told }) => group === `accounts/${each.country}` && !told);
      const count = Math.min(each.count, untold.length);
      if (count === 0) return;
      const people = [{ dataSet: 'accounts', country: each.country, count }];
      const [event] = story.send('told', { obligation: 'people', channel: 'phone', people });
      if (event?.kind === 'told-outside') for (const one of untold.slice(0, count)) one.told = true;
      return;
    }
    case 'left':
      story.send('leave-untold', {
        obligation: 'owners',
        workspaces: [each.workspace],
        reason: 'the customers closed in March',
      });
      return;
    case 'people-left': {
      const people = [{ dataSet: 'accounts', country: each.country, count: each.count }];
      story.send('leave-untold', { obligation: 'people', people, reason: 'the customers closed in March' });
      return;
    }
    case 'rest':
      story.send('leave-untold', { obligation: each.obligation, rest: true, reason: 'the customers closed in March' });
      return;
    case 'waive':
      story.send('waive', { obligation: each.obligation, reason: 'the customers closed in March' });
      return;
    case 'wait':
      return;
  }
}

interface LatenessNow {
  aware: Instant | undefined;
  late: Map<string, { recorded: number | undefined; now: number }>;
}

/** How late each act was that fulfilled a duty: as recorded then, and on the awareness as it is now. */
function latenessNow({ state }: Known): LatenessNow {
  const done = Object.values(state.obligations).filter(({ fulfilledAt }) => fulfilledAt !== undefined);
  const late = done.map(
    (o) =>
      [o.id, { recorded: o.lateByMs, now: o.correctedLateByMs ?? o.lateByMs ?? 0 }] as [
        string,
        { recorded: number; now: number },
      ],
  );
  return { aware: state.anchors.aware, late: new Map(late) };
}

function neverSmaller(before: LatenessNow, after: LatenessNow): void {
  const backwards = before.aware && after.aware && toMs(after.aware) < toMs(before.aware);
  for (const [id, { recorded, now }] of before.late) {
    expect({ id, recorded: after.late.get(id)?.recorded }).toEqual({ id, recorded });
    if (backwards) expect(after.late.get(id)!.now).toBeGreaterThanOrEqual(now);
  }
}

/** What must hold after every step. */
function check(story: Known): void {
  expect(JSON.parse(JSON.stringify(story.folded()))).toEqual(JSON.parse(JSON.stringify(story.state)));
  for (const o of Object.values(story.state.obligations)) {
    const rule = PACK.obligations.find(({ id }) => id === o.rule)!;
    if (rule.channel === 'filing') continue;
    const stands = standing(o, rule, story.state, PACK)!;
    const { firstToldAt, lastToldAt } = o.tally ?? NO_TALLY;
    if (firstToldAt && lastToldAt) expect(toMs(lastToldAt)).toBeGreaterThanOrEqual(toMs(firstToldAt));
    if (o.status === 'fulfilled') expect({ id: o.id, untold: stands.untold }).toEqual({ id: o.id, untold: [] });
    if (o.evidence?.of !== undefined) expect(o.evidence.told! + o.evidence.left!).toBe(o.evidence.of);
    if (o.fulfilledAt) expect(o.evidence!.told).toBeGreaterThan(0);
  }
  const owners = story.state.obligations.owners;
  if (owners) {
    const audience = audienceOf(PACK.obligations[0]!, story.state, PACK)!;
    const { untold } = standingOf(audience, owners.tally);
    const named = new Set(untold.flatMap((each) => (each.kind === 'workspace' ? [each.workspace] : [])));
    const left = new Set(owners.tally?.left);
    const ids = audience.of === 'workspaces' && audience.ids !== 'all' ? audience.ids : [];
    // Named among the untold, told in truth, or left by a decision.
    const wrong = ids.filter((id) => !named.has(id) && !left.has(id) && !story.workspaces.get(id)?.told);
    // A workspace that no directory knows can be told by phone all the same.
    expect(wrong.filter((id) => id !== 'ws-gone')).toEqual([]);
  }
  const people = story.state.obligations.people;
  // By the model alone, not by what the incident counts: each one who is assessed was told, or somebody decided on them.
  if (people?.status === 'fulfilled' && !people.tally?.settled?.length) {
    for (const [country, count] of Object.entries(story.state.assessment!.facts.dataSets[0]!.residence)) {
      const { left = 0, settled } = people.tally?.groups[groupName({ dataSet: 'accounts', country })] ?? {};
      const really = story.people.filter(({ group, told }) => group === `accounts/${country}` && told).length;
      if (count !== null && !settled) expect({ country, all: really + left >= count }).toEqual({ country, all: true });
    }
  }
  for (const name of COUNTRIES.map((each) => groupName({ dataSet: 'accounts', country: each }))) {
    const { mailed = 0, outside = 0 } = people?.tally?.groups[name] ?? {};
    const really = story.people.filter(({ group, told }) => group === name && told).length;
    expect({ name, counted: mailed + outside, atMost: mailed + outside <= really }).toMatchObject({ atMost: true });
  }
}

/** A round after everybody was told or left untold, which chance seldom plays. */
const TOLD_AGAIN: Step[] = [
  { do: 'wait', hours: 1 },
  { do: 'assess', workspaces: 'all', counts: [0, null] },
  { do: 'approve', obligation: 'people' },
  { do: 'rest', obligation: 'people' },
  { do: 'assess', workspaces: 'all', counts: [null, null] },
  { do: 'rest', obligation: 'people' },
  { do: 'approve', obligation: 'owners' },
];

const RUNS = { numRuns: Number(process.env.RUNS ?? 400), seed: fc.readConfigureGlobal().seed };

test('nobody counts as told who was not, no duty is fulfilled with somebody untold and undecided, no fold differs, and no lateness shrinks after a correction backwards', () => {
  const seen = new Set<string>();
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 25, size: 'max' }), (steps) => {
      const story = play(steps);
      for (const o of Object.values(story.state.obligations)) seen.add(o.status);
      for (const { kind } of story.events) seen.add(kind);
    }),
    { ...RUNS, examples: [[TOLD_AGAIN]] },
  );
  for (const what of [
    ...['partly-told', 'fulfilled', 'waived', 'told-outside', 'left-untold', 'obligation-supplemented'],
    ...['awareness-recorded', 'second-person-asked', 'lateness-corrected', 'delay-reasons-requested'],
  ]) {
    expect(seen).toContain(what);
  }
});
