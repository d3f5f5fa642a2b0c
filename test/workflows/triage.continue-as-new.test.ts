// On a real server: a flood makes new runs of the case, and no detection is lost between them.
import { TocsinClient } from '../../client/tocsin-client';
import { openTriage } from '../../detection/intake/inbox/open-triage';
import { TRIAGE_WORKFLOW } from '../../domain/triage/state';
import { connectTo, startDevServerWith } from '../setup/workflow-harness';
import { detection, judged, RULES } from '../unit/domain/helpers/detections';

test('a flood over several runs: every detection counted, a late one too', async () => {
  const { address } = await startDevServerWith({ 'limit.historyCount.suggestContinueAsNew': 60 });
  const { client } = await connectTo(address);
  const cases = new TocsinClient(client);
  const at = new Date().toISOString();
  const send = (eventId: string) => {
    const given = detection({ eventId, at });
    return openTriage(cases, given, judged(given), RULES);
  };
  const { caseId } = await send('first');
  const { runId: firstRun } = await client.workflow.getHandle(caseId).describe();
  for (let n = 0; n < 200; n += 20) {
    const sent = await Promise.all(Array.from({ length: 20 }, (_, i) => send(`flood-${n + i}`)));
    expect(sent).toEqual(Array(20).fill({ caseId, late: false }));
  }
  const receipt = await cases.send(caseId, 'dismiss', { by: 'anna', reason: 'A load test' });
  expect(receipt.events.map(({ kind }) => kind)).toContain('triage-dismissed');
  await client.workflow.getHandle(caseId).result();

  expect((await client.workflow.getHandle(caseId).describe()).runId).not.toBe(firstRun);
  const view = await cases.view<'triage'>(caseId);
  expect(view?.state).toMatchObject({ count: 201, status: 'dismissed' });
  expect(await send('later')).toEqual({ caseId, late: true });
  await cases.finished(caseId);
  expect(await cases.find(caseId)).toMatchObject({ workflow: TRIAGE_WORKFLOW, open: false });
  expect((await cases.view<'triage'>(caseId))?.state).toMatchObject({ count: 202, late: { count: 1 } });
}, 120_000);
