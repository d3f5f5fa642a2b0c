// What incidents answered to a triage case: an answer counts once, whenever it comes.
import { JOINED_SIGNAL } from '../../../domain/incident/detections';
import { Answers } from '../../../domain/triage/answers';

const question = { incident: 'INC-1', of: JOINED_SIGNAL } as const;

it('an answer that comes when nobody waits any more is used the next time, also by the next run', () => {
  const answers = new Answers();
  answers.expect(question);
  answers.hear(question);
  const next = new Answers(answers.unused());
  next.expect(question);
  expect([next.has(question), next.use(question), next.has(question)]).toEqual([true, question, false]);
});

it('the second answer to a question that was sent twice does not answer the next one', () => {
  const answers = new Answers();
  answers.expect(question);
  answers.hear(question);
  answers.use(question);
  answers.hear({ ...question, problem: 'late' });
  answers.expect(question);
  expect([answers.has(question), answers.unused()]).toEqual([false, []]);
});
