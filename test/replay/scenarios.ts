// The incidents whose histories are checked in. They run on a server whose clock skips, so their timers really fired.
import { HOUR_MS, toInstant } from '../../domain/kernel/time';
import { TriageCase } from '../setup/triage-case';
import { assessment, type TestIncident, type WorkflowHarness } from '../setup/workflow-harness';

const IE = 'gdpr-art33-authority:ie-dpc';
const OPC = 'pipeda-opc-report:opc';
const OTHERS = 'pipeda-other-organisations';

/** Each gives the incident and which of its histories are kept, by file name. */
export const SCENARIOS: Record<string, (harness: WorkflowHarness) => Promise<Record<string, string>>> = {
  /** Everybody acts: declared, contained, notified, filed, reviewed, closed; and one of its deliveries. */
  async lifecycle(harness) {
    const incident = await harness.declare();
    await harness.sleepHours(1);
    await incident.send('status', { status: 'contained' });
    await incident.quiet();
    await incident.send('approve', { obligation: 'enterprise-notice' });
    await harness.sleepHours(20);
    await incident.send('filed', { obligation: IE, reference: 'IN-26-1' });
    await incident.send('filed', { obligation: OPC, reference: 'PB-26-1' });
    await harness.sleepHours(1);
    await incident.send('approve', { obligation: 'gdpr-art34-individuals' });
    await incident.send('approve', { obligation: 'pipeda-individuals' });
    await incident.send('told', {
      obligation: OTHERS,
      channel: 'phone',
      organisations: ['Bank of Montreal'],
      rest: true,
    });
    await incident.signal('status', { status: 'resolved', by: 'detector' });
    await harness.sleepHours(48);
    await incident.send('review', { rootCause: 'x', controls: ['y'], shareSummary: true, summary: 'z' });
    await incident.quiet();
    await incident.send('approve', { obligation: 'review-summary' });
    await harness.sleepHours(1);
    await incident.send('close', {});
    await incident.handle.result();
    return { lifecycle: incident.id, delivery: `${incident.id}/enterprise-notice/1` };
  },

  /** Nobody acts: alarms, margins, a missed deadline; then a hold, a malformed signal and a pressed "cancel". */
  async silence(harness) {
    const incident = await harness.start({ assessment: assessment({ personalData: 'possible' }) });
    await incident.quiet();
    await harness.sleepHours(30);
    await incident.send('hold', {
      ground: 'law-enforcement',
      obligation: 'gdpr-art34-individuals',
      reason: 'The police asked for silence',
    });
    await incident.signal('status', { status: 'vanished', by: 'detector' });
    await incident.handle.cancel();
    await harness.sleepHours(45);
    return { silence: incident.id };
  },

  /** What fails: containment and the register for a while; then the awareness corrected to 80 hours ago. */
  async faults(harness) {
    harness.world.fail('appendEntries');
    harness.world.fail('applyMeasure');
    const over = { detectedAt: toInstant(Date.parse(await harness.now()) - 90 * HOUR_MS), serviceAffecting: false };
    const incident: TestIncident = await harness.start(over, { policy: harness.world.policy });
    incident.stuck = () => true;
    await harness.sleep(10 * 60_000);
    harness.world.repair();
    incident.stuck = () => false;
    await harness.sleepHours(1);
    await incident.send('assess', { awareAt: await harness.in(-80), reason: 'The report lay in a mailbox' });
    await harness.sleepHours(1);
    await incident.send('filed', { obligation: IE, reference: 'IN-26-2', delayReasons: 'The report lay in a mailbox' });
    await incident.quiet();
    return { faults: incident.id };
  },

  /** Detections: one that silence declares after repeats and a bad message, one that is merged at the second attempt. */
  async triage(harness) {
    const severe = { source: 'replayed', severity: 'sev1', at: await harness.now() };
    const { case: declared } = await TriageCase.detect(harness, severe);
    for (let n = 0; n < 12; n++) await TriageCase.detect(harness, { ...severe, eventId: `repeat-${n}` });
    await declared.handle.signal('dismiss', { by: 'anna' });
    await declared.sleep(31 * 60_000);
    const incident = await harness.declare({ maliciousSources: [] });
    const { case: merged } = await TriageCase.detect(harness, { source: 'replayed', severity: 'sev4' });
    await merged.sleep(9 * HOUR_MS);
    await merged.send('merge', { into: 'INC-NOWHERE' });
    await merged.quiet();
    await merged.send('merge', { into: incident.id });
    await merged.quiet();
    await declared.end();
    return { triage: declared.id, 'triage-merged': merged.id };
  },
};
