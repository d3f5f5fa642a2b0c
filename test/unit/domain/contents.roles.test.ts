import { noticeContents } from '../../../domain/incident/contents';
import { DEFAULT_PACKS, loadPolicy } from '../../../policy/load-policy';
import { decide, declare } from './helpers/commands';

const now = '2026-04-01T02:00:00.000Z';
const policy = loadPolicy(DEFAULT_PACKS);

function stateOf() {
  const { state } = declare({
    policy,
    exercise: false,
    now,
    declaration: {
      id: 'INC-1',
      title: 'Leaked key',
      kind: 'credential-leak',
      severity: 'sev1',
      owner: 'lead',
      detectedAt: now,
      declaredAt: now,
      declaredBy: 'oncall',
      source: 'log',
      affects: ['confidentiality'],
      systems: [],
      isolate: [],
      maliciousSources: [],
      credentials: [],
      serviceAffecting: false,
      assessment: {
        personalData: 'yes',
        workspaces: ['ws-1'],
        individualSteps: [],
        dataSets: [
          dataSet('accounts', 'Account data', 'controller', 100, 'risk'),
          dataSet('records', 'Customer records', 'processor', 9000, 'risk'),
          dataSet('newsletter', 'Newsletter', 'controller', 7, 'unlikely'),
        ],
      },
    },
  });
  return decide(state, { command: 'tick' }, policy.pack, now).state;
}

function dataSet(
  id: string,
  title: string,
  role: 'controller' | 'processor',
  individuals: number,
  risk: 'risk' | 'unlikely',
) {
  return {
    id,
    title,
    role,
    categories: ['email'],
    individuals,
    records: individuals * 2,
    residence: { IE: individuals },
    protection: { encrypted: 'no' as const, keysTaken: 'unknown' as const },
    risk,
    significantHarm: 'no' as const,
  };
}

function values(rule: string) {
  const found = policy.pack.obligations.find((r) => r.id === rule)!;
  return Object.fromEntries(noticeContents(found, stateOf(), policy.pack).map((c) => [c.field, c.value]));
}

describe('a notice tells of the data that its own duty is about', () => {
  it('the report to the authority counts what is held as controller and may be at risk', () => {
    const told = values('gdpr-art33-authority');
    expect(told['individuals-count']).toBe('approximately 100');
    expect(told['records-count']).toBe('approximately 200');
    expect(told['data-involved']).toBe('Account data: email');
    expect(told.residence).toBe('Ireland: approximately 100');
  });

  it('the notice to a controller counts what is held for customers as processor', () => {
    const told = values('enterprise-notice');
    expect(told['individuals-count']).toBe('approximately 9,000');
    expect(told['data-involved']).toBe('Customer records: email');
  });
});
