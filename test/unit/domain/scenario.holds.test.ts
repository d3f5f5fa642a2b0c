/** On what a notice may wait: no report to an authority, a notice to individuals on its ground; a hold silences nothing. */
import { accounts, assessment, at, COUNSEL } from './helpers/facts';
import { Story } from './helpers/story';

const REPORT = 'gdpr-art33-authority:de-bfdi';
const NOTICE = 'gdpr-art34-individuals';

function aware(): Story {
  const story = new Story().to(1);
  story.send('assess', { assessment: assessment({ dataSets: [accounts()] }), awareAt: at(1) });
  return story;
}

test.each([REPORT, 'pipeda-opc-report:opc', 'pipeda-individuals'])(
  '%s waits for nobody: its law knows no ground',
  (obligation) => {
    const story = aware();
    const events = story.send('hold', { obligation, reason: 'the police asked us to wait', by: COUNSEL });
    expect(events).toMatchObject([{ kind: 'rejected' }]);
    expect(story.problems()).toEqual([expect.stringMatching(/cannot be held: .* provides no ground for delay/)]);
    expect(story.obligation(obligation).hold).toBeUndefined();
  },
);

describe('a notice to individuals', () => {
  test('waits only on a ground of the law, which the refusal names', () => {
    const story = aware();
    for (const ground of [undefined, 'too-embarrassing']) {
      story.send('hold', { obligation: NOTICE, ground, reason: 'the police asked us to wait' });
      expect(story.problems()).toEqual([expect.stringMatching(/^ground: .*law-enforcement \(.*GDPR recital 88\)/)]);
    }
    story.send('hold', { obligation: NOTICE, ground: 'law-enforcement', reason: 'file 26-1187', by: COUNSEL });
    expect(story.obligation(NOTICE).hold).toMatchObject({ by: COUNSEL, ground: 'law-enforcement' });
  });

  test('held past its deadline it rings as if it were not, and its reasons are still asked for', () => {
    const held = aware();
    held.send('hold', { obligation: NOTICE, ground: 'law-enforcement', reason: 'file 26-1187', by: COUNSEL });
    expect(held.to(110).alarms(NOTICE)).toEqual(aware().to(110).alarms(NOTICE));
    expect(held.obligation(NOTICE)).toMatchObject({ delayReasonsOwed: true });
    expect(held.obligation(NOTICE).delayReasons).toBeUndefined();
  });
});

test('a hold that comes too late is refused: nothing was held back', () => {
  const story = aware();
  story.send('approve', { obligation: NOTICE, incompleteBecause: 'it must go now' });
  const events = story.send('hold', { obligation: NOTICE, ground: 'law-enforcement', reason: 'file 26-1187' });
  expect(events).toMatchObject([
    { kind: 'rejected', data: { problems: [expect.stringContaining('too late to hold')] } },
  ]);
});
