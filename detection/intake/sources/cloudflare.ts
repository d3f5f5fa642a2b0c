/**
 * Cloudflare Notifications by webhook: a static secret in `cf-webhook-auth`, no signature. START and END of an alert share
 * `alert_correlation_id`. When a destination is created a test is posted that must be taken and means nothing. No field is
 * required (developers.cloudflare.com/notifications/reference/webhook-payload-schema): what is missing or wrong costs itself.
 */
import { AT_RECEIPT } from '../../../domain/detection/detection';
import type { SourceAdapter } from './adapter';
import {
  asId,
  asIndicators,
  asInstant,
  asObject,
  asText,
  asTexts,
  asType,
  detectionOf,
  digestOf,
  eventIdOf,
  factsOf,
  invalid,
  json,
  objectAt,
} from './reading';
import { badSignature, header, plainSecretProblem, tokenHolds } from './signatures';

/** Of `data`, what rules may match on; the rest may name people and stays out. */
const FACTS = [
  'action',
  'attack_id',
  'attack_type',
  'attack_vector',
  'firewall_ruleset',
  'max_rate',
  'mitigation',
  'protocol',
  'requests_per_second',
  'packets_per_second',
  'megabits_per_second',
  'rule_description',
  'rule_id',
  'rule_name',
  'severity',
  'start_time',
  'target_port',
  'tunnel_name',
  'health_check_name',
  'status',
] as const;
const TARGETS = ['target_hostname', 'target_zone_name', 'target_ip', 'zone_name', 'hostname', 'pool_name'] as const;
/** With one of these it is a notification, and no test. */
const SAYS_SOMETHING = ['name', 'data', 'alert_event', 'alert_correlation_id', 'policy_id', 'policy_name'] as const;
const PHASES: Record<string, 'start' | 'end'> = {
  START: 'start',
  END: 'end',
  ALERT_STATE_EVENT_START: 'start',
  ALERT_STATE_EVENT_END: 'end',
};

export const cloudflare: SourceAdapter = {
  format: 'cloudflare',
  scope: 'platform',
  contentTypes: ['application/json'],
  secretProblem: plainSecretProblem,

  verify(request, secrets) {
    if (!tokenHolds(header(request, 'cf-webhook-auth'), secrets)) throw badSignature();
  },

  parse(request, context) {
    const body = objectAt(json(request.body), '(body)');
    const named = asText(body.alert_type, 100);
    if (!named && !SAYS_SOMETHING.some((field) => body[field] !== undefined)) {
      if (typeof body.text === 'string') return { detections: [], note: 'test of the destination' };
      throw invalid(
        'alert_type',
        'must be the type of the alert, like dos_attack_l7, where nothing else says what it is',
      );
    }
    const alert = named ?? 'unnamed';
    const phase = PHASES[asText(body.alert_event)?.toUpperCase() ?? ''];
    const correlation = asId(body.alert_correlation_id);
    const at = asInstant(typeof body.ts === 'string' && /^\d{1,12}$/.test(body.ts) ? Number(body.ts) : body.ts);
    const data = asObject(body.data) ?? {};
    const systems = TARGETS.flatMap((name) => asTexts(data[name], 10));
    const facts = factsOf({
      alert_type: named,
      policy_name: body.policy_name,
      ...Object.fromEntries(FACTS.map((name) => [name, data[name]])),
      ...(body.ts !== undefined && at === undefined && AT_RECEIPT),
    });
    return {
      detections: [
        detectionOf('cloudflare', context, {
          eventId: correlation ? eventIdOf(correlation, phase ?? 'once', at ?? 'undated') : digestOf(request.body),
          type: asType(`cloudflare.${alert}`),
          phase,
          correlationId: correlation,
          at: at ?? new Date(context.now).toISOString(),
          title:
            asText(body.name) ?? (named ? `Cloudflare: ${named}` : 'A notification from Cloudflare without a type'),
          systems: [...new Set(systems)].slice(0, 50),
          indicators: asIndicators(data.source_ips),
          facts,
        }),
      ],
    };
  },
};
