// Statuspage does not take a text: no repeat of it is made, a person corrects it, and it is published in the same round.
import { ApplicationFailure } from '@temporalio/common';
import { COUNSEL, ONCALL, WorkflowHarness } from '../setup/workflow-harness';

const ID = 'status-page-update';
const SAID = 'Statuspage answered 422 to: create an incident on page p1 (Name is too long)';
/** Attempts that the page does not take from now on. */
let refuses = 0;
let attempts = 0;

let harness: WorkflowHarness;
beforeAll(async () => {
  harness = await WorkflowHarness.start((_, world) => ({
    publishStatus: async (input) => {
      attempts++;
      if (refuses-- > 0) throw ApplicationFailure.nonRetryable(SAID, 'StatusPageRejected');
      return world.activities().publishStatus(input);
    },
  }));
}, 120_000);
beforeEach(() => {
  attempts = 0;
});
afterEach(() => harness.endOfScenario(), 60_000);

async function refused() {
  refuses = 1;
  const incident = await harness.declare({ serviceAffecting: true });
  await incident.send('approve', { obligation: ID });
  await incident.quiet();
  return incident;
}

test('it is alarmed once and not tried again; corrected and approved, it is published', async () => {
  const incident = await refused();
  await harness.sleepHours(1);
  expect(attempts).toBe(1);
  expect(await incident.obligation(ID)).toMatchObject({ status: 'drafted', refused: { detail: SAID } });
  const alarms = incident.about('alarm-raised', ID).filter(({ data }) => data.threshold.kind === 'refused');
  expect(alarms).toMatchObject([{ data: { todo: 'correct-update', detail: SAID } }]);
  const draft = (await incident.obligation(ID)).draft!.fingerprint;
  const text = { obligation: ID, draft, language: 'en', subject: 'Logins fail', body: 'Shorter.' };
  await incident.send('edit-draft', { ...text, by: COUNSEL });
  await incident.quiet();
  expect(attempts).toBe(1);
  await incident.send('approve', { obligation: ID, by: COUNSEL });
  await incident.quiet();
  expect(attempts).toBe(2);
  // It takes the place of what another page may show.
  expect(harness.world.published.at(-1)!.input).toMatchObject({ round: 1, correction: 1 });
  expect(await incident.obligation(ID)).toMatchObject({ status: 'fulfilled', round: 1 });
}, 120_000);

test('published by hand, it is settled by a person and asked of the page no more', async () => {
  const incident = await refused();
  const url = 'https://status.example/incidents/1';
  const at = await harness.now();
  await incident.send('settle', {
    obligation: ID,
    accepted: true,
    at,
    url,
    reason: 'posted from its console',
    by: ONCALL,
  });
  await harness.sleepHours(1);
  expect(attempts).toBe(1);
  expect(await incident.obligation(ID)).toMatchObject({ status: 'fulfilled', evidence: { url } });
}, 120_000);
