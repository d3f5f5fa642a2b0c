/** The formats that sources speak. Adding one is a file beside this one, and its name in the list. */
import type { SourceAdapter } from './adapter';
import { authentication } from './authentication';
import { cloudevents } from './cloudevents';
import { cloudflare } from './cloudflare';
import { ftagent } from './ftagent';
import { github } from './github';
import { osv } from './osv';
import { resend } from './resend';
import { standardWebhooks } from './standard-webhooks';

export const ADAPTERS: readonly SourceAdapter[] = [
  standardWebhooks,
  cloudflare,
  ftagent,
  github,
  osv,
  authentication,
  cloudevents,
  resend,
];

/** The names of the formats, as a source of the configuration has one. */
export const INTAKE_FORMATS: readonly string[] = ADAPTERS.map(({ format }) => format);

/** What reads a format; `undefined` for one that no source speaks. */
export function adapterOf(format: string): SourceAdapter | undefined {
  return ADAPTERS.find((each) => each.format === format);
}
