/** What the benchmarks of incidents have in the place of the world: activities that succeed at once and do nothing. */
import type { Activities, Audience } from '../../activities/types';
import type { Counted } from '../../domain/incident/counted';
import type { IncidentEvent } from '../../domain/incident/events';
import { inRegion } from '../../domain/policy/places';
import type { PolicySnapshot } from '../../domain/policy/policy';

/** Where the people of the invented incident live. */
const RESIDENCE = { IE: 3, CA: 2 };

const rendering = { language: 'en', sha256: 'b'.repeat(64), template: 'bench', templateSha256: 'c'.repeat(64) };

/** The activities; what would be written to the register goes to `record`. */
export function outsideWorld(policy: PolicySnapshot, record: (events: IncidentEvent[]) => void) {
  return {
    snapshotPolicy: async () => policy,
    appendEntries: async ({ events }) => {
      record(events as IncidentEvent[]);
      return { position: 1, head: 'a'.repeat(64) };
    },
    auditLogs: async () => [],
    checkAuditLog: async ({ log }) => ({ log, outcome: 'unreadable', reason: 'none here' }),
    verifyRegister: async ({ seq }) => ({ ok: true, entries: seq, head: 'a'.repeat(64) }),
    draftNotice: async () => ({ renderings: [rendering], url: 'http://127.0.0.1/draft' }),
    openFilingTask: async () => undefined,
    publishStatus: async () => ({ url: 'http://127.0.0.1/status' }),
    openDelivery: async () => ({ ledger: 'postgres', total: 3, added: 3, unknownRefs: 0 }),
    sendBatches: async () => ({ done: true, sent: 3, failed: 0 }),
    summariseDelivery: async ({ audience }) => ({
      total: 3,
      sent: 3,
      failed: 0,
      pending: 0,
      counted: everybody(audience),
    }),
    mergeSpool: async () => undefined,
    raiseAlarm: async () => undefined,
    pageOnCall: async () => ({}),
    standingOfAlarms: async () => undefined,
    tellAcknowledged: async () => undefined,
    tellResolved: async () => undefined,
    applyMeasure: async () => ({ outcome: 'verified', detail: 'listed' }),
    undoMeasure: async () => ({ outcome: 'undone', detail: 'gone' }),
    mailReporter: async () => ({ outcome: 'sent' }),
    raiseDetections: async () => undefined,
    handBackDetections: async ({ detections }) => ({ stay: detections.map((_, place) => place) }),
  } satisfies Partial<Activities>;
}

/** An outside world that reaches everybody. */
function everybody({ recipient, workspaces, dataSets }: Audience): Counted {
  if (recipient.to === 'workspace-owners') {
    const told = workspaces === 'all' ? [] : workspaces;
    return { of: 'workspaces', reached: told, unreached: [], numbers: { told: told.length, untold: 0 } };
  }
  if (recipient.to !== 'individuals') return { of: 'people', groups: [{ listed: 3, told: 3 }] };
  const people = Object.entries(RESIDENCE).filter(([country]) => inRegion(country, recipient));
  return {
    of: 'people',
    groups: dataSets.flatMap(({ id: dataSet }) =>
      people.map(([country, count]) => ({ dataSet, country, listed: count, told: count })),
    ),
  };
}

/** An incident that every promise and every law of the packs applies to. */
export function benchDeclaration(id: string, detectedAt = new Date().toISOString()) {
  const now = new Date().toISOString();
  return {
    id,
    title: 'Leaked deploy key',
    kind: 'credential-leak',
    howItOccurred: 'A deploy key was printed in a build log',
    severity: 'sev1' as const,
    owner: 'security-lead',
    detectedAt,
    declaredAt: now,
    declaredBy: 'on-call',
    source: 'bench',
    affects: ['confidentiality' as const],
    systems: ['api'],
    maliciousSources: ['203.0.113.9'],
    serviceAffecting: true,
    assessment: {
      personalData: 'yes' as const,
      workspaces: ['ws-1'],
      plainSummary: 'Somebody used a key of ours that had become public, and read account data',
      likelyConsequences: 'Phishing',
      individualSteps: ['Change your password'],
      periodFrom: detectedAt,
      dataSets: [
        {
          id: 'accounts',
          title: 'Accounts',
          likelyConsequences: 'Mails that seem to come from us may ask for passwords',
          role: 'controller' as const,
          categories: ['email'],
          subjects: ['customers'],
          records: 10,
          individuals: 5,
          residence: RESIDENCE,
          risk: 'high' as const,
          significantHarm: 'yes' as const,
        },
        {
          id: 'customers',
          title: 'Customers',
          likelyConsequences: 'Mails that seem to come from us may ask for passwords',
          role: 'processor' as const,
          categories: ['name'],
          subjects: ['customers'],
          records: 10,
          individuals: 5,
        },
      ],
    },
  };
}
