/**
 * What an incident has done in the world, computed from its state: work that is wanted and that no outcome has settled
 * yet. Keys are deterministic, so asking again after a crash or continue-as-new repeats the same work, not a second one.
 */
import type { Work } from '../case/lifecycle';
import type { Instant } from '../kernel/time';
import type { Authority } from '../policy/pack';
import type { Residence } from '../policy/places';
import { type Policy, ruleOf } from '../policy/policy';
import type { ObligationRule, RecipientRule } from '../policy/rule';
import { livingOf } from '../policy/scope';
import type { ContentValue } from './content-value';
import { missingFields } from './contents';
import { coverage, draftIsCurrent } from './dispatch';
import type { NoticeEdit } from './edits';
import type { EventOf, IncidentEvent } from './events';
import type { Rendering } from './evidence';
import { authorityOf } from './filings';
import type { ContainmentMeasure } from './incident';
import { ledgerKey } from './ledger-key';
import { noticeNow } from './notice-now';
import { isRecordOnly } from './records';
import type { MeasuresSaid } from './said';
import { correctionOf, type IncidentState, isSettled, type Obligation } from './state';
import { tellerOf } from './telling';

/** One piece of work of an incident. */
export type IncidentWork =
  | (Work & {
      kind: 'draft';
      obligation: Obligation;
      rule: ObligationRule;
      contents: ContentValue[];
      edits: NoticeEdit[];
      fingerprint: string;
      missing: string[];
      measures?: MeasuresSaid;
      /** Whom an email notice would go to. */
      audience?: MailAudience;
      authority?: Authority;
    })
  | (Work & {
      kind: 'dispatch';
      obligation: Obligation;
      rule: ObligationRule;
      audience?: MailAudience;
      ledgerKey: string;
    })
  | (Work & {
      kind: 'recount';
      obligation: Obligation;
      rule: ObligationRule;
      audience: MailAudience;
      ledgerKey: string;
      asOf: number;
    })
  | (Work & { kind: 'contain'; id: string; round: number; measure: ContainmentMeasure; undo: boolean })
  | (Work & { kind: 'verify-register' })
  | (Work & { kind: 'open-filing'; task: FilingTask })
  | (Work & { kind: 'tell-in-app'; message: InAppMessage })
  | (Work & { kind: 'settle-batch'; settlement: BatchSettlement })
  | (Work & { kind: 'stop-delivery'; obligation: string; round: number; ledgerKey: string });

/** What a person read at the mail provider. `acceptedAt`: when it accepted the batch; without it, it did not. */
export interface BatchSettlement {
  obligation: string;
  round: number;
  ledgerKey: string;
  batch?: string;
  acceptedAt?: Instant;
}

/** A notice that begins to go out, for the company's own product to show. */
export interface InAppMessage {
  obligation: string;
  round: number;
  at: Instant;
  title: string;
  audience: { to: RecipientRule['to']; workspaces: 'all' | string[]; dataSets: string[] };
  renderings: Rendering[];
  /** It takes the place of what the status page refused: the first, second … correction of its round. */
  correction?: number;
}

/** The task of a person to file a report with an authority, as it stands when the report is ready. */
export interface FilingTask {
  obligation: string;
  round: number;
  at: Instant;
  to: string;
  title: string;
  authority?: Authority;
  dossierUrl?: string;
  dueAt: Instant;
  missing: string[];
}

/** The work that the state wants. */
export function wantedWork(state: IncidentState, pack: Policy): IncidentWork[] {
  if (state.closedAt) return [];
  const wanted: IncidentWork[] = [];
  for (const step of Object.values(state.containment)) {
    if (step.state !== 'requested' && step.state !== 'undo-requested') continue;
    const undo = step.state === 'undo-requested';
    wanted.push({
      kind: 'contain',
      key: `${undo ? 'undo' : 'contain'} ${step.id} ${step.round}`,
      about: { measure: step.id },
      id: step.id,
      round: step.round,
      measure: step.measure,
      undo,
    });
  }
  for (const o of Object.values(state.obligations)) {
    const rule = ruleOf(pack, o.rule);
    if (!rule) continue;
    if (['email', 'status-page', 'filing'].includes(rule.channel) && !isRecordOnly(state)) {
      const drafting = ['pending', 'drafted', 'filing'].includes(o.status) && !tellerOf(o, rule, state, pack);
      if (drafting && !draftIsCurrent(o, rule, state, pack)) {
        const { contents, edits, fingerprint, measures } = noticeNow(o, rule, state, pack);
        wanted.push({
          kind: 'draft',
          key: `draft ${o.id} ${o.round}`,
          about: { obligation: o.id },
          obligation: o,
          rule,
          contents,
          edits,
          fingerprint,
          missing: missingFields(contents),
          ...(measures && { measures }),
          audience: mailAudience(o, rule, state, pack),
          authority: pack.authorities.find((a) => a.key === authorityOf(o)),
        });
      }
      if (o.status === 'dispatching') {
        wanted.push({
          kind: 'dispatch',
          key: dispatchKey(o.id, o.round),
          about: { obligation: o.id },
          obligation: o,
          rule,
          audience: mailAudience(o, rule, state, pack, o.covers),
          ledgerKey: ledgerKey(o),
        });
      }
    }
    const audience = o.recount !== undefined && mailAudience(o, rule, state, pack);
    if (audience && o.status !== 'dispatching') {
      const asOf = o.recount!;
      const about = { obligation: o.id };
      wanted.push({
        ...{ kind: 'recount', key: `recount ${o.id} ${asOf}`, about, obligation: o, rule, audience, asOf },
        ledgerKey: ledgerKey(o),
      });
    }
    if (rule.record === 'R7' && !isSettled(o) && state.anchors.resolved && !state.registerVerified) {
      wanted.push({ kind: 'verify-register', key: 'verify-register' });
    }
  }
  return wanted;
}

/** The key of a dispatch: a delivery by email reports under it. */
export function dispatchKey(obligation: string, round: number): string {
  return `dispatch ${obligation} ${round}`;
}

/** What an event causes once: a report that is ready to be filed becomes a person's task, a settled batch is recorded so. */
export function causedWork(event: IncidentEvent, state: IncidentState, pack: Policy): IncidentWork[] {
  if (event.kind === 'batch-settled') return settlementOf(event, state);
  if (event.kind === 'sending-stopped') return stopOf(event, state);
  if (event.kind === 'dispatch-started') return inAppOf(event, state, pack);
  if (event.kind !== 'filing-opened') return [];
  const { obligation, round } = event.data;
  const o = state.obligations[obligation]!;
  const task: FilingTask = {
    obligation,
    round,
    at: event.at,
    to: state.owner,
    title: ruleOf(pack, o.rule)!.title,
    authority: pack.authorities.find((a) => a.key === authorityOf(o)),
    dossierUrl: o.draft?.url,
    dueAt: o.dueAt!,
    missing: o.draft?.missing ?? [],
  };
  return [{ kind: 'open-filing', key: `filing ${event.seq}`, about: { obligation }, task }];
}

/**
 * Of a case that goes on from the register alone: the notices that went out and that the product has not taken, each as the
 * event that began it caused it. What a later round says is handed over with that.
 */
export function untakenInApp(events: readonly IncidentEvent[], state: IncidentState, pack: Policy): IncidentWork[] {
  return events.flatMap((event, i) => {
    if (event.kind !== 'dispatch-started') return [];
    const { obligation, round } = event.data;
    const o = state.obligations[obligation];
    if (o?.round !== round || !o.draft || isShown(o, round)) return [];
    // What was refused is said no more.
    const isRefused = events.slice(i).some((later) => later.kind === 'update-refused' && isOf(later.data, o));
    return isRefused ? [] : inAppOf(event, state, pack);
  });
}

function isOf(data: { obligation: string; round: number }, { id, round }: Obligation): boolean {
  return data.obligation === id && data.round === round;
}

/** Whether the product took a text of a round and each that took its place. */
export function isShown(o: Obligation, round: number): boolean {
  const taken = o.inApp?.filter((each) => each.round === round).length ?? 0;
  return taken > (o.round === round ? (correctionOf(o) ?? 0) : 0);
}

/** Beside its channel, where the rule says so: by whatever set the notice off, so nothing is shown that nobody let go out. */
function inAppOf({ seq, at, data }: EventOf<'dispatch-started'>, state: IncidentState, pack: Policy): IncidentWork[] {
  const { obligation, round, covers } = data;
  const o = state.obligations[obligation]!;
  const rule = ruleOf(pack, o.rule);
  if (!rule?.inApp) return [];
  const { title, recipient } = rule;
  const audience = { to: recipient.to, workspaces: covers.workspaces, dataSets: covers.dataSets };
  const correction = correctionOf(o);
  const renderings = o.draft?.renderings ?? [];
  const message = { obligation, round, at, title, audience, renderings, ...(correction && { correction }) };
  return [{ kind: 'tell-in-app', key: `in-app ${seq}`, about: { obligation }, message }];
}

function settlementOf({ seq, data }: EventOf<'batch-settled'>, state: IncidentState): IncidentWork[] {
  const { obligation, round, batch, at } = data;
  const o = state.obligations[obligation]!;
  const settlement: BatchSettlement = {
    ...{ obligation, round, ledgerKey: ledgerKey(o) },
    ...(batch && { batch }),
    ...(at && { acceptedAt: at }),
  };
  return [{ kind: 'settle-batch', key: `settle ${seq}`, about: { obligation }, settlement }];
}

function stopOf({ seq, data }: EventOf<'sending-stopped'>, state: IncidentState): IncidentWork[] {
  const { obligation, round } = data;
  const key = ledgerKey(state.obligations[obligation]!);
  return [{ kind: 'stop-delivery', key: `stop ${seq}`, about: { obligation }, obligation, round, ledgerKey: key }];
}

/** Whom an email notice goes to, as the directory is asked for them. */
export interface MailAudience {
  recipient: RecipientRule;
  workspaces: 'all' | string[];
  /**
   * Data sets whose people are told. `own`: the company is the controller, and no customer's workspace narrows them.
   * `living`: where they live, of a data set that is handled for certain establishments; else as the recipient says.
   */
  dataSets: Array<{ id: string; own: boolean; living?: Residence }>;
}

function mailAudience(
  o: Obligation,
  rule: ObligationRule,
  state: IncidentState,
  pack: Policy,
  covers = coverage(o, rule, state, pack),
): MailAudience | undefined {
  if (rule.channel !== 'email') return undefined;
  const { recipient } = rule;
  const sets = state.assessment?.facts.dataSets ?? [];
  const dataSets = covers.dataSets.map((id) => {
    const set = sets.find((each) => each.id === id);
    const narrowed = recipient.to === 'individuals' && set?.handledFor !== undefined;
    return { id, own: set?.role !== 'processor', ...(narrowed && { living: livingOf(recipient, set) }) };
  });
  return { recipient, workspaces: covers.workspaces, dataSets };
}
