/** Why a server did not answer, in words of somebody who can mend it. Codes are those of Node.js, undici and OpenSSL. */

/** By the code of the error: https://nodejs.org/api/errors.html, https://nodejs.org/api/tls.html#x509-certificate-error-codes */
const WHY: Record<string, string> = {
  ECONNREFUSED: 'nothing listens there',
  ENOTFOUND: 'its name is not known here: is it spelt right, and are you on the network or VPN that knows it?',
  EAI_AGAIN: 'its name cannot be looked up now: is the network up?',
  EHOSTUNREACH: 'there is no way to it from here',
  ENETUNREACH: 'there is no way to it from here',
  ETIMEDOUT: 'it does not answer in time',
  UND_ERR_CONNECT_TIMEOUT: 'it does not answer in time',
  UND_ERR_HEADERS_TIMEOUT: 'it does not answer in time',
  ECONNRESET: 'the connection was closed before it answered',
  UND_ERR_SOCKET: 'the connection was closed before it answered',
  CERT_HAS_EXPIRED: 'its certificate has expired: whoever runs it must renew it',
  CERT_NOT_YET_VALID: 'its certificate is not valid yet: is the clock of this machine right?',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is self-signed',
  SELF_SIGNED_CERT_IN_CHAIN: 'this machine does not trust the CA that issued its certificate',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'this machine does not trust the CA that issued its certificate',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'this machine does not trust the CA that issued its certificate',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another name',
  ERR_SSL_WRONG_VERSION_NUMBER: 'it does not speak TLS there',
  EPROTO: 'it does not speak TLS there',
};

/** What a private CA needs. */
const TRUST = ": set NODE_EXTRA_CA_CERTS to the file with the CA's certificate";
const UNTRUSTED = /SELF_SIGNED|UNABLE_TO_(VERIFY|GET)/;

/** Codes with which nothing of a request was sent. */
const NOT_SENT =
  /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|UND_ERR_CONNECT_TIMEOUT|CERT_|DEPTH_|SELF_|UNABLE_|ERR_TLS|ERR_SSL|EPROTO)/;

/** Completes "it cannot be reached". Nothing of the request stands in it. */
export function whyUnreachable(url: string, error: unknown): string {
  if (isTimeout(error)) return 'it does not answer in time';
  const code = codeOf(error);
  const why = code && WHY[code];
  if (!why) return code ? `the connection failed (${code})` : 'the connection failed';
  if (UNTRUSTED.test(code)) return `${why}${TRUST}`;
  // A server of plain HTTP closes a connection that begins with TLS.
  return url.startsWith('https:') && /^E?(PROTO|CONNRESET)$/.test(code) ? `${why} (is it https?)` : why;
}

/** Whether something of a request may have arrived. */
export function reached(error: unknown): boolean {
  const code = codeOf(error);
  return code === undefined || !NOT_SENT.test(code);
}

function isTimeout(error: unknown): boolean {
  return (error as { name?: unknown } | undefined)?.name === 'TimeoutError';
}

/** Whether an error says that there was no connection, and not that what answered was wrong. */
export function isUnreachable(error: unknown): boolean {
  return isTimeout(error) || codesOf(error).some((code) => Object.hasOwn(WHY, code));
}

/** The code that says most: one of those above, else the first. */
function codeOf(error: unknown): string | undefined {
  const codes = codesOf(error);
  return codes.find((code) => Object.hasOwn(WHY, code)) ?? codes[0];
}

/** The codes down the chain of causes; of an AggregateError those of its first part. */
function codesOf(error: unknown): string[] {
  const codes: string[] = [];
  let at = error as { code?: unknown; cause?: unknown; errors?: unknown[] } | undefined;
  while (typeof at === 'object' && at !== null) {
    if (typeof at.code === 'string') codes.push(at.code);
    at = (at.cause ?? at.errors?.[0]) as typeof at;
  }
  return codes;
}
