import { assertSealed } from './loopback';

/** A receiver of signed webhooks (Standard Webhooks). */
export interface SignedWebhookConfig {
  url: string;
  /** `whsec_` and the key in base64. */
  secret: string;
}

/** Throws unless it is an https address (or one of this machine) without a password, and a secret that is long enough. */
export function checkWebhook(field: string, webhook: SignedWebhookConfig): void {
  if (!URL.canParse(webhook.url) || !/^https?:$/.test(new URL(webhook.url).protocol)) {
    throw new Error(`${field}.url is not an http(s) address: give one like https://hooks.example.com/containment`);
  }
  const { username, password } = new URL(webhook.url);
  if (username || password)
    throw new Error(`${field}.url holds a user or a password: leave them out, messages are signed`);
  assertSealed(`${field}.url`, webhook.url);
  const key = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(webhook.secret)?.[1];
  if (!key || Buffer.from(key, 'base64').length < 24) {
    throw new Error(`${field}.secret must be "whsec_" and at least 24 random bytes in base64 (Standard Webhooks)`);
  }
}
