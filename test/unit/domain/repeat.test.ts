import { triageCaseId } from '../../../detection/intake/inbox/triage-case-id';
import type { Detection } from '../../../domain/detection/detection';
import { apart, isRepeat } from '../../../domain/triage/repeat';
import { detection, judged } from './helpers/detections';

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
    const idOf = (each: Detection) => triageCaseId(apart(judged(each), each, judged(each)), each.at);
    expect(idOf(dumped)).not.toBe(triageCaseId(judged(dumped), dumped.at));
    expect(idOf(given({ title: 'Database dumped by unknown host', eventId: '2' }))).toBe(idOf(dumped));
    expect(idOf(given({ title: 'Database dumped by unknown host', systems: ['db'] }))).not.toBe(idOf(dumped));
  });
});
