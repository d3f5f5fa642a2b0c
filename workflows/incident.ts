/**
 * The life of one incident: declared, contained, notified, filed, reviewed, closed. All of it is decided by the pure
 * domain, under the policy pack that is snapshotted when it is declared.
 */
import { ApplicationFailure, defineQuery, patched, setHandler } from '@temporalio/workflow';
import type { CaseResult } from '../domain/case/contract';
import type { ResumedInput } from '../domain/case/resumed';
import {
  CameBackSchema,
  type ClosedIncidentInput,
  ClosedIncidentInputSchema,
  DeliveryProblemSchema,
  type IncidentInput,
  IncidentInputSchema,
  RoundSchema,
} from '../domain/incident/contract';
import type { IncidentEvent } from '../domain/incident/events';
import { type Explanation, explain } from '../domain/incident/explain';
import { incidentLifecycle } from '../domain/incident/lifecycle';
import { INCIDENT_MESSAGES } from '../domain/incident/messages';
import { joinedEvent } from '../domain/incident/on-detections';
import { decideMessage } from '../domain/incident/on-message';
import { openingOf } from '../domain/incident/opening';
import { type IncidentOutcome, onOutcome } from '../domain/incident/outcome';
import { playRecord } from '../domain/incident/record-only';
import type { IncidentState } from '../domain/incident/state';
import { type IncidentWork, untakenInApp } from '../domain/incident/work';
import type { Instant } from '../domain/kernel/time';
import { type PolicySnapshot, policyRef } from '../domain/policy/policy';
import { activities, UNTIL_DONE } from './lib/activity-calls';
import { begunOnce } from './lib/begun-once';
import { carriedCase } from './lib/carried';
import { detectionSignals } from './lib/detections';
import { performIncidentWork } from './lib/incident-work';
import type { Carried } from './lib/kind';
import { MailRounds } from './lib/mail-rounds';
import { internalSignal } from './lib/receive-messages';
import { fromRegister, isResumed } from './lib/resumed';
import { untilItWorks } from './lib/until-it-works';
import { validInput } from './lib/valid-input';
import { runLifecycle } from './lifecycle';

type Input =
  | (IncidentInput & { carried?: Carried<IncidentState, IncidentEvent, IncidentWork> })
  | ClosedIncidentInput
  | ResumedInput;

export function incident(input: Input): Promise<CaseResult> {
  let policy: PolicySnapshot;
  const mails = new MailRounds();
  return runLifecycle<IncidentState, IncidentEvent, IncidentWork, IncidentOutcome>({
    messages: INCIDENT_MESSAGES,
    perform: (work, at) => performIncidentWork(work, at, mails),
    signals: (run) => ({
      ...detectionSignals(run, (state, message, now) => decideMessage(state, message, policy.pack, now)),
      delivered: internalSignal('Delivery workflow: the ledger has news of a round', RoundSchema, (round) =>
        mails.hear(round),
      ),
      'delivery-problem': internalSignal(
        'Delivery workflow: a problem that a person must see',
        DeliveryProblemSchema,
        ({ obligation, problem, undecided }) =>
          run.alarm({
            obligation,
            threshold: undecided ? { kind: 'undecided' } : { kind: 'failing', work: 'send' },
            detail: problem,
          }),
      ),
      'mails-came-back': internalSignal(
        'Intake: the ledger has mails that came back since they were counted',
        CameBackSchema,
        ({ ledgerKey }) => {
          const unheard = run.state.closedAt !== undefined && !patched('mails-of-a-closed-incident');
          const outcome = { kind: 'came-back' as const, ledgerKey, ...(unheard && { unheard }) };
          run.step((state, now) => onOutcome(state, outcome, policy.pack, now));
        },
      ),
    }),
    async begin(run) {
      setHandler(defineQuery<Explanation[]>('explain'), () => (run.state ? explain(run.state, policy.pack) : []), {
        description: 'Why each obligation applies or not',
      });
      // A start by hand may come without any input.
      const carried = input && 'carried' in input ? carriedCase(input) : undefined;
      await begunOnce(input, () => carried!.state.seq);
      if (carried) {
        policy = (input as IncidentInput).policy as PolicySnapshot;
        run.resume(lifecycleUnder(policy), carried);
        return;
      }
      if (input && 'closed' in input) {
        const id = {
          of: (i: ClosedIncidentInput) => i.closed.incidentId,
          field: 'closed.incidentId',
          whose: 'incident',
        };
        const { closed } = validInput('incident to go on with', ClosedIncidentInputSchema, input, id);
        policy = await snapshotPolicy();
        const state = await untilItWorks('read the incident', () =>
          activities(UNTIL_DONE, 'read the incident').incidentInRegister(closed),
        );
        if (!state) throw ApplicationFailure.nonRetryable(`the register has no incident "${closed.incidentId}"`);
        if (!state.closedAt)
          throw ApplicationFailure.nonRetryable(
            `the register has the incident "${closed.incidentId}" as open, not as closed`,
          );
        run.resume(lifecycleUnder(policy), { state, backlog: [], caused: [], recent: [] });
        return;
      }
      if (isResumed(input)) {
        const {
          carried,
          news,
          policy: declaredUnder,
        } = await fromRegister<IncidentState, IncidentEvent, IncidentWork>(input);
        policy = declaredUnder!;
        carried.caused.push(...untakenInApp(carried.recent, carried.state, policy.pack));
        const other = policy.sha256 !== carried.state.policy.sha256;
        const told = news.map((event) =>
          other ? { ...event, data: { ...event.data, policy: policyRef(policy) } } : event,
        );
        run.resume(lifecycleUnder(policy), carried, told as typeof news);
        return;
      }
      const id = { of: (i: IncidentInput) => i.declaration.id, field: 'declaration.id', whose: 'incident' };
      const given = validInput('declaration', IncidentInputSchema, input, id);
      policy = given.policy ?? (await snapshotPolicy());
      const { declaration, exercise: pacing, recorded, joined } = given;
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
      const first = (now: Instant) => [
        ...openingOf(declaration, policy, now, BEGAN),
        ...(joined ? [joinedEvent(joined)] : []),
      ];
      run.open(lifecycleUnder(policy), declaration.id, first, { pacing });
    },
    // What was declared stands in the state.
    nextInput: (carried) => ({ policy, carried }),
  });
}

/** A history that began before says that its awareness was when its first task ran, has all drafts written anew by each status, or all waivers opened by each assessment. */
const BEGAN = {
  ofSender: () => patched('instants-of-the-sender'),
  draftsByText: () => patched('drafts-by-their-text'),
  waiversByFacts: () => patched('waivers-by-their-facts'),
};

const snapshotPolicy = () =>
  untilItWorks('keep the policy that applies', () =>
    activities(UNTIL_DONE, 'keep the policy that applies').snapshotPolicy(),
  );

function lifecycleUnder(policy: PolicySnapshot) {
  return incidentLifecycle(policy.pack, policyRef(policy));
}
