/** The pages over played incidents and cases, as a browser reaches them: no Temporal, and nothing that is sent is taken. */
import { writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import type { FastifyInstance } from 'fastify';
import { refused, UnknownOutcome } from '../../../client/errors';
import type { KindName } from '../../../client/kinds';
import type { ListedCase } from '../../../client/listed-case';
import type { TocsinClient } from '../../../client/tocsin-client';
import { open } from '../../../domain/case/advance';
import type { AnyLifecycle, CaseState } from '../../../domain/case/lifecycle';
import { overdueCount } from '../../../domain/incident/clocks';
import { closeProblems } from '../../../domain/incident/close-problems';
import { INCIDENT_WORKFLOW } from '../../../domain/incident/contract';
import { explain } from '../../../domain/incident/explain';
import { incidentLifecycle } from '../../../domain/incident/lifecycle';
import type { RecordedEvent } from '../../../domain/kernel/recorded-event';
import { type Instant, toInstant } from '../../../domain/kernel/time';
import { PATCH_WORKFLOW, patchDue, patchTaskLifecycle } from '../../../domain/patch/patch-task';
import { VulnerabilityReportInputSchema } from '../../../domain/report/state';
import {
  VULNERABILITY_REPORT_WORKFLOW,
  vulnerabilityReportLifecycle,
} from '../../../domain/report/vulnerability-report';
import { openingOf } from '../../../domain/triage/opening';
import { TRIAGE_WORKFLOW } from '../../../domain/triage/state';
import { triageLifecycle } from '../../../domain/triage/triage';
import { ActionLinks } from '../../../platform/links/action-link';
import { DEFAULT_PACKS, loadPolicy } from '../../../policy/load-policy';
import { temporaryDir } from '../../setup/helpers';
import { triageInput } from '../../unit/domain/helpers/detections';
import { pagesOver } from '../browser';
import { type Played, stories, type Told, textsOf } from './stories';

const HOUR_MS = 3_600_000;
const SIGNED = {
  ...{ origin: 'acme.dev/tocsin', verifierKey: `acme.dev/tocsin+1a2b3c4d+${'A'.repeat(44)}`, size: 57 },
  ...{ root: 'A'.repeat(44), note: `acme.dev/tocsin\n57\n${'A'.repeat(44)}\n\n— acme.dev/tocsin ${'B'.repeat(90)}\n` },
};

/** A case that the server shows. */
interface Shown {
  kind: KindName;
  workflow: string;
  state: CaseState;
  events: RecordedEvent[];
  now: Instant;
  nextDueAt: Instant | null;
  stopped?: boolean;
}

export interface PlayedServer {
  url: string;
  stories: Record<Told, Played>;
  cases: Record<Exclude<KindName, 'incident'>, string>;
  /** Which cases the board lists; all that are open where nothing is set. */
  listed: { only?: readonly string[] };
  /** Whether messages are refused, or nobody knows. */
  sent: { answer: 'refused' | 'unknown' };
  links: ActionLinks;
  app: FastifyInstance;
}

export async function startPlayedServer(): Promise<PlayedServer> {
  const dir = temporaryDir('look');
  const organisationFile = path.join(dir, 'organisation.yaml');
  writeFileSync(organisationFile, 'name: Acme Ltd\nmainEstablishment: IE\ntwoPersons: [notices-to-individuals]\n');
  const source = { packs: DEFAULT_PACKS, organisationFile };
  const { pack } = loadPolicy(source);
  const played = stories(source);
  const lifecycle = incidentLifecycle(pack);
  const shown = new Map<string, Shown>(
    Object.entries(played).map(([name, { id, state, events, now }]) => [
      id,
      {
        ...{ kind: 'incident', workflow: INCIDENT_WORKFLOW, state, events, now, stopped: name === 'stopped' },
        nextDueAt: lifecycle.nextDueAt(state) ?? null,
      },
    ]),
  );
  const cases = casesOf();
  for (const each of Object.values(cases)) shown.set(each.state.caseId, each);
  const listed: PlayedServer['listed'] = {};
  const sent: PlayedServer['sent'] = { answer: 'refused' };
  const of = (id: string) => shown.get(id)!;
  const send = async (id: string, name: string) => {
    if (sent.answer === 'unknown') throw new UnknownOutcome('no answer');
    const { state } = of(id);
    throw refused(
      'the incident refused it',
      name === 'close' ? closeProblems(state as never, pack) : ['reason: is needed'],
    );
  };
  const client: Partial<Record<keyof TocsinClient, unknown>> = {
    find: async (id: string) => {
      const each = shown.get(id);
      const isOpen = each?.state.closedAt === undefined && !each?.stopped;
      return each && { workflow: each.workflow, open: isOpen, status: 'RUNNING', mark: 'a mark' };
    },
    stands: async (id: string) => (of(id).stopped ? { how: 'terminated', at: of(id).now } : 'running'),
    view: async (id: string) => {
      const { state, now, nextDueAt } = of(id);
      return { state, clock: { incidentAt: now, realAt: now, rate: 0 }, registerBacklog: 0, inFlight: [], nextDueAt };
    },
    timeline: async (id: string) => of(id).events,
    explain: async (id: string) => explain(of(id).state as never, pack),
    listUpTo: async (kind: KindName) => ({
      cases: [...shown.values()]
        .filter((each) => each.kind === kind && !each.state.closedAt)
        .filter(({ state }) => listed.only?.includes(state.caseId) ?? true)
        .map(inList)
        .toSorted((a, b) => (a.nextDeadline ?? 'z').localeCompare(b.nextDeadline ?? 'z')),
      cut: false,
    }),
    send,
    sendEvenIfClosed: send,
    declare: () => send(played.fresh.id, 'declare'),
  };
  const register = {
    log: async () => ({ entries: 61, signed: SIGNED }),
    entriesOf: async (id: string, from: number, most: number) => {
      const each = shown.get(id);
      const entries = each?.events
        .slice(from - 1, from - 1 + most)
        .map(({ seq, at, kind, by }) => ({ seq, at, kind, by, position: seq + 100, hash: 'f3'.repeat(32) }));
      return entries && { entries, count: each!.events.length };
    },
  };
  const links = new ActionLinks(['the-key-of-the-workers']);
  const texts = textsOf(Object.values(played), dir);
  const app = await pagesOver(client as Partial<TocsinClient>, texts, register, links, source);
  await app.listen({ host: '127.0.0.1', port: 0 });
  const url = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`;
  const ids = Object.entries(cases).map(([kind, { state }]) => [kind, state.caseId]);
  return { url, stories: played, cases: Object.fromEntries(ids), listed, sent, links, app };
}

function inList({ kind, state, now, nextDueAt, stopped }: Shown): ListedCase {
  const { caseId: id, status, exercise } = state;
  const { title, severity, owner } =
    kind === 'incident' ? (state as never as Played['state']).declaration : (state as never as ListedCase);
  const overdue = kind === 'incident' ? overdueCount(state as never, now) : 0;
  return {
    ...{ id, title: title!, open: true, startedAt: now, severity: severity!, status, owner: owner!, overdue, exercise },
    ...(nextDueAt && { nextDeadline: nextDueAt }),
    ...(stopped && { stopped: { how: 'terminated', at: now } }),
  };
}

/** A detection in triage, a vulnerability report and a patch task, an hour old. */
function casesOf(): Record<Exclude<KindName, 'incident'>, Shown> {
  const at = toInstant(Date.now() - HOUR_MS);
  const input = triageInput({ at });
  const report = VulnerabilityReportInputSchema.parse({
    ...{ reportId: 'VR-20260401-9f3a5c1e', via: 'form', receivedAt: at, length: 512, commitment: 'd'.repeat(64) },
    ...{ reachable: true, owner: 'lead@example.com', repeatEveryMs: HOUR_MS, followUpAfterMs: 7 * 24 * HOUR_MS },
    clock: {
      ...{ dueAt: toInstant(Date.now() + 40 * HOUR_MS), businessDays: 2, timeZone: 'Europe/Berlin', daysOff: [] },
      alarms: [{ threshold: { kind: 'start' }, at }],
    },
  });
  const { reportId, ...received } = report;
  const patch = {
    finding: {
      ...{ key: '0123456789abcdef', inventory: 'web', ecosystem: 'npm', package: 'minimist', versions: ['1.2.0'] },
      ...{ advisory: 'GHSA-xvch-5gv4-984h', aliases: ['CVE-2021-44906'], summary: 'Prototype pollution in minimist' },
      ...{ severity: 'critical', malicious: false, fixedIn: ['1.2.6'], dev: false },
    },
    plan: {
      ...{ owner: 'lead@example.com', deadlines: { critical: 'P2D', high: 'P7D' }, tellAtOnce: ['critical'] },
      ...{ alarmAt: [50, 75], repeatEvery: 'P1D', longestWaiver: 'P90D' },
    },
    ...{ foundAt: at, exercise: false },
  };
  const begin = (kind: KindName, workflow: string, lifecycle: AnyLifecycle, id: string, first: object): Shown => {
    const { state, events } = open<CaseState, RecordedEvent>(lifecycle, id, [first as never], at);
    const now = toInstant(Date.now());
    return { kind, workflow, state, events, now, nextDueAt: lifecycle.nextDueAt(state) ?? null };
  };
  return {
    triage: begin('triage', TRIAGE_WORKFLOW, triageLifecycle, input.caseId, openingOf(input, at)),
    report: begin('report', VULNERABILITY_REPORT_WORKFLOW, vulnerabilityReportLifecycle, reportId, {
      ...{ kind: 'report-received', data: received },
    }),
    patch: begin('patch', PATCH_WORKFLOW, patchTaskLifecycle, 'PATCH-0123456789ab', patchDue(patch as never)),
  };
}
