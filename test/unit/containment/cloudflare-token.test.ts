import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { createContainment, fileVault } from '../../../activities/containment';
import { folder, recorder, rotate } from './fixtures';

async function setUp(leaked?: string) {
  const dir = folder();
  const cloudflare = await recorder({ tokens: { own: 'own-secret', ...(leaked && { 'deploy-key': leaked }) } });
  const port = createContainment({
    exercise: false,
    timeoutMs: 2_000,
    providers: {
      cloudflare: { apiToken: 'own-secret', scope: { accountId: 'acc' }, baseURL: cloudflare.cloudflareUrl },
    },
    vault: { folder: dir },
  });
  const vault = fileVault(dir);
  if (leaked) await vault.put('cloudflare-token/deploy-key', leaked);
  const rolls = () => cloudflare.requests({ method: 'PUT', path: '/value' }).length;
  return { cloudflare, port, vault, dir, rolls };
}

describe('rolling a Cloudflare token', () => {
  it('puts the new secret into the vault, and sees the old one fail and the new one work', async () => {
    const { port, vault, rolls } = await setUp('leaked-secret');
    const result = await port.apply(rotate('cloudflare-token', 'deploy-key'));
    expect(result).toMatchObject({
      outcome: 'verified',
      detail: expect.stringMatching(/old one is rejected, the new one works/),
    });
    const secret = await vault.get('cloudflare-token/deploy-key');
    expect(secret).toMatch(/^\S{30,}$/);
    expect(secret).not.toBe('leaked-secret');
    expect(JSON.stringify(result)).not.toContain(secret);
    expect(rolls()).toBe(1);
  });

  it('does not roll again when it is asked again after success', async () => {
    const { port, vault, rolls } = await setUp('leaked-secret');
    const first = await port.apply(rotate('cloudflare-token', 'deploy-key'));
    const secret = await vault.get('cloudflare-token/deploy-key');
    expect(await port.apply(rotate('cloudflare-token', 'deploy-key'))).toEqual(first);
    expect(await vault.get('cloudflare-token/deploy-key')).toBe(secret);
    expect(rolls()).toBe(1);
    await port.apply(rotate('cloudflare-token', 'deploy-key', { incidentId: 'INC-2' }));
    expect(rolls()).toBe(2);
  });

  it('rolls again when the answer with the secret was lost, and ends consistent', async () => {
    const { cloudflare, port, vault, rolls } = await setUp('leaked-secret');
    const original = cloudflare.faults.losesAnswer.bind(cloudflare.faults);
    let lost = false;
    cloudflare.faults.losesAnswer = (reply) => {
      if (lost || reply.request.method !== 'PUT') return original(reply);
      lost = true;
      reply.hijack();
      reply.raw.destroy();
      return true;
    };
    await expect(port.apply(rotate('cloudflare-token', 'deploy-key'))).rejects.toMatchObject({
      type: 'ContainmentUnavailable',
    });
    expect((await port.apply(rotate('cloudflare-token', 'deploy-key'))).outcome).toBe('verified');
    expect(rolls()).toBe(2);
    const response = await fetch(`${cloudflare.cloudflareUrl}/user/tokens/verify`, {
      headers: { authorization: `Bearer ${await vault.get('cloudflare-token/deploy-key')}` },
    });
    expect(response.status).toBe(200);
  });

  it('goes on with the verification when only that failed', async () => {
    const { cloudflare, port, rolls } = await setUp('leaked-secret');
    const untouched = cloudflare.faults.before.bind(cloudflare.faults);
    let calls = 0;
    cloudflare.faults.before = async () => (++calls === 3 ? 503 : untouched());
    await expect(port.apply(rotate('cloudflare-token', 'deploy-key'))).rejects.toMatchObject({
      type: 'ContainmentUnavailable',
    });
    expect((await port.apply(rotate('cloudflare-token', 'deploy-key'))).outcome).toBe('verified');
    expect(rolls()).toBe(1);
  });

  it('rolls once more when somebody else rolled in between', async () => {
    const { cloudflare, port, rolls } = await setUp('leaked-secret');
    const untouched = cloudflare.faults.before.bind(cloudflare.faults);
    let calls = 0;
    cloudflare.faults.before = async () => {
      if (++calls === 3) {
        await fetch(`${cloudflare.cloudflareUrl}/user/tokens/deploy-key/value`, {
          method: 'PUT',
          headers: { authorization: 'Bearer person' },
        });
      }
      return untouched();
    };
    await expect(port.apply(rotate('cloudflare-token', 'deploy-key'))).rejects.toMatchObject({
      type: 'ContainmentNotVerified',
      nonRetryable: false,
    });
    expect((await port.apply(rotate('cloudflare-token', 'deploy-key'))).outcome).toBe('verified');
    expect(rolls()).toBe(3);
  });

  it('says what was not tested when the old secret is unknown', async () => {
    const { port } = await setUp();
    expect(await port.apply(rotate('cloudflare-token', 'deploy-key'))).toMatchObject({
      outcome: 'applied',
      detail: expect.stringMatching(/not tested: that the old one fails/),
    });
  });

  it('refuses to roll the token that Tocsin itself works with', async () => {
    const { port, rolls } = await setUp();
    expect(await port.apply(rotate('cloudflare-token', 'own'))).toMatchObject({
      outcome: 'refused',
      detail: expect.stringMatching(/Tocsin itself/),
    });
    expect(rolls()).toBe(0);
  });

  it('refuses to roll any token where Cloudflare does not tell which one is its own', async () => {
    const { cloudflare, port, rolls } = await setUp('leaked-secret');
    cloudflare.faults.before = async () => 403;
    expect(await port.apply(rotate('cloudflare-token', 'deploy-key'))).toMatchObject({
      outcome: 'refused',
      detail: expect.stringMatching(/the one Tocsin itself works with, as Cloudflare does not tell/),
    });
    expect(rolls()).toBe(0);
  });

  it('forgets the leaked secret once it was seen to fail', async () => {
    const { port, dir } = await setUp('leaked-secret');
    await port.apply(rotate('cloudflare-token', 'deploy-key'));
    for (const name of readdirSync(dir))
      expect(readFileSync(path.join(dir, name), 'utf8')).not.toContain('leaked-secret');
  });

  it('cannot be undone, and says so', async () => {
    const { port } = await setUp();
    expect((await port.undo(rotate('cloudflare-token', 'deploy-key'))).outcome).toBe('refused');
  });

  it('is refused without a vault: a secret that goes nowhere would be lost', async () => {
    const cloudflare = await recorder();
    const port = createContainment({
      exercise: false,
      providers: { cloudflare: { apiToken: 't', scope: { zoneId: 'z' }, baseURL: cloudflare.cloudflareUrl } },
    });
    expect(await port.apply(rotate('cloudflare-token', 'deploy-key'))).toMatchObject({
      outcome: 'refused',
      internal: expect.stringMatching(/vault/),
    });
    expect(cloudflare.requests()).toEqual([]);
  });
});
