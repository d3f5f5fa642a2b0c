/** What a schema found wrong, in words for whoever sent it. */
import type { z } from 'zod';

/** Problems as "field: what is wrong". The offending value is left out: it may be a secret or personal data. */
export function problemsOf(error: z.ZodError): string[] {
  return error.issues.map((issue) => {
    // The key of a record is a value that somebody sent, unlike the names of the fields above it.
    const path = issue.code === 'invalid_key' ? issue.path.slice(0, -1) : issue.path;
    const where = path.length > 0 ? path.map(String).join('.') : 'message';
    return `${where}: ${issue.code === 'unrecognized_keys' ? unknownFields(issue.keys) : issue.message}`;
  });
}

/** A name is given when it looks like a misspelt field; anything else may be a secret or an address. */
function unknownFields(keys: string[]): string {
  const names = keys.map((key) => (/^[A-Za-z]{1,30}$/.test(key) ? key : '(a name not shown here)'));
  return `unknown field ${names.join(', ')}`;
}
