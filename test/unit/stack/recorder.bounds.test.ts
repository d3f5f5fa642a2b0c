/** Whoever can reach the recorder can post to it: what it keeps is bounded, and a web page is no sender. */
import { statSync } from 'node:fs';
import path from 'node:path';
import { startCloudflareRecorder } from '../../../stack/cloudflare-recorder';
import { MOST_BYTES, MOST_REQUESTS, RequestLog } from '../../../stack/cloudflare-recorder/requests';
import { afterFile, temporaryDir } from '../../setup/helpers';

const call = (n: number, body = '') => ({ at: '', method: 'POST', path: `/hooks/${n}`, status: 200, body });

test('so many calls are kept, the latest, also after a restart', () => {
  const file = path.join(temporaryDir('recorder'), 'requests.jsonl');
  const log = new RequestLog(file);
  for (let n = 0; n < MOST_REQUESTS; n++) log.add(call(n));
  expect(log.list()).toHaveLength(MOST_REQUESTS);
  log.add(call(MOST_REQUESTS));
  expect(log.list()).toHaveLength(MOST_REQUESTS / 2);
  expect(log.list().at(-1)!.path).toBe(`/hooks/${MOST_REQUESTS}`);
  expect(new RequestLog(file).list()).toEqual(log.list());
});

test('so many bytes are kept, on disk too', () => {
  const file = path.join(temporaryDir('recorder'), 'requests.jsonl');
  const log = new RequestLog(file);
  const big = 'x'.repeat(1_048_576);
  for (let n = 0; n < 40; n++) {
    log.add(call(n, big));
    expect(statSync(file).size).toBeLessThanOrEqual(MOST_BYTES);
  }
  expect(log.list().at(-1)!.path).toBe('/hooks/39');
});

test('a webhook of 64 KiB is taken and a longer one is not, nor one from a web page', async () => {
  const recorder = await startCloudflareRecorder({ dir: temporaryDir('recorder') });
  afterFile(() => recorder.stop());
  const post = async (length: number, headers: Record<string, string> = {}) =>
    (await fetch(`${recorder.hooksUrl}/x`, { method: 'POST', body: 'x'.repeat(length), headers })).status;
  expect(await post(64 * 1024)).toBe(200);
  expect(await post(64 * 1024 + 1)).toBe(413);
  expect(await post(10, { origin: 'https://evil.example' })).toBe(403);
  expect(await post(10, { 'sec-fetch-site': 'cross-site' })).toBe(403);
  expect(recorder.requests()).toHaveLength(1);
});
