/** Hands a judged detection to its triage case. What the dispatcher of the intake uses. */

import { setTimeout as sleep } from 'node:timers/promises';
import { stoppedError } from '../../../client/stopped';
import type { TocsinClient } from '../../../client/tocsin-client';
import type { Detection } from '../../../domain/detection/detection';
import type { RulesSnapshot } from '../../../domain/detection/detection-rules';
import type { CaseJudgement } from '../../../domain/detection/judgement';
import { exactMs, minuteText, toInstant, toMs } from '../../../domain/kernel/time';
import { belongsTo } from '../../../domain/triage/belongs';
import { type IncidentStanding, isKnown, lateOf, takes } from '../../../domain/triage/late';
import {
  DETECTED_SIGNAL,
  type Detected,
  TRIAGE_WORKFLOW,
  type TriageInput,
  type TriageState,
} from '../../../domain/triage/state';
import { triageCaseId } from './triage-case-id';

/** What is asked of Temporal to hand a detection over. */
export type TriageCases = Pick<TocsinClient, 'find' | 'signalWithStart' | 'signalClosed' | 'stands' | 'view'>;

/** How lists show a case that was decided; `closed`: its run ends, or one under way counts what came since. */
const DECIDED = ['declared', 'dismissed', 'merged', 'closed'];
const BEING_DECIDED: TriageState['status'][] = ['declaring', 'merging', 'unmerging'];

/** A decision is being carried out that does not answer for the detection: it comes again in a moment. */
export class BeingDecided extends Error {
  override readonly name = 'BeingDecided';
  constructor(caseId: string) {
    super(`a decision on triage case ${caseId} is being carried out: the detection is handed over after it`);
  }
}

/** As many cases as may come after each other; what comes after the last of them is counted with it. */
const MOST_CASES = 20;

/**
 * Opens the triage case of a detection, or adds the detection to it. Safe to repeat: the case counts a detection once.
 * `late`: the case was decided and is closed; the decision answers for the detection too, which was counted with it
 * (`domain/triage/late.ts`). Rejects where the case is open and has stopped.
 */
export async function openTriage(
  cases: TriageCases,
  detection: Detection,
  judgement: CaseJudgement,
  rules: RulesSnapshot,
): Promise<{ caseId: string; late: boolean }> {
  let own = await joined(cases, judgement, detection);
  for (let nth = 1; ; nth++) {
    const caseId = triageCaseId(own, detection.at);
    // A run of a decided case may still be under way, and would take anything.
    const status = (await cases.find(caseId))?.caseStatus;
    const isDecided = status !== undefined && DECIDED.includes(status);
    if (BEING_DECIDED.some((each) => each === status)) await mustAnswer(cases, caseId, own);
    if (!isDecided && !(await openCase(cases, detection, own, rules)).late) return { caseId, late: false };
    const state = await decidedCase(cases, caseId);
    const becomes = lateOf(state, detection, own, await incidentsOf(cases, state));
    if (becomes === 'known') return { caseId, late: true };
    if (becomes === 'counted' || nth === MOST_CASES) {
      await countLate(cases, state, detection, own.severity);
      return { caseId, late: true };
    }
    own = await joined(cases, becomes.opens, detection);
  }
}

/**
 * The judgement with the key of the graver case about the same, where there is one: but of a detection that is handed over again
 * that of its own case, where that has counted it. Who cannot ask that, as no worker runs, goes to the graver one.
 */
async function joined(
  cases: TriageCases,
  { joins = [], ...own }: CaseJudgement,
  detection: Detection,
): Promise<CaseJudgement> {
  for (const dedupeKey of joins) {
    if (!(await cases.find(triageCaseId({ ...own, dedupeKey }, detection.at)))) continue;
    const ownId = triageCaseId(own, detection.at);
    const view = (await cases.find(ownId)) && (await cases.view<'triage'>(ownId).catch(() => undefined));
    return view && isKnown(view.state, detection) ? own : { ...own, dedupeKey };
  }
  return own;
}

/** A case of which a decision is being carried out counts what is no graver, and would hand back the rest. */
async function mustAnswer(cases: TriageCases, caseId: string, { severity }: CaseJudgement): Promise<void> {
  const state = (await cases.view<'triage'>(caseId))?.state;
  if (state && !takes(state, { severity })) throw new BeingDecided(caseId);
}

/** A run that has only begun, from the register, knows its case within a moment. */
const LOOK_MS = 100;
const MOST_LOOKS = 20;

async function decidedCase(cases: TriageCases, id: string): Promise<TriageState> {
  const stands = await cases.stands(id);
  if (typeof stands === 'object') throw stoppedError(id, stands);
  for (let looks = 1; ; looks++) {
    const state = (await cases.view<'triage'>(id))?.state;
    if (state?.closedAt) return state;
    if (looks === MOST_LOOKS)
      throw new Error(`triage case ${id} is being read from the register, or decided anew: it is asked again`);
    await sleep(LOOK_MS);
  }
}

async function incidentsOf(cases: TriageCases, state: TriageState): Promise<Map<string, IncidentStanding>> {
  const standing = new Map<string, IncidentStanding>();
  for (const { incidentId } of belongsTo(state)) {
    const stands = await cases.stands(incidentId);
    standing.set(incidentId, typeof stands === 'object' ? 'stopped' : stands === 'running' ? 'running' : 'closed');
  }
  return standing;
}

async function countLate(
  cases: TriageCases,
  { caseId, title, severity, owner, status }: TriageState,
  detection: Detection,
  judged: CaseJudgement['severity'],
): Promise<void> {
  const input = { closed: { caseId } };
  const detected: Detected = { detection, severity: judged };
  await cases.signalClosed(
    { workflow: TRIAGE_WORKFLOW, id: caseId, input, title, severity, owner, status },
    DETECTED_SIGNAL,
    detected,
  );
}

async function openCase(
  cases: Pick<TocsinClient, 'signalWithStart'>,
  detection: Detection,
  judgement: CaseJudgement,
  { sha256, rules: { id, version } }: RulesSnapshot,
): Promise<{ caseId: string; late: boolean }> {
  const caseId = triageCaseId(judgement, detection.at);
  const input: TriageInput = { caseId, detection, judgement, rules: { id, version, sha256 } };
  const { severity, incident, triage, title } = judgement;
  const detected: Detected = { detection, severity };
  const { late } = await cases.signalWithStart(
    {
      workflow: TRIAGE_WORKFLOW,
      id: caseId,
      input,
      title: detection.title,
      severity,
      owner: incident.owner,
      status: 'waiting',
      nextDeadline: triage && toInstant(Date.now() + exactMs(triage.within)),
      details: [
        `${title} (rule ${judgement.rule})`,
        `detected ${minuteText(toInstant(toMs(detection.at)))} UTC by ${detection.source}`,
      ],
    },
    DETECTED_SIGNAL,
    detected,
  );
  return { caseId, late };
}
