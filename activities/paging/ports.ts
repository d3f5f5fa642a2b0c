import { createEmailPort } from './email-port';
import type { EscalationPort } from './escalation-port';
import { createPagerDutyPort, type PagerDutyConfig } from './pagerduty-port';
import type { StaffMailDeps } from './send-once';
import { createSlackPort, type SlackConfig } from './slack-port';
import { createWebhookPort, type EscalationWebhookConfig } from './webhook-port';

/** The ways of paging that are configured; mail always is. */
export function createEscalationPorts(
  config: { slack?: SlackConfig; pagerduty?: PagerDutyConfig; webhook?: EscalationWebhookConfig },
  mail: StaffMailDeps,
): EscalationPort[] {
  return [
    createEmailPort(mail),
    ...(config.slack ? [createSlackPort(config.slack, mail.artefacts, mail.linkMaker)] : []),
    ...(config.pagerduty ? [createPagerDutyPort(config.pagerduty)] : []),
    ...(config.webhook ? [createWebhookPort(config.webhook)] : []),
  ];
}
