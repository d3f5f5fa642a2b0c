/** One of Cloudflare's errors, as its envelope lists them. */
export class CloudflareFailure extends Error {
  constructor(
    readonly statusCode: number,
    readonly code: number,
    message: string,
  ) {
    super(message);
  }
}

/** Cloudflare's answer to a success. `result_info` comes with lists. */
export function success(result: unknown, resultInfo?: object): object {
  return { success: true, errors: [], messages: [], result, ...(resultInfo && { result_info: resultInfo }) };
}

/** Cloudflare's answer to a failure. */
export function failure(code: number, message: string): object {
  return { success: false, errors: [{ code, message }], messages: [], result: null };
}
