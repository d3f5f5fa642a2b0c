/** What an incident goes on with from the register alone. */
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { failure } from '../../../activities/failures';
import { caseToResume, snapshotPolicy } from '../../../activities/resume';
import type { ArtefactStore } from '../../../activities/storage/artefacts';
import { createFolderArtefacts } from '../../../activities/storage/folder-artefacts';
import type { IncidentEvent } from '../../../domain/incident/events';
import { ERASED } from '../../../domain/policy/disclosure';
import type { PolicySnapshot } from '../../../domain/policy/policy';
import { snapshotOf } from '../../../policy/load-policy';
import { packOf, TRUST_CENTER } from '../domain/helpers/pack';
import { Story } from '../domain/helpers/story';

const DECLARED_UNDER = snapshotOf(TRUST_CENTER);
const ANOTHER = snapshotOf(packOf({ name: 'Another Inc.' }));

let dir: string;
let artefacts: ArtefactStore;
let logged: string[];
beforeEach(() => {
  dir = mkdtempSync(path.join(os.tmpdir(), 'tocsin-resume-'));
  artefacts = createFolderArtefacts(dir);
  logged = [];
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const log = { error: (_: unknown, message: string) => void logged.push(message), warn: () => {}, info: () => {} };

/** The events of an incident declared under the first of these policies. */
function events(change: (story: Story) => void = () => {}): IncidentEvent[] {
  const story = new Story({}, DECLARED_UNDER.pack);
  change(story);
  return story.events.map((event) =>
    event.kind === 'declared'
      ? { ...event, data: { ...event.data, policy: { ...event.data.policy, sha256: DECLARED_UNDER.sha256 } } }
      : event,
  );
}

function toResume(policy: PolicySnapshot, recorded: IncidentEvent[], currentPolicy?: boolean) {
  const deps = { policy: async () => policy, artefacts, log: log as never, events: async () => recorded };
  return caseToResume(deps, { caseId: 'INC-2026-001', currentPolicy });
}

test('the policy of a new incident is kept under its own hash', async () => {
  const kept = await snapshotPolicy({ policy: async () => DECLARED_UNDER, artefacts, log: log as never });
  expect(kept).toBe(DECLARED_UNDER);
  expect(JSON.parse((await artefacts.get(DECLARED_UNDER.sha256)).toString())).toEqual(DECLARED_UNDER.pack);
});

test('a store that takes nothing delays no clock: the incident begins, and it is logged', async () => {
  const broken = { ...artefacts, put: () => Promise.reject(new Error('the disk is full')) };
  const deps = { policy: async () => DECLARED_UNDER, artefacts: broken, log: log as never };
  expect(await snapshotPolicy(deps)).toBe(DECLARED_UNDER);
  expect(logged).toEqual([expect.stringContaining('was not kept')]);
});

test('it goes on under the policy that it was declared under, also when the workers have another one now', async () => {
  await snapshotPolicy({ policy: async () => DECLARED_UNDER, artefacts, log: log as never });
  expect(await toResume(ANOTHER, events())).toMatchObject({ policy: { sha256: DECLARED_UNDER.sha256 } });
});

test('a policy that is nowhere any more is named, and another one is taken by a decision only', async () => {
  expect(await toResume(ANOTHER, events())).toEqual({
    problem: expect.stringMatching(/was declared under .*`npx tocsin resume INC-2026-001 --current-policy`/),
  });
  expect(await toResume(ANOTHER, events(), true)).toMatchObject({ policy: { sha256: ANOTHER.sha256 } });
});

test('a store that is away is asked again, and does not stand for a policy that is lost', async () => {
  const get = () => Promise.reject(failure('ArtefactsAway', 'Postgres cannot be reached'));
  artefacts = { ...artefacts, get } as ArtefactStore;
  for (const current of [false, true]) await expect(toResume(ANOTHER, events(), current)).rejects.toThrow('Postgres');
});

test('closed, erased and unknown ones do not go on', async () => {
  const [first] = events() as [IncidentEvent & { kind: 'declared' }];
  const closed = { ...first, kind: 'closed', seq: 2, data: {} } as IncidentEvent;
  expect(await toResume(DECLARED_UNDER, [first, closed])).toEqual({
    problem: expect.stringMatching(/is closed/),
  });
  const declaration = { ...first.data.declaration, title: ERASED };
  const erased = { ...first, data: { ...first.data, declaration } };
  expect(await toResume(DECLARED_UNDER, [erased])).toEqual({ problem: expect.stringMatching(/were erased/) });
  expect(await toResume(DECLARED_UNDER, [])).toEqual({ problem: 'the register has no case "INC-2026-001"' });
});

test('its latest events come along, as many as a run may begin with, and every alarm that nobody acknowledged', async () => {
  const recorded = events((story) => {
    story.to(30);
    for (let i = 0; i < 120; i++) story.send('measure', { text: '漢'.repeat(2_000) });
  });
  const found = await toResume(DECLARED_UNDER, recorded);
  if ('problem' in found) throw new Error(found.problem);
  expect(Buffer.byteLength(JSON.stringify(found.recent))).toBeLessThan(310_000);
  expect(found.recent.at(-1)).toEqual(recorded.at(-1));
  const alarms = recorded.filter(({ kind }) => kind === 'alarm-raised').map(({ seq }) => seq);
  expect(alarms.length).toBeGreaterThan(0);
  expect(found.alarms.map(({ seq }) => seq)).toEqual(alarms);
});
