import { createContainment } from '../../../activities/containment';
import type { CloudflareRecorder } from '../../../stack/cloudflare-recorder';
import { block, recorder } from './fixtures';

async function setUp(mode?: 'block' | 'managed_challenge') {
  const cloudflare = await recorder();
  const port = createContainment({
    exercise: false,
    timeoutMs: 2_000,
    providers: {
      cloudflare: {
        apiToken: 'own-token',
        scope: { accountId: 'acc' },
        baseURL: cloudflare.cloudflareUrl,
        ...(mode && { mode }),
      },
    },
  });
  return { cloudflare, port };
}

async function ruleOfSomebodyElse(
  cloudflare: CloudflareRecorder,
  mode: string,
  value = '203.0.113.7',
  target = 'ip',
  notes = 'by hand',
) {
  const response = await fetch(`${cloudflare.cloudflareUrl}/accounts/acc/firewall/access_rules/rules`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: 'Bearer person' },
    body: JSON.stringify({ mode, configuration: { target, value }, notes }),
  });
  expect(response.status).toBe(200);
}

const writes = (cloudflare: CloudflareRecorder) => cloudflare.requests().filter((each) => each.method !== 'GET');

describe('blocking a source', () => {
  it('makes one rule that names the incident, and sees it in the list', async () => {
    const { cloudflare, port } = await setUp();
    const result = await port.apply(block('203.0.113.7'));
    expect(result.outcome).toBe('verified');
    expect(cloudflare.rules().map(({ rule }) => [rule.mode, rule.configuration, rule.notes])).toEqual([
      ['block', { target: 'ip', value: '203.0.113.7' }, 'tocsin INC-1'],
    ]);
  });

  it.each(['203.0.113.0/24', '2001:db8:9::1', '2001:db8:9::/48', 'asn:64501', 'country:KP'])(
    'takes %s, and finds it again',
    async (source) => {
      const { cloudflare, port } = await setUp();
      expect((await port.apply(block(source))).outcome).toBe('verified');
      const { outcome, detail, internal } = await port.apply(block(source));
      expect(outcome).toBe('verified');
      // What an authority may read has no id of a rule.
      const { id } = cloudflare.rules()[0]!.rule;
      expect([detail.includes(id), internal]).toEqual([false, `rule ${id}`]);
      expect(writes(cloudflare)).toHaveLength(1);
      expect((await port.undo(block(source))).outcome).toBe('undone');
      expect(cloudflare.rules()).toEqual([]);
    },
  );

  it('makes no second rule when the answer to the first was lost', async () => {
    const { cloudflare, port } = await setUp();
    const original = cloudflare.faults.losesAnswer.bind(cloudflare.faults);
    let lost = false;
    // The list comes first: lose the answer to the write only.
    cloudflare.faults.losesAnswer = (reply) => {
      if (lost || reply.request.method !== 'POST') return original(reply);
      lost = true;
      reply.hijack();
      reply.raw.destroy();
      return true;
    };
    await expect(port.apply(block('203.0.113.7'))).rejects.toMatchObject({
      type: 'ContainmentUnavailable',
      nonRetryable: false,
    });
    expect((await port.apply(block('203.0.113.7'))).outcome).toBe('verified');
    expect(cloudflare.rules()).toHaveLength(1);
    expect(writes(cloudflare)).toHaveLength(1);
  });

  it('looks again when Cloudflare says that there is one (10009)', async () => {
    const { cloudflare, port } = await setUp();
    const answers = await Promise.all([1, 2, 3, 4].map(() => port.apply(block('203.0.113.7'))));
    expect(answers.map((each) => each.outcome)).toEqual(Array(4).fill('verified'));
    expect(cloudflare.rules()).toHaveLength(1);
  });

  it('finds an IPv6 rule however it is spelled', async () => {
    const { cloudflare, port } = await setUp();
    await ruleOfSomebodyElse(cloudflare, 'block', '2001:0DB8:0009:0000:0000:0000:0000:0001', 'ip6');
    expect((await port.apply(block('2001:db8:9::1'))).detail).toMatch(/already blocked by another rule/);
    expect(cloudflare.rules()).toHaveLength(1);
  });

  it('leaves a rule of somebody else alone, says so, and keeps it on undo', async () => {
    const { cloudflare, port } = await setUp();
    await ruleOfSomebodyElse(cloudflare, 'block');
    expect(await port.apply(block('203.0.113.7'))).toMatchObject({
      outcome: 'verified',
      detail: expect.stringMatching(/already blocked by another rule/),
    });
    expect(await port.undo(block('203.0.113.7'))).toMatchObject({
      outcome: 'undone',
      detail: expect.stringMatching(/no rule of this incident.*somebody else stays/),
    });
    expect(cloudflare.rules()).toHaveLength(1);
  });

  it('does not take the rule of an incident with a longer id for its own', async () => {
    const { cloudflare, port } = await setUp();
    await ruleOfSomebodyElse(cloudflare, 'block', '203.0.113.7', 'ip', 'tocsin INC-12');
    await port.undo(block('203.0.113.7'));
    expect(cloudflare.rules()).toHaveLength(1);
  });

  it('refuses to override an allow rule of somebody else', async () => {
    const { cloudflare, port } = await setUp();
    await ruleOfSomebodyElse(cloudflare, 'whitelist');
    expect(await port.apply(block('203.0.113.7'))).toMatchObject({
      outcome: 'refused',
      detail: expect.stringMatching(/says whitelist/),
      internal: expect.stringMatching(/change rule .* by hand/),
    });
    expect(cloudflare.rules().map(({ rule }) => rule.mode)).toEqual(['whitelist']);
  });

  it('takes a stricter rule as good enough for a challenge', async () => {
    const { cloudflare, port } = await setUp('managed_challenge');
    await ruleOfSomebodyElse(cloudflare, 'block');
    expect((await port.apply(block('203.0.113.7'))).outcome).toBe('verified');
    await port.apply(block('203.0.113.8'));
    expect(cloudflare.rules().map(({ rule }) => rule.mode)).toEqual(['block', 'managed_challenge']);
  });

  it('sends nothing for a protected source', async () => {
    const { cloudflare, port } = await setUp();
    expect((await port.apply(block('0.0.0.0/0'))).outcome).toBe('refused');
    expect(cloudflare.requests()).toEqual([]);
  });

  it.each([
    [500, 'ContainmentUnavailable', false],
    [429, 'ContainmentUnavailable', false],
    [403, 'ContainmentDenied', false],
    [400, 'ContainmentRejected', true],
  ])('maps status %i to %s', async (status, type, nonRetryable) => {
    const { cloudflare, port } = await setUp();
    cloudflare.faults.set({ failNext: 1, failStatus: status });
    const error = await port.apply(block('203.0.113.7')).catch((thrown) => thrown);
    expect(error).toMatchObject({ type, nonRetryable, message: expect.stringContaining(String(status)) });
    expect(error.cause).toBeUndefined();
    expect(cloudflare.requests()).toHaveLength(1);
  });
});
