/** A hundred people in France, all told by mail at eleven hours. */
import { accounts, assessment, at } from './facts';
import { packOf } from './pack';
import { Story, type World } from './story';

export const PEOPLE = 'gdpr-art34-individuals';
export const GROUP = { dataSet: 'accounts', country: 'FR' };

export function toldPeople(world: Partial<World> = {}): Story {
  const story = new Story({}, packOf({ mainEstablishment: 'IE' }), world).to(1);
  story.send('measure', { text: 'All sessions ended' });
  story.send('assess', {
    assessment: assessment({ dataSets: [accounts({ individuals: 100, residence: { FR: 100 } })] }),
    awareAt: at(1),
  });
  story.to(11).send('approve', { obligation: PEOPLE });
  expect(story.obligation(PEOPLE)).toMatchObject({ status: 'fulfilled', evidence: { told: 100 } });
  return story;
}
