// What is looked at before detections join an incident: a command that was handled is answered as that, whatever came after.
import { incidentMustTake } from '../../../client/merging';
import type { Standing } from '../../../client/stopped';
import type { CaseView } from '../../../domain/case/contract';
import type { TriageState } from '../../../domain/triage/state';

const CASE = 'TRG-9f3a5c1e0b2d';
const looks = {
  find: async () => ({ workflow: 'incident' }),
  stands: async (): Promise<Standing | undefined> => 'closed',
  view: async () => ({ state: { handled: ['c1'] } }) as unknown as CaseView<TriageState>,
};

it('a merge is refused where the incident is closed, and not where it is the repeat of one that was handled', async () => {
  const merge = { by: 'anna', into: 'INC-1' };
  await expect(incidentMustTake(looks, CASE, 'merge', { ...merge, commandId: 'c2' })).rejects.toThrow(/is closed/);
  await expect(incidentMustTake(looks, CASE, 'merge', { ...merge, commandId: 'c1' })).resolves.toBeUndefined();
});

it('an incident that has stopped is to be resumed, not reopened', async () => {
  const stopped = { ...looks, stands: async () => ({ how: 'terminated' }) as const };
  await expect(incidentMustTake(stopped, CASE, 'merge', { by: 'anna', into: 'INC-1' } as object)).rejects.toThrow(
    /has stopped.*npx tocsin resume INC-1/,
  );
});
