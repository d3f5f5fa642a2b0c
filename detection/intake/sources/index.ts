/** The formats that sources speak, by name. */
import type { SourceAdapter } from './adapter';
import { authentication } from './authentication';
import { cloudevents } from './cloudevents';
import { cloudflare } from './cloudflare';
import { ftagent } from './ftagent';
import { github } from './github';
import { osv } from './osv';
import { standardWebhooks } from './standard-webhooks';

export const ADAPTERS = {
  'standard-webhooks': standardWebhooks,
  cloudflare,
  ftagent,
  github,
  osv,
  authentication,
  cloudevents,
} as const satisfies Record<string, SourceAdapter>;

/** A format that a source of the configuration may have. */
export type IntakeFormat = keyof typeof ADAPTERS;
export const INTAKE_FORMATS = Object.keys(ADAPTERS) as [IntakeFormat, ...IntakeFormat[]];
