/** What comes from a configured source is a detection, an event, or counted and kept: it is never dropped unseen. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import type { Source } from '../../../detection/intake/config';
import { Refusal } from '../../../detection/intake/refusal';
import { Receiver } from '../../../detection/intake/server/receiver';
import type { SourceAdapter, Untaken } from '../../../detection/intake/sources/adapter';
import { authentication } from '../../../detection/intake/sources/authentication';
import { cloudevents } from '../../../detection/intake/sources/cloudevents';
import { cloudflare } from '../../../detection/intake/sources/cloudflare';
import { github } from '../../../detection/intake/sources/github';
import { osv } from '../../../detection/intake/sources/osv';
import { sampleText } from '../../../detection/intake/sources/without-secrets';
import type { Detection } from '../../../domain/detection/detection';
import { judge } from '../../../domain/detection/judgement';
import { AUTH_ACTIONS, type AuthEvent } from '../../../domain/sessions/auth-event';
import { loadDetectionRules } from '../../../policy/load-detection-rules';
import { inputs } from '../../setup/inputs';

const caseOf = (name: string) => readFileSync(path.join(__dirname, '../../cases/intake', name), 'utf8');
const { rules } = loadDetectionRules();
const NOW = Date.parse('2026-11-28T12:00:00Z');

/** A receiver that believes every signature, and what it was told to keep. */
function receiving(adapter: SourceAdapter) {
  const kept = { detections: [] as Detection[], events: [] as AuthEvent[], untaken: [] as Untaken[] };
  const source: Source = {
    name: 'field',
    adapter: { ...adapter, verify: () => undefined, deliveryId: undefined },
    secrets: [],
    scope: 'platform',
    perMinute: 1e9,
  };
  const receiver = new Receiver([source], {
    store: async (detections) => void kept.detections.push(...detections),
    authEvents: { consume: async (_source, events) => void kept.events.push(...events) },
    advisories: { consume: async () => undefined },
    untaken: { keep: async (_source, items) => void kept.untaken.push(...items) },
    now: () => NOW,
  });
  const send = (body: string, headers: Record<string, string> = {}) =>
    receiver.receive('field', {
      headers: { 'content-type': 'application/json', ...headers },
      body: Buffer.from(body),
    });
  return { kept, send };
}

const outcomeOf = (detection: Detection) => {
  const judgement = judge(detection, rules);
  return [judgement.rule, judgement.action, judgement.action === 'ignore' ? undefined : judgement.severity];
};

test('a notification of Cloudflare without a type is kept, and a person decides', async () => {
  const { kept, send } = receiving(cloudflare);
  await send(caseOf('cloudflare-without-alert-type.json'));
  expect(kept.detections).toMatchObject([{ type: 'cloudflare.unnamed', phase: 'start', title: 'n' }]);
  expect(outcomeOf(kept.detections[0]!)).toEqual(['edge-other', 'triage', 'sev4']);
});

test('a test of a destination is none, and a time that cannot be read costs itself', async () => {
  const { kept, send } = receiving(cloudflare);
  expect(await send('{"text":"Hello World! This is a test message"}')).toMatchObject({
    note: 'test of the destination',
  });
  expect(kept.detections).toEqual([]);
  await send('{"name":"Route leak","text":"t","ts":"yesterday"}');
  expect(kept.detections).toMatchObject([{ title: 'Route leak', at: new Date(NOW).toISOString() }]);
});

describe('a secret that GitHub found', () => {
  const sent = JSON.parse(caseOf('github-secret-scanning.json')) as { alert: object; repository: object };
  const detect = async (alert: object = {}, repository: object = {}, action = 'created') => {
    const { kept, send } = receiving(github);
    const body = {
      ...sent,
      action,
      alert: { ...sent.alert, ...alert },
      repository: { ...sent.repository, ...repository },
    };
    await send(JSON.stringify(body), { 'x-github-event': 'secret_scanning_alert' });
    return kept.detections[0]!;
  };

  test('goes to triage, with its rotation proposed', async () => {
    const detection = await detect();
    expect(detection).toMatchObject({
      title: 'AWS Access Key ID in example/app, which is public: rotate it at its provider',
      systems: ['example/app'],
      facts: { secret: 'aws_access_key_id', validity: 'active', public: true },
    });
    expect(outcomeOf(detection)).toEqual(['secret-exposed', 'triage', 'sev1']);
  });

  test.each([
    ['active', true, true, 'sev1'],
    ['active', false, false, 'sev1'],
    ['active', false, true, 'sev2'],
    ['unknown', true, true, 'sev2'],
    ['unknown', false, true, 'sev3'],
    [undefined, false, true, 'sev3'],
    ['inactive', true, false, 'sev4'],
  ])(
    'is as severe as validity (%s) and publicity (leaked %s, private %s) make it',
    async (validity, leaked, isPrivate, severity) => {
      expect((await detect({ validity, publicly_leaked: leaked }, { private: isPrivate })).severity).toBe(severity);
    },
  );

  test('is never less severe for working, or for being seen by more people', async () => {
    const validities = ['inactive', 'unknown', 'active'];
    const rank = async (validity: number, leaked: boolean, open: boolean) =>
      -Number(
        (await detect({ validity: validities[validity], publicly_leaked: leaked }, { private: !open })).severity!.slice(
          3,
        ),
      );
    for (const validity of [0, 1, 2])
      for (const leaked of [false, true])
        for (const open of [false, true]) {
          const own = await rank(validity, leaked, open);
          if (validity < 2) expect(await rank(validity + 1, leaked, open)).toBeGreaterThanOrEqual(own);
          expect(await rank(validity, true, open)).toBeGreaterThanOrEqual(own);
          expect(await rank(validity, leaked, true)).toBeGreaterThanOrEqual(own);
        }
  });

  test('is known by its alert whatever happens to it, and the secret itself is not kept', async () => {
    const [first, second] = [await detect(), await detect({ secret: 'AKIAIOSFODNN7EXAMPLE' }, {}, 'validated')];
    expect(second.correlationId).toBe(first.correlationId);
    expect(JSON.stringify(second)).not.toContain('AKIA');
    expect(outcomeOf(await detect({ state: 'resolved' }, {}, 'resolved'))).toEqual([
      'secret-alert-closed',
      'ignore',
      undefined,
    ]);
  });
});

test('an event of GitHub that nothing is known about is counted and kept; a ping is none', async () => {
  const { kept, send } = receiving(github);
  expect(await send('{"zen":"Keep it logically awesome."}', { 'x-github-event': 'ping' })).toMatchObject({
    note: 'ping',
  });
  expect(kept.untaken).toEqual([]);
  expect(await send('{"action":"x"}', { 'x-github-event': 'repository_ruleset' })).toMatchObject({ unknown: 1 });
  expect(kept.untaken).toEqual([{ kind: 'repository_ruleset', problems: [], value: { action: 'x' } }]);
});

test('a body that is refused is counted too, as many senders never look at the answer', async () => {
  const { kept, send } = receiving(github);
  await expect(send('{"action":', { 'x-github-event': 'push' })).rejects.toBeInstanceOf(Refusal);
  expect(kept.untaken).toMatchObject([{ kind: 'refused', problems: [{ field: '(body)' }] }]);
});

describe('a bad event costs itself, not its batch', () => {
  const good = fc.nat().map((n) => ({
    eventId: `e${n}`,
    at: '2026-11-28T10:00:00Z',
    actor: 'anna',
    action: AUTH_ACTIONS[n % AUTH_ACTIONS.length]!,
  }));
  const bad = fc.oneof(
    good.map((event) => ({ ...event, action: 'passkey-added' })),
    good.map((event) => ({ ...event, at: 'yesterday' })),
    good.map(({ actor: _, ...event }) => event),
    fc.constantFrom<unknown>(null, 7, 'text', []),
  );

  test('of sign-ins, as a list and as lines', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(good, { minLength: 1 }), fc.array(bad), fc.boolean(), async (some, others, lines) => {
        const { kept, send } = receiving(authentication);
        const mixed = [...others.slice(0, 1), ...some, ...others.slice(1)];
        const received = lines
          ? await send(mixed.map((each) => JSON.stringify(each)).join('\n'), { 'content-type': 'application/x-ndjson' })
          : await send(JSON.stringify(mixed));
        expect(kept.events.map(({ eventId }) => eventId)).toEqual(some.map(({ eventId }) => eventId));
        expect(kept.untaken).toHaveLength(others.length);
        expect((received.refused ?? []).length > 0).toBe(others.length > 0);
      }),
      { numRuns: inputs(2_000) },
    );
  });

  test('an action that nobody knows is a kind of its own', async () => {
    const { kept, send } = receiving(authentication);
    const event = { eventId: 'e', at: '2026-11-28T10:00:00Z', actor: 'anna', action: 'passkey-added' };
    await expect(send(JSON.stringify(event))).rejects.toMatchObject({ kind: 'invalid', errors: [{ field: 'action' }] });
    expect(kept.untaken.map(({ kind }) => kind)).toEqual(['action passkey-added']);
  });

  test('a line that is no JSON costs itself', async () => {
    const { kept, send } = receiving(authentication);
    const event = { eventId: 'e', at: '2026-11-28T10:00:00Z', actor: 'anna', action: 'login' };
    const body = `${JSON.stringify(event)}\n{"eventId":"cut`;
    const received = await send(body, { 'content-type': 'application/x-ndjson' });
    expect(received).toMatchObject({
      authEvents: 1,
      refused: [{ field: '1', problem: 'is not JSON, or was cut off' }],
    });
    expect(kept.untaken).toHaveLength(1);
  });

  test('of CloudEvents and of advisories', async () => {
    const events = receiving(cloudevents);
    const event = { specversion: '1.0', id: '1', source: '/a', type: 'com.example.odd' };
    const received = await events.send(JSON.stringify([event, { ...event, id: '' }, null, { ...event, id: '2' }]), {
      'content-type': 'application/cloudevents-batch+json',
    });
    expect(received).toMatchObject({ detections: 2, refused: [{ field: '1.id' }, { field: '2' }] });
    const records = receiving(osv);
    const record = { id: 'GHSA-xvch-5gv4-984h', modified: '2026-04-01T00:00:00Z', affected: [] };
    expect(await records.send(JSON.stringify([record, { id: 'GHSA-xvch-5gv4-984i' }]))).toMatchObject({
      detections: 1,
      refused: [{ field: '1.modified' }],
    });
  });
});

test('whatever one event of a source is: it is taken, counted, or a test that means nothing', async () => {
  const word = fc.oneof(
    fc.constantFrom('ping', 'push', 'security_advisory', 'secret_scanning_alert', '__proto__'),
    fc.string(),
  );
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(github, cloudflare, authentication, osv),
      word,
      fc.json(),
      async (adapter, event, body) => {
        const { kept, send } = receiving(adapter);
        const received = await send(body, { 'x-github-event': event }).catch((error: unknown) => {
          if (!(error instanceof Refusal)) throw error;
          return undefined;
        });
        const counted = kept.detections.length + kept.events.length + kept.untaken.length;
        const isEmptyList = /^\s*(\[\s*\]|\{"(events|vulns)":\[\]\})\s*$/.test(body);
        expect(counted > 0 || received?.note !== undefined || isEmptyList).toBe(true);
      },
    ),
    { numRuns: inputs(5_000) },
  );
});

test('what is kept for a person to look at has no mail address and no secret, and is never long', () => {
  const text = sampleText({
    sender: { email: 'anna@example.com' },
    client_secret: 'hunter2',
    list: Array.from({ length: 100 }, () => 'x'.repeat(1_000)),
  });
  expect(text).not.toMatch(/anna@|hunter2/);
  fc.assert(
    fc.property(fc.anything({ maxDepth: 4 }), (value) => {
      let told: string | undefined;
      try {
        told = JSON.stringify(value);
      } catch {
        return; // no value that JSON holds
      }
      if (told === undefined) return;
      const sample = sampleText(JSON.parse(told));
      if (sample === undefined) return;
      expect(sample.length).toBeLessThanOrEqual(16_384);
      expect(sample).not.toMatch(/[\p{Cc}\p{Surrogate}]/u);
    }),
    { numRuns: inputs(5_000) },
  );
});
