/** Fetches what an issuer publishes: a small JSON document from the very address that was given. */
import { isLoopbackHost, isSealedOnItsWay } from '../../platform/loopback-host';

const MOST_BYTES = 262_144;
const TIMEOUT_MS = 5_000;

/** A `fetch` that follows no redirect, waits five seconds at most and reads 256 KiB at most. */
export async function boundedFetch(url: string, init: RequestInit = {}): Promise<Response> {
  const { signal } = init;
  const late = AbortSignal.timeout(TIMEOUT_MS);
  const response = await fetch(url, {
    ...init,
    redirect: 'error',
    credentials: 'omit',
    signal: signal ? AbortSignal.any([signal, late]) : late,
  });
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length;
    if (bytes > MOST_BYTES) throw new Error(`answers with more than ${MOST_BYTES} bytes`);
    chunks.push(chunk);
  }
  const type = response.headers.get('content-type');
  return new Response(Buffer.concat(chunks), {
    status: response.status === 204 ? 200 : response.status,
    ...(type && { headers: { 'content-type': type } }),
  });
}

/**
 * What is wrong with an address of an issuer's, or of its keys; `undefined` where nothing is. It is over TLS or on this
 * machine; keys are on this machine only where the issuer is, so that no document of a remote one leads us to servers here.
 */
export function addressProblem(address: string, issuer = address): string | undefined {
  if (!URL.canParse(address)) return 'must be an address';
  const { protocol, username, password, hostname } = new URL(address);
  if (!['https:', 'http:'].includes(protocol) || username || password || !isSealedOnItsWay(address))
    return 'must be an https address without a login (http on this machine alone)';
  if (isLoopbackHost(hostname) && !isLoopbackHost(new URL(issuer).hostname))
    return 'must not lead to this machine, where the issuer is another one';
  return undefined;
}
