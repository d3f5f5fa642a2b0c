/** What codes are called on the board, in `explain` and in what `close` refuses. */
import { outcomeWords, startWords, stateWords, stepWords } from '../../../domain/incident/board-words';
import { questionCommands } from '../../../domain/incident/data-question';
import { commandText, withoutActor } from '../../../domain/kernel/command-lines';
import { ANCHORS } from '../../../domain/policy/rule';
import { pack } from './helpers';

test('every instant that a clock may start from has words', () => {
  for (const anchor of [...ANCHORS, 'reopened']) expect(startWords(anchor)).toMatch(/^((the|its) |awareness$)/);
  expect(startWords('fulfilled:gdpr-art33-authority')).toBe('the fulfilment of gdpr-art33-authority');
});

test('no state of an obligation is told by a code', () => {
  expect(stateWords('pending')).toBe('open');
  expect(stateWords('not-required')).toBe('not required');
  expect(outcomeWords('recorded-only')).toBe('recorded on this machine only: do it by hand');
});

test('a step of containment says what is done to what', () => {
  const measure = { action: 'block-source', source: '203.0.113.7' } as const;
  expect(stepWords({ measure })).toBe('Block the source 203.0.113.7');
});

test('a printed command names who acts only where that is not set', () => {
  const rule = pack.obligations.find(({ id }) => id === 'data-question')!;
  const [answer] = questionCommands('INC-1', rule);
  expect(commandText(answer!)).toContain('--by');
  expect(commandText(withoutActor(answer!))).not.toContain('--by');
});
