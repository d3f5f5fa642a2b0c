import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { runCommand } from '../platform/run-command';

const ANSWER_WITHIN_MS = 5_000;
const STALLED_AFTER_MS = 10_000;

/**
 * Downloads a server from Temporal's download host, the release that belongs to the installed SDK.
 * Gives up quickly where the host is out of reach: no answer within 5 s, or no byte for 10 s. `onMib` hears how much
 * has come. Answers the path of the server within the archive. Rejects with the reason; a partial file is removed.
 */
export async function download(
  artifact: 'cli' | 'temporal-test-server',
  query: Record<string, string>,
  file: string,
  onMib: (mib: number) => void,
): Promise<{ fileToExtract: string }> {
  const url = new URL(`https://temporal.download/${artifact}/default`);
  const platform = { linux: 'linux', darwin: 'darwin', win32: 'windows' }[process.platform as string];
  const arch = { x64: 'amd64', arm64: 'arm64' }[process.arch as string];
  if (!platform || !arch) throw new Error(`no download of ${artifact} for ${process.platform} ${process.arch}`);
  const all = { arch, platform, ...query, 'sdk-name': 'sdk-typescript', 'sdk-version': sdkVersion() };
  for (const [key, value] of Object.entries(all)) url.searchParams.set(key, value);
  const about = await fetchOk(url.href);
  const { archiveUrl, fileToExtract } = (await about.json()) as { archiveUrl: string; fileToExtract: string };

  const stalled = new AbortController();
  const response = await fetchOk(archiveUrl, stalled);
  let bytes = 0;
  const restart = () => setTimeout(() => stalled.abort(new Error('the download stalled')), STALLED_AFTER_MS);
  let timer = restart();
  const count = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      clearTimeout(timer);
      timer = restart();
      bytes += chunk.length;
      onMib(Math.round(bytes / 1_048_576));
      done(null, chunk);
    },
  });
  try {
    await pipeline(
      Readable.fromWeb(response.body as Parameters<typeof Readable.fromWeb>[0]),
      count,
      createWriteStream(file),
    );
  } catch (error) {
    await rm(file, { force: true });
    throw error;
  } finally {
    clearTimeout(timer);
  }
  return { fileToExtract };
}

/** Unpacks a .tar.gz into a folder with the system's tar, and removes the archive. Rejects when it is damaged. */
export async function extractTarGz(archive: string, into: string): Promise<void> {
  await runCommand('tar', ['-xzf', archive, '-C', into], { timeoutMs: 120_000 });
  await rm(archive);
}

async function fetchOk(url: string, control = new AbortController()): Promise<Response> {
  const late = () => control.abort(new Error(`no answer within ${ANSWER_WITHIN_MS} ms`));
  const timer = setTimeout(late, ANSWER_WITHIN_MS);
  try {
    const response = await fetch(url, { signal: control.signal });
    if (!response.ok || !response.body) throw new Error(`${new URL(url).host} answered ${response.status}`);
    return response;
  } catch (error) {
    const { message, cause } = error as Error & { cause?: Error };
    throw new Error(`${new URL(url).host}: ${cause?.message ?? message}`);
  } finally {
    clearTimeout(timer);
  }
}

function sdkVersion(): string {
  return (require('@temporalio/client/package.json') as { version: string }).version;
}
