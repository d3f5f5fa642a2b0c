/**
 * The life of one incident: declared, contained, notified, filed, reviewed, closed. All of it is decided by the pure
 * domain, under the policy pack that is snapshotted when it is declared.
 */
import { ApplicationFailure, defineQuery, setHandler } from '@temporalio/workflow';
import type { CaseResult } from '../domain/case/contract';
import {
  type ClosedIncidentInput,
  ClosedIncidentInputSchema,
  DeliveryProblemSchema,
  type DeliveryReport,
  DeliveryReportSchema,
  type IncidentInput,
  IncidentInputSchema,
} from '../domain/incident/contract';
import type { IncidentEvent } from '../domain/incident/events';
import { type Explanation, explain } from '../domain/incident/explain';
import { incidentLifecycle } from '../domain/incident/lifecycle';
import { INCIDENT_MESSAGES } from '../domain/incident/messages';
import { openingOf } from '../domain/incident/opening';
import type { IncidentOutcome } from '../domain/incident/outcome';
import { playRecord } from '../domain/incident/record-only';
import type { IncidentState } from '../domain/incident/state';
import { dispatchKey, type IncidentWork } from '../domain/incident/work';
import { type PolicySnapshot, policyRef } from '../domain/policy/policy';
import { activities, UNTIL_DONE } from './lib/activity-calls';
import { performIncidentWork } from './lib/incident-work';
import type { Carried, Run } from './lib/kind';
import { internalSignal } from './lib/receive-messages';
import { validInput } from './lib/valid-input';
import { runLifecycle } from './lifecycle';

type IncidentRun = Run<IncidentState, IncidentEvent, IncidentWork, IncidentOutcome>;
type Input = (IncidentInput & { carried?: Carried<IncidentState, IncidentEvent, IncidentWork> }) | ClosedIncidentInput;

export function incident(input: Input): Promise<CaseResult> {
  let policy: PolicySnapshot;
  return runLifecycle<IncidentState, IncidentEvent, IncidentWork, IncidentOutcome>({
    messages: INCIDENT_MESSAGES,
    perform: performIncidentWork,
    signals: (run) => ({
      delivered: internalSignal('Delivery workflow: a round is done', DeliveryReportSchema, (report) =>
        delivered(run, report),
      ),
      'delivery-problem': internalSignal(
        'Delivery workflow: a problem that a person must see',
        DeliveryProblemSchema,
        ({ obligation, problem }) =>
          run.alarm({ obligation, threshold: { kind: 'failing', work: 'send' }, detail: problem }),
      ),
    }),
    async begin(run) {
      setHandler(defineQuery<Explanation[]>('explain'), () => (run.state ? explain(run.state, policy.pack) : []), {
        description: 'Why each obligation applies or not',
      });
      // A start by hand may come without any input.
      if (input && 'carried' in input && input.carried) {
        policy = input.policy as PolicySnapshot;
        run.resume(lifecycleUnder(policy), input.carried);
        return;
      }
      if (input && 'closed' in input) {
        const { closed } = ClosedIncidentInputSchema.parse(input);
        policy = await activities(UNTIL_DONE, 'snapshot the policy pack').snapshotPolicy();
        const state = await activities(UNTIL_DONE, 'read the incident').incidentInRegister(closed);
        if (!state) throw ApplicationFailure.nonRetryable(`the register has no incident "${closed.incidentId}"`);
        run.resume(lifecycleUnder(policy), { state, backlog: [], caused: [], recent: [] });
        return;
      }
      const id = { of: (i: IncidentInput) => i.declaration.id, field: 'declaration.id', whose: 'incident' };
      const given = validInput('declaration', IncidentInputSchema, input, id);
      policy = given.policy ?? (await activities(UNTIL_DONE, 'snapshot the policy pack').snapshotPolicy());
      const { declaration, exercise: pacing, recorded } = given;
      if (declaration.recordedAt) {
        const { refused: _refused, ...played } = playRecord(
          declaration,
          recorded ?? [],
          policy,
          declaration.recordedAt,
        );
        run.openPlayed(lifecycleUnder(policy), played);
        return;
      }
      run.open(lifecycleUnder(policy), declaration.id, (now) => openingOf(declaration, policy, now), {
        pacing,
      });
    },
    nextInput: (carried) => ({ ...input, policy, carried }),
  });
}

function lifecycleUnder(policy: PolicySnapshot) {
  return incidentLifecycle(policy.pack, policyRef(policy));
}

/** A delivery by email ended. In an exercise its instants are those of the machine, and say nothing. */
function delivered(run: IncidentRun, report: DeliveryReport): void {
  const { obligation, round, total, sent, failed, firstSentAt, lastSentAt, counted } = report;
  const { exercise, obligations } = run.state;
  const times = exercise ? {} : { firstSentAt, lastSentAt };
  const renderings = obligations[obligation]?.draft?.renderings;
  const evidence = { channel: 'email', recipients: total, sent, failed, ...times, renderings };
  run.report(dispatchKey(obligation, round), { kind: 'delivered', obligation, round, evidence, counted });
}
