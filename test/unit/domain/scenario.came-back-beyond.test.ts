/** Of a notice to more workspaces than a count names, whatever mail comes back is counted: named or not, each once. */
import { MOST_NAMED } from '../../../domain/incident/counted';
import { standing } from '../../../domain/incident/telling';
import { ruleOf } from '../../../domain/policy/policy';
import { assessment, stored } from './helpers/facts';
import { Story } from './helpers/story';

const ID = 'enterprise-notice';
const BEYOND = 5_000;
const ALL = Array.from({ length: MOST_NAMED + BEYOND }, (_, n) => `ws-${String(n).padStart(5, '0')}`);

/** As the ledger is counted: the first of them by name. */
function counted(back: readonly string[]) {
  const told = ALL.filter((id) => !back.includes(id));
  return {
    of: 'workspaces' as const,
    reached: told.slice(0, MOST_NAMED),
    unreached: back.map((workspace) => ({ workspace, why: 'came-back' as const })),
    numbers: { told: told.length, untold: back.length },
  };
}

function toldAll(): Story {
  const story = new Story({}, undefined, { silent: ['dispatch', 'recount'] }).to(1);
  story.send('assess', { assessment: assessment({ dataSets: [stored()], workspaces: 'all' }) });
  story.send('approve', { obligation: ID });
  const { round } = story.obligation(ID);
  const evidence = { channel: 'email', sent: ALL.length };
  story.report({ kind: 'delivered', obligation: ID, round, evidence, counted: counted([]) });
  expect(story.obligation(ID).status).toBe('fulfilled');
  return story;
}

function recounted(story: Story, back: readonly string[]): { of: number; told: number } {
  story.report({ kind: 'came-back', ledgerKey: ID });
  story.report({ kind: 'recounted', obligation: ID, asOf: story.obligation(ID).recount!, counted: counted(back) });
  const o = story.obligation(ID);
  const { of, told } = standing(o, ruleOf(story.pack, o.rule)!, story.state, story.pack)!;
  return { of, told };
}

test('from one that is named, and from one that is not', () => {
  const story = toldAll();
  expect(recounted(story, [ALL[0]!])).toEqual({ of: 25_000, told: 24_999 });
  expect(story.obligation(ID).status).toBe('partly-told');
  expect(recounted(story, [ALL[0]!, ALL[24_000]!])).toEqual({ of: 25_000, told: 24_998 });
  // The same once more, and one that was delivered after all.
  expect(recounted(story, [ALL[0]!, ALL[24_000]!])).toEqual({ of: 25_000, told: 24_998 });
  expect(recounted(story, [ALL[24_000]!])).toEqual({ of: 25_000, told: 24_999 });
  story.send('told', { obligation: ID, channel: 'phone', workspaces: [ALL[24_000]!], by: 'counsel' });
  expect(story.obligation(ID).status).toBe('fulfilled');
  expect(story.folded()).toEqual(story.state);
});
