/** Where a pack says `inApp`, the company's own product shows what goes out: when it goes out, and nobody counts as told by it. */
import { narrate } from '../../../domain/incident/narrate';
import { causedWork, untakenInApp } from '../../../domain/incident/work';
import { PackRuleSchema } from '../../../domain/policy/rule';
import { assessment, at, COUNSEL, stored } from './helpers/facts';
import { TRUST_CENTER } from './helpers/pack';
import { Story } from './helpers/story';

const CUSTOMERS = 'enterprise-notice';
const PACK = {
  ...TRUST_CENTER,
  obligations: TRUST_CENTER.obligations.map((rule) =>
    rule.id === CUSTOMERS ? { ...rule, inApp: true as const } : rule,
  ),
};

function aware(pack = PACK): Story {
  const story = new Story({ serviceAffecting: true }, pack, { silent: ['dispatch'] }).to(1);
  story.send('assess', { assessment: assessment({ dataSets: [stored()], workspaces: ['ws-1'] }), awareAt: at(1) });
  return story;
}
const caused = (story: Story) =>
  story.events
    .flatMap((event) => causedWork(event, story.state, story.pack))
    .filter(({ kind }) => kind === 'tell-in-app');
const taken = (story: Story) =>
  story.report({
    kind: 'told-in-app',
    data: {
      obligation: CUSTOMERS,
      round: 1,
      messageId: 'inapp_1',
      renderings: story.obligation(CUSTOMERS).draft!.renderings,
    },
  });

test('nothing is shown before a person approved it, and then what was approved, to those whom it goes to', () => {
  const story = aware();
  expect(caused(story)).toEqual([]);
  story.send('approve', { obligation: CUSTOMERS, by: COUNSEL });
  expect(caused(story)).toEqual([
    expect.objectContaining({
      message: expect.objectContaining({
        ...{ obligation: CUSTOMERS, round: 1, renderings: story.obligation(CUSTOMERS).draft!.renderings },
        audience: { to: 'workspace-owners', workspaces: ['ws-1'], dataSets: expect.any(Array) },
      }),
    }),
  ]);
});

test('a pack that does not ask for it shows nothing', () => {
  const story = aware(TRUST_CENTER);
  story.send('approve', { obligation: CUSTOMERS, by: COUNSEL });
  expect(caused(story)).toEqual([]);
});

test('the register has that the product took it, once, and nobody counts as told by it', () => {
  const story = aware();
  story.send('approve', { obligation: CUSTOMERS, by: COUNSEL });
  const [event] = taken(story);
  expect(narrate(event!, PACK).text).toBe(
    'Taken by the product, to be shown there (en). Nobody counts as told by that alone',
  );
  expect(taken(story)).toEqual([]);
  const { status, tally, fulfilledAt } = story.obligation(CUSTOMERS);
  expect([status, tally, fulfilledAt]).toEqual(['dispatching', undefined, undefined]);
  expect(story.folded()!.obligations[CUSTOMERS]!.inApp).toEqual([{ round: 1, at: story.now }]);
});

test('a case that goes on from the register hands over what the product has not taken, as it was, and nothing else', () => {
  const story = aware();
  const untaken = () => untakenInApp(story.events, story.state, story.pack);
  expect(untaken()).toEqual([]);
  story.send('approve', { obligation: CUSTOMERS, by: COUNSEL });
  expect(untaken()).toHaveLength(1);
  expect(untaken()).toEqual(caused(story));
  taken(story);
  expect(untaken()).toEqual([]);
});

test('a report to an authority, or what tells nobody outside, is shown to nobody', () => {
  const rule = TRUST_CENTER.obligations.find(({ channel }) => channel === 'containment')!;
  const { pack: _, ...fields } = { ...rule, inApp: true };
  expect(PackRuleSchema.safeParse(fields).error?.issues).toEqual([
    expect.objectContaining({ path: ['inApp'], message: expect.stringContaining('email and status-page') }),
  ]);
});
