/**
 * Lists of a thousand in `told` and `leave-untold`: what is accepted and what is refused alike stays within what a workflow may
 * hand over at once, and is decided in a fraction of a workflow task. A thousand and one are refused by their name.
 */
import { COMMAND_BYTES, jsonBytes } from '../../../domain/kernel/bytes';
import { accounts, assessment, COUNSEL } from './helpers/facts';
import { smallPack } from './helpers/pack';
import { Story } from './helpers/story';

const PACK = smallPack({
  id: 'people',
  recipient: { to: 'individuals' },
  appliesWhen: { dataSet: { role: 'controller' } },
});
const COUNTRIES = ['DE', 'FR', 'IT', 'ES', 'AT', 'BE', 'NL', 'PL', 'SE', 'FI'];
const SETS = 100;
/** Two hundred in each group, of whom the directory has none. */
const GROUPS = Array.from({ length: SETS }, (_, n) => n).flatMap((n) =>
  COUNTRIES.map((country) => ({ dataSet: `set-${n}`, country, count: 200 })),
);
/** Of processor time: a workflow task may take ten seconds, on a machine that does ten other things. */
const TASK_MS = 1_000;

function full(): Story {
  const residence = Object.fromEntries(COUNTRIES.map((country) => [country, 200]));
  const dataSets = Array.from({ length: SETS }, (_, n) =>
    accounts({ id: `set-${n}`, title: `Set ${n}`, individuals: 2_000, residence }),
  );
  const listed = Object.fromEntries(GROUPS.map(({ dataSet, country }) => [`${dataSet}/${country}`, 0]));
  const story = new Story({ assessment: assessment({ dataSets }) }, PACK, { listed });
  story.send('approve', { obligation: 'people', by: COUNSEL });
  return story;
}

const rest = { told: { channel: 'letter' }, 'leave-untold': { reason: 'No address is known to anybody' } };

describe.each(['told', 'leave-untold'] as const)('%s', (name) => {
  const ofPeople = (people: object[]) => ({ obligation: 'people', people, by: COUNSEL, ...rest[name] });
  const sent = (people: object[]) => {
    const story = full();
    const before = process.cpuUsage();
    const events = story.send(name, ofPeople(people));
    return { story, events, ms: process.cpuUsage(before).user / 1_000 };
  };

  test('a thousand groups are taken at once, and nobody of them is untold any more', () => {
    const { story, events, ms } = sent(GROUPS.map((each) => (name === 'told' ? each : { ...each, count: 100 })));
    const [event] = events;
    expect(event).toMatchObject({ kind: name === 'told' ? 'told-outside' : 'left-untold' });
    expect((event as { data: { people: unknown[] } }).data.people).toHaveLength(1_000);
    expect(jsonBytes(events)).toBeLessThan(COMMAND_BYTES / 2);
    expect(jsonBytes(story.state)).toBeLessThan(COMMAND_BYTES);
    expect(ms).toBeLessThan(TASK_MS);
  });

  test('a thousand that are not untold are refused with what is wrong, in a few kilobytes', () => {
    const { events, ms } = sent(GROUPS.map((each) => ({ ...each, country: 'US' })));
    expect(events).toMatchObject([{ kind: 'rejected', data: { problems: expect.any(Array) } }]);
    const { problems } = (events[0] as { data: { problems: string[] } }).data;
    expect(problems[0]).toContain('nobody in that group is still untold');
    expect(problems.at(-1)).toBe('and 940 more like these');
    expect(jsonBytes(events)).toBeLessThan(50_000);
    expect(ms).toBeLessThan(TASK_MS);
  });

  test('one more is refused by its name', () => {
    const { events } = sent([...GROUPS, { dataSet: 'set-0', country: 'US', count: 1 }]);
    expect(events).toMatchObject([
      { kind: 'rejected', data: { problems: [expect.stringMatching(/^people: .*1000/)] } },
    ]);
  });
});
