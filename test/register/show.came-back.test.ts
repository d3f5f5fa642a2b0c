/** The record of an incident says of a notice that was in time from how many its mail came back, in each form. */

import { Output } from '../../cli/rendering/output';
import { recordLines } from '../../cli/rendering/record-lines';
import { groupEntry } from '../../register/show';
import { assessment, at, COUNSEL, stored } from '../unit/domain/helpers/facts';
import { Story } from '../unit/domain/helpers/story';

const ID = 'enterprise-notice';

test('sent to three, of which one came back and was told by phone', () => {
  const story = new Story({}).to(1);
  const workspaces = ['ws-1', 'ws-2', 'ws-3'];
  story.send('assess', { assessment: assessment({ dataSets: [stored()], workspaces }), awareAt: at(1) });
  story.send('approve', { obligation: ID });
  story.world.back = { 'ws-2': 1 };
  story.to(30).report({ kind: 'came-back', ledgerKey: ID });
  story.to(31).send('told', { obligation: ID, channel: 'phone', workspaces: ['ws-2'], by: COUNSEL });
  const record = groupEntry(story.events);
  const sent = record.notifications.filter(({ obligation }) => obligation === ID);
  const one = (round: number, outside: boolean) =>
    sent.find((each) => each.round === round && !each.outside !== outside);
  expect(one(1, false)).toMatchObject({ sent: 3, lateByMs: 0, cameBack: 1 });
  expect(one(2, true)).toMatchObject({ outside: { how: 'phone', who: 'ws-2' } });
  expect(one(2, false)).toMatchObject({ told: 3, of: 3 });
  const text = recordLines(record, new Output({ write: () => true, columns: 400 } as never, {})).join('\n');
  expect(text).toContain('3 of 3 told, the mails came back from at most 1 at any one time');
});

test('mails that came back since, and are not counted as it is closed, are said wherever all are said to be told', () => {
  const story = new Story({}, undefined, { silent: ['recount'] }).to(1);
  const workspaces = ['ws-1', 'ws-2', 'ws-3'];
  story.send('assess', { assessment: assessment({ dataSets: [stored()], workspaces }), awareAt: at(1) });
  story.send('approve', { obligation: ID });
  const said = () =>
    recordLines(groupEntry(story.events), new Output({ write: () => true, columns: 400 } as never, {}));
  const line = () => said().find((each) => each.includes(`${ID}: sent to 3 of 3`));
  expect(line()).not.toContain('came back');
  story.to(30).report({ kind: 'came-back', ledgerKey: ID });
  expect(line()).toContain('3 of 3 told, mails came back since and are not counted yet');
});
