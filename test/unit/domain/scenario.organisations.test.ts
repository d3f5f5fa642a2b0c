/** Whoever notifies people in Canada tells others that may reduce the harm, or says why nobody could (PIPEDA s. 10.2). */
import { alarmText } from '../../../domain/case/alarm-text';
import { noticeContents } from '../../../domain/incident/contents';
import { explain } from '../../../domain/incident/explain';
import { narrate } from '../../../domain/incident/narrate';
import { ruleOf } from '../../../domain/policy/policy';
import { groupEntry } from '../../../register/show';
import { accounts, assessment, at, COUNSEL } from './helpers/facts';
import { Story } from './helpers/story';

const OTHERS = 'pipeda-other-organisations';
const NOBODY = 'the table held screen names alone, so no bank and no agency could do anything with it';

/** People in Canada with a real risk of significant harm, or as given. */
function story(over: Parameters<typeof accounts>[0] = {}): Story {
  const set = accounts({ risk: 'high', significantHarm: 'yes', individuals: 100, residence: { CA: 100 }, ...over });
  const one = new Story();
  one.to(2).send('assess', { assessment: assessment({ dataSets: [set] }), awareAt: at(1) });
  return one;
}
const tell = (one: Story, body: object) =>
  one.send('told', { obligation: OTHERS, channel: 'phone', by: COUNSEL, ...body });

test('it is owed with the notice to individuals: due on the clock of awareness, ringing, blocking the close', () => {
  const one = story();
  expect(one.obligation(OTHERS)).toMatchObject({ status: 'pending', dueAt: at(73) });
  one.to(74);
  const { data } = one.last('alarm-raised', OTHERS);
  expect(data).toMatchObject({
    todo: 'tell-organisations',
    commands: [
      { verb: 'told', given: { obligation: OTHERS, rest: true, organisation: { ask: 'organisation' } } },
      { verb: 'waive', given: { obligation: OTHERS, ground: 'pipeda-nobody-could-help' } },
      { verb: 'explain' },
    ],
  });
  expect(alarmText(data, one.now).said).toContain('tell the organisations and institutions that may reduce the harm');
  one.send('close');
  expect(one.problems().join('\n')).toContain(`${OTHERS}: still open`);
});

test.each<[string, Parameters<typeof accounts>[0]]>([
  ['no real risk of significant harm', { significantHarm: 'no' }],
  ['nobody whom PIPEDA protects', { residence: { DE: 100 } }],
])('%s: nobody is notified, and nobody is asked about others', (_, over) => {
  expect(story(over).obligation(OTHERS).status).toBe('not-required');
});

test('another law prohibits the notice to individuals: not owed. Told by a public communication: owed', () => {
  const waive = (ground: string) => {
    const one = story();
    one.send('waive', {
      ...{ obligation: 'pipeda-individuals', ground, by: COUNSEL },
      reason: 'the order of the court of Tuesday forbids any word to them',
    });
    return one.obligation(OTHERS).status;
  };
  expect(waive('pipeda-prohibited-by-law')).toBe('not-required');
  for (const ground of ['harm', 'hardship', 'no-contact']) expect(waive(`pipeda-indirect-${ground}`)).toBe('pending');
});

test('one of them told does not fulfil it; that these are all, a person says, and it is fulfilled when the last was', () => {
  const one = story();
  one.to(20);
  tell(one, { organisations: ['Bank of Montreal'], at: at(10) });
  expect(one.obligation(OTHERS).status).toBe('pending');
  const explained = explain(one.state, one.pack).flatMap(({ obligations }) => obligations);
  expect(explained).toContainEqual(
    expect.objectContaining({ id: OTHERS, told: 'Bank of Montreal (phone)', untold: expect.stringContaining('else') }),
  );
  tell(one, { organisations: ['RCMP'], channel: 'letter', at: at(15), rest: true });
  expect(one.obligation(OTHERS)).toMatchObject({
    ...{ status: 'fulfilled', fulfilledAt: at(15), lateByMs: 0 },
    evidence: { told: 2, firstToldAt: at(10), lastToldAt: at(15) },
  });
  expect(narrate(one.last('organisations-told'), one.pack).text).toContain('RCMP (letter)');
  const { notifications } = groupEntry(one.events);
  expect(notifications.filter(({ obligation }) => obligation === OTHERS).map(({ outside }) => outside?.who)).toEqual([
    ...['Bank of Montreal', undefined, 'RCMP'],
  ]);
});

test('told after its deadline it is late; at the deadline in time', () => {
  const lateBy = (hours: number) => {
    const one = story();
    one.to(90);
    tell(one, { organisations: ['RCMP'], at: at(hours), rest: true });
    return one.obligation(OTHERS).lateByMs;
  };
  expect(lateBy(73)).toBe(0);
  expect(lateBy(74)).toBe(3_600_000);
});

test('that all were told needs somebody who was; people and languages are of other duties; a repeat changes nothing', () => {
  const one = story();
  tell(one, { rest: true });
  expect(one.problems().join()).toContain('name who was told');
  tell(one, { organisations: ['RCMP'], languages: ['en'] });
  expect(one.problems().join()).toContain('tells other organisations');
  tell(one, { organisations: ['RCMP'], channel: 'newspaper' });
  expect(one.problems().join()).toContain('is for a public communication');
  one.send('told', { obligation: 'pipeda-individuals', channel: 'phone', organisations: ['RCMP'] });
  expect(one.problems().join()).toContain('tells people, not other organisations');
  expect(one.obligation(OTHERS).status).toBe('pending');
  tell(one, { organisations: ['RCMP'] });
  tell(one, { organisations: ['RCMP'] });
  expect(one.all('organisations-told')).toHaveLength(1);
});

test('where none could help, a named person says why, in words of their own', () => {
  const one = story();
  const waive = (ground: string, reason: string) =>
    one.send('waive', { obligation: OTHERS, ground, reason, by: COUNSEL });
  waive('other', NOBODY);
  expect(one.problems().join()).toContain('a reason alone does not waive');
  waive('pipeda-nobody-could-help', 'not applicable');
  expect(one.obligation(OTHERS).status).toBe('pending');
  waive('pipeda-nobody-could-help', NOBODY);
  expect(one.obligation(OTHERS)).toMatchObject({ status: 'waived', decision: { by: COUNSEL, reason: NOBODY } });
  tell(one, { organisations: ['RCMP'], rest: true });
  expect(one.obligation(OTHERS).status).toBe('fulfilled');
});

test('the report to the Commissioner names them, and nobody before', () => {
  const one = story();
  const named = () =>
    noticeContents(ruleOf(one.pack, 'pipeda-opc-report')!, one.state, one.pack).find(
      ({ field }) => field === 'bodies-told',
    )?.value ?? '';
  expect(named()).not.toContain('Bank of Montreal');
  tell(one, { organisations: ['Bank of Montreal'] });
  expect(named()).toContain('Bank of Montreal');
});
