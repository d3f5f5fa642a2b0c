import { sha256Hex } from '../storage/artefacts';
import type { EscalationPort, PagedCase } from './escalation-port';
import { postSigned } from './post-json';

/** `secret`: `whsec_` and base64, as Standard Webhooks has it. */
export interface EscalationWebhookConfig {
  url: string;
  secret: string;
}

/**
 * Pages through a webhook of your own, signed as Standard Webhooks says. A repeat has the same `webhook-id`, by which the
 * receiver drops it. People are named by their handle.
 */
export function createWebhookPort({ url, secret }: EscalationWebhookConfig): EscalationPort {
  const send = (type: string, { key, caseId, severity, title, at }: PagedCase & { key: string }, data: object) => {
    const id = `esc_${sha256Hex(key).slice(0, 32)}`;
    const body = JSON.stringify({ type, timestamp: at, data: { case: caseId, severity, title, ...data } });
    return postSigned({ service: 'the escalation webhook', url, secret, id, body });
  };
  return {
    name: 'webhook',
    page: (page) => {
      const { attempt, level, person, alarms, digest } = page;
      return send('escalation.page', page, { attempt, level, person: person.handle, alarms, ...digest });
    },
    acknowledged: (note) => {
      const { by, alarms, remaining } = note;
      return send('escalation.acknowledged', note, { by, alarms, remaining });
    },
    resolved: (note) => send('escalation.resolved', note, { reason: note.reason }),
  };
}
