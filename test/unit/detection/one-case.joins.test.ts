/** What is milder about a thing goes to the graver case that there is; what is graver is a case of its own. */
import { openTriage, type TriageCases } from '../../../detection/intake/inbox/open-triage';
import { github } from '../../../detection/intake/sources/github';
import type { Detection } from '../../../domain/detection/detection';
import { loadDetectionRules } from '../../../policy/load-detection-rules';
import { detection, judged, RULES } from '../domain/helpers/detections';

const DAY = '2026-11-28';

/** Opens or joins as the dispatcher does; gives the cases, each with what came to it. */
function world() {
  const cases = new Map<string, { rule: string; severities: string[] }>();
  const client = {
    find: async (id: string) => cases.has(id) && { caseStatus: 'waiting' },
    view: async () => undefined,
    async signalWithStart(
      start: { id: string; input: { judgement: object & { rule: string } } },
      _: string,
      sent: { severity: string },
    ) {
      expect(start.input.judgement).not.toHaveProperty('joins');
      const it = cases.get(start.id) ?? { rule: start.input.judgement.rule, severities: [] };
      it.severities.push(sent.severity);
      cases.set(start.id, it);
      return { id: start.id, late: false };
    },
  } as unknown as TriageCases;
  return {
    cases: () => [...cases.values()],
    detect: async (given: Detection) => void (await openTriage(client, given, judged(given), RULES)),
  };
}

const secret = (action: string, validity: string, minute: number, publicly_leaked = false) =>
  github.parse(
    {
      headers: { 'x-github-event': 'secret_scanning_alert' },
      body: Buffer.from(
        JSON.stringify({
          action,
          alert: {
            ...{ number: 42, secret_type: 'aws_access_key_id', validity, state: 'open', publicly_leaked },
            updated_at: `${DAY}T10:${minute}:00Z`,
          },
          repository: { full_name: 'acme/api', private: true },
        }),
      ),
    },
    { source: 'github', scope: 'platform', now: Date.parse(`${DAY}T12:00:00Z`) },
  ).detections[0]!;

test('a secret that works, leaks and is then found inactive is one case, in which that is news', async () => {
  const { cases, detect } = world();
  await detect(secret('created', 'active', 10));
  await detect(secret('publicly_leaked', 'active', 11, true));
  await detect(secret('validated', 'inactive', 12, true));
  expect(cases()).toEqual([{ rule: 'secret-exposed', severities: ['sev2', 'sev1', 'sev4'] }]);
});

test('one that was not known to work, and does, is a case that rings by its own rule; what follows is counted in that', async () => {
  const { cases, detect } = world();
  await detect(secret('created', 'unknown', 10));
  await detect(secret('validated', 'active', 11));
  await detect(secret('validated', 'inactive', 12));
  expect(cases()).toEqual([
    { rule: 'secret-in-repository', severities: ['sev3'] },
    { rule: 'secret-exposed', severities: ['sev2', 'sev4'] },
  ]);
});

test('one that is inactive from the start is a case: it may have been used', async () => {
  const { cases, detect } = world();
  await detect(secret('created', 'inactive', 10));
  expect(cases()).toEqual([{ rule: 'secret-in-repository', severities: ['sev4'] }]);
});

test('alerts of a sender that names what they belong to, and of one that does not', async () => {
  const { cases, detect } = world();
  const alert = (severity: string, eventId: string, correlationId?: string) =>
    detection({ severity, eventId, correlationId, indicators: [] });
  for (const [at, severity] of ['sev3', 'sev1', 'sev2', 'sev4'].entries())
    await detect(alert(severity, `a-${at}`, 'metric 4'));
  expect(cases().map(({ severities }) => severities)).toEqual([['sev3'], ['sev1', 'sev2', 'sev4']]);
  for (const severity of ['sev1', 'sev3']) await detect(alert(severity, `b-${severity}`));
  expect(cases()).toHaveLength(4);
});

test('the rules that are joined have the same fields and window', () => {
  const { rules } = loadDetectionRules().rules;
  const joining = rules.filter((rule) => 'dedupe' in rule && rule.dedupe.joins);
  expect(joining.map(({ id }) => id)).toEqual(['secret-in-repository', 'alert-sev2', 'alert-minor']);
});
