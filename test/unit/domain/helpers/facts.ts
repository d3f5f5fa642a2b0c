/** The facts of one invented incident, from which each scenario departs. */
import type { z } from 'zod';
import type { AssessmentSchema, DataSetSchema, DeclarationSchema } from '../../../../domain/incident/incident';
import { HOUR_MS, type Instant, toInstant, toMs } from '../../../../domain/kernel/time';

/** Detection: a Wednesday. The scenarios count their hours from here. */
export const T0 = '2026-04-01T02:00:00.000Z';
export const ONCALL = 'oncall@example.com';
export const COUNSEL = 'counsel@example.com';

/** The instant `hours` after the detection. */
export function at(hours: number, from: Instant = T0): Instant {
  return toInstant(toMs(from) + Math.round(hours * HOUR_MS));
}

type DataSetInput = z.input<typeof DataSetSchema>;
export type AssessmentInput = z.input<typeof AssessmentSchema>;
export type DeclarationInput = z.input<typeof DeclarationSchema>;

/** The people that a residence accounts for: what a data set holds where a test says nothing else. */
function peopleIn(residence: DataSetInput['residence']): number {
  const counts = Object.values(residence ?? {});
  return counts.length === 0 || counts.includes(null) ? 400 : counts.reduce<number>((sum, n) => sum + n!, 0);
}

const ACCOUNTS = { DE: 200, FR: 150, CA: 50 };

/** Accounts of the company's own customers: it is the controller. High risk, people in Germany, France and Canada. */
export const accounts = (over: Partial<DataSetInput> = {}): DataSetInput => ({
  id: 'accounts',
  title: 'Account data',
  role: 'controller',
  categories: ['name', 'login'],
  subjects: ['customers'],
  likelyConsequences: 'Phishing with real names',
  records: 1200,
  individuals: peopleIn(over.residence ?? ACCOUNTS),
  residence: ACCOUNTS,
  protection: { encrypted: 'no', keysTaken: 'no' },
  risk: 'high',
  significantHarm: 'yes',
  ...over,
});

/** What customers store: the company is their processor. */
export const stored = (over: Partial<DataSetInput> = {}): DataSetInput => ({
  id: 'stored',
  title: 'Customer content',
  role: 'processor',
  categories: ['contents of projects'],
  records: 9000,
  individuals: peopleIn(over.residence ?? { DE: 3000 }),
  residence: { DE: 3000 },
  risk: 'risk',
  significantHarm: 'no',
  ...over,
});

/** Why the risk is what it is assessed as. */
export const RISK_JUDGEMENT = {
  method: 'EDPB Guidelines 9/2022',
  reasoning: 'Names and logins only, and the log shows what was read',
};

/** What each workspace holds of the stored data; of a smaller set a test says its own. */
function numbersWithin(dataSets: DataSetInput[] = []): AssessmentInput['perWorkspace'] {
  const { individuals = 3000, records = 9000 } = dataSets.find(({ id }) => id === 'stored') ?? {};
  if (Number(individuals) < 1000 || Number(records) < 9000) return {};
  const own = ['ws-1', 'ws-2', 'ws-3'].map((id) => [id, { individuals: 1000, records: 3000 }]);
  return { stored: Object.fromEntries(own) };
}

/** A complete assessment: both roles, three countries, high risk. */
export const assessment = (over: Partial<AssessmentInput> = {}): AssessmentInput => ({
  personalData: 'yes',
  dataSets: over.personalData === 'no' ? [] : [accounts(), stored()],
  workspaces: ['ws-1', 'ws-2'],
  plainSummary: 'Somebody read parts of our database with a key that had become public',
  perWorkspace: numbersWithin(over.dataSets),
  likelyConsequences: 'Phishing with real names',
  riskJudgement: RISK_JUDGEMENT,
  individualSteps: ['Change your password'],
  periodFrom: at(-5),
  periodTo: at(1),
  ...over,
});

export const declaration = (over: Partial<DeclarationInput> = {}): DeclarationInput => ({
  id: 'INC-2026-001',
  title: 'Deploy key leaked',
  kind: 'credential-leak',
  howItOccurred: 'A deploy key was printed to a build log',
  severity: 'sev1',
  owner: ONCALL,
  detectedAt: T0,
  declaredAt: at(0.25),
  declaredBy: ONCALL,
  source: 'audit log',
  affects: ['confidentiality'],
  systems: ['api', 'ci-runner'],
  serviceAffecting: true,
  ...over,
});
