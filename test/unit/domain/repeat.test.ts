import { openTriage } from '../../../detection/intake/inbox/open-triage';
import { triageCaseId } from '../../../detection/intake/inbox/triage-case-id';
import type { Detection } from '../../../domain/detection/detection';
import { apart, isRepeat } from '../../../domain/triage/repeat';
import { detection, judged, RULES } from './helpers/detections';

const TITLE = 'Looks like maintenance, 1,204 requests';
const dismissed = { title: TITLE, severity: 'sev2' as const, systems: ['api', 'db'] };
const given = (over: Partial<Detection> = {}) => detection({ title: TITLE, systems: ['api'], ...over });

describe('what a dismissal mutes', () => {
  it.each([
    ['the same once more', {}],
    ['other figures', { title: 'looks like maintenance, 9,377 requests' }],
    ['each system that was looked at', { systems: ['db'] }],
    ['no system named', { systems: [] }],
  ])('%s', (_what, over) => expect(isRepeat(dismissed, given(over), 'sev2')).toBe(true));

  it.each([
    ['another title', { title: 'Database dumped by unknown host' }, 'sev2' as const],
    ['a graver one', {}, 'sev1' as const],
    ['a lesser one', {}, 'sev3' as const],
    ['another system', { systems: ['api', 'payments'] }, 'sev2' as const],
  ])('not %s', (_what, over, severity) => expect(isRepeat(dismissed, given(over), severity)).toBe(false));

  it('what is apart has a case of its own, and its repeats the same one', () => {
    const dumped = given({ title: 'Database dumped by unknown host' });
    const idOf = (each: Detection) => triageCaseId(apart(judged(each), each), each.at);
    expect(idOf(dumped)).not.toBe(triageCaseId(judged(dumped), dumped.at));
    expect(idOf(given({ title: 'Database dumped by unknown host', eventId: '2' }))).toBe(idOf(dumped));
    expect(idOf(given({ title: 'Database dumped by unknown host', systems: ['db'] }))).not.toBe(idOf(dumped));
  });
});

describe('a detection that comes after the decision', () => {
  const opened: string[] = [];
  const cases = (decision: string) => {
    opened.length = 0;
    return {
      signalWithStart: async ({ id }: { id: string }) => {
        const late = opened.length === 0;
        opened.push(id);
        return { id, late };
      },
      view: async () => ({ state: { ...dismissed, decision: { decision } } }),
    } as never;
  };

  it('opens a case where it says something else than what was dismissed', async () => {
    const dumped = given({ title: 'Database dumped by unknown host' });
    const { caseId, late } = await openTriage(cases('dismissed'), dumped, judged(dumped), RULES);
    expect([late, opened.length]).toEqual([false, 2]);
    expect(caseId).toBe(opened[1]);
  });

  it('stays with the dismissal of the same', async () => {
    const same = given();
    expect(await openTriage(cases('dismissed'), same, judged(same), RULES)).toEqual({ caseId: opened[0], late: true });
    expect(opened).toHaveLength(1);
  });

  it('stays with an incident that was declared: that one is being worked on', async () => {
    const other = given({ title: 'Database dumped by unknown host' });
    expect(await openTriage(cases('declared'), other, judged(other), RULES)).toMatchObject({ late: true });
  });
});
