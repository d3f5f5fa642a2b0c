/**
 * GitHub webhooks: `X-Hub-Signature-256` over the body. `dependabot_alert`, `security_advisory`, `secret_scanning_alert` and
 * `code_scanning_alert` are detections, and a `security_advisory` is a record for the dependency check too; `ping` means
 * nothing, and other events are counted as kinds that nothing is known about. GitHub signs neither the time nor `X-GitHub-Delivery`, so an event is known by
 * the digest of its signed body: what was captured and is sent again under another delivery id is a repeat.
 */
import { anyEqual, hmacSha256 } from '../../../platform/hmac';
import type { SourceAdapter } from './adapter';
import { advisoryRecordOf } from './github-advisory';
import {
  asId,
  asInstant,
  asObject,
  asText,
  detectionOf,
  digestOf,
  eventIdOf,
  factsOf,
  invalid,
  type Json,
  json,
  objectAt,
} from './reading';
import { badSignature, header, hexSignature, plainSecretProblem } from './signatures';

const SEVERITY: Record<string, 'sev2' | 'sev3' | 'sev4'> = {
  critical: 'sev2',
  high: 'sev3',
  medium: 'sev4',
  moderate: 'sev4',
  low: 'sev4',
};
const ENDS = ['fixed', 'dismissed', 'auto_dismissed', 'withdrawn', 'resolved', 'closed_by_user'];
type Reader = typeof advisory | typeof dependabot | typeof leakedSecret | typeof weakCode;
const READERS: Record<string, (body: Json) => ReturnType<Reader>> = {
  dependabot_alert: dependabot,
  security_advisory: advisory,
  secret_scanning_alert: leakedSecret,
  code_scanning_alert: weakCode,
};

export const github: SourceAdapter = {
  format: 'github',
  scope: 'platform',
  contentTypes: ['application/json'],
  secretProblem: plainSecretProblem,

  verify(request, secrets) {
    const expected = secrets.map((secret) => hmacSha256(secret, request.body));
    if (!anyEqual([hexSignature(request, 'x-hub-signature-256')], expected)) throw badSignature();
  },

  // The event's name is not signed: it belongs to the id, or one event could be passed off as another before it comes.
  deliveryId: (request) => `${header(request, 'x-github-event') ?? ''} ${digestOf(request.body)}`,

  parse(request, context) {
    const event = header(request, 'x-github-event');
    const body = objectAt(json(request.body), '(body)');
    if (!event) throw invalid('x-github-event', 'must name the event, as GitHub sends it');
    if (event === 'ping') return { detections: [], note: 'ping' };
    const read = Object.hasOwn(READERS, event) ? READERS[event] : undefined;
    if (!read) return { detections: [], untaken: [{ kind: event, problems: [], value: body }] };
    const fields = read(body);
    const { action } = fields.facts;
    const at = fields.at ?? new Date(context.now).toISOString();
    const phase = ENDS.includes(String(action)) ? ('end' as const) : ('start' as const);
    const eventId = eventIdOf(event, digestOf(request.body));
    const detections = [detectionOf('github', context, { ...fields, at, phase, eventId, type: `github.${event}` })];
    const record = event === 'security_advisory' ? advisoryRecordOf(asObject(body.security_advisory) ?? {}) : undefined;
    return { detections, ...(record ? { advisories: [record] } : {}) };
  },
};

function dependabot(body: Json) {
  const alert = objectAt(body.alert, 'alert');
  const found = asObject(alert.security_advisory) ?? {};
  const { name, ecosystem } = asObject(asObject(alert.dependency)?.package) ?? {};
  const vulnerability = asObject(alert.security_vulnerability) ?? {};
  const repository = asText(asObject(body.repository)?.full_name, 120);
  const action = actionOf(body);
  return {
    at: asInstant(alert.updated_at) ?? asInstant(alert.created_at),
    title: `${asText(name, 80) ?? 'A dependency'}: ${asText(found.summary, 100) ?? 'advisory'}`,
    correlationId: repository && asText(alert.number) ? `${repository}#${asText(alert.number, 20)}` : undefined,
    severity: severityOf(found.severity),
    systems: repository ? [repository] : [],
    facts: factsOf({
      action,
      package: name,
      ecosystem,
      ghsa: found.ghsa_id,
      cve: found.cve_id,
      severity: found.severity,
      cvss: asObject(found.cvss)?.score,
      range: vulnerability.vulnerable_version_range,
      patched: asObject(vulnerability.first_patched_version)?.identifier,
      manifest: asObject(alert.dependency)?.manifest_path,
      state: alert.state,
    }),
  };
}

function advisory(body: Json) {
  const found = objectAt(body.security_advisory, 'security_advisory');
  const vulnerabilities = (Array.isArray(found.vulnerabilities) ? found.vulnerabilities.slice(0, 50) : []).map(
    (each) => asObject(asObject(each)?.package) ?? {},
  );
  const identifiers = Array.isArray(found.identifiers) ? found.identifiers.slice(0, 20) : [];
  return {
    at: asInstant(found.updated_at) ?? asInstant(found.published_at),
    title: asText(found.summary) ?? 'Security advisory',
    correlationId: asId(found.ghsa_id),
    severity: severityOf(found.severity),
    facts: factsOf({
      action: actionOf(body),
      ghsa: found.ghsa_id,
      ids: identifiers.map((each) => asObject(each)?.value),
      severity: found.severity,
      packages: [...new Set(vulnerabilities.map(({ name }) => name))],
      ecosystems: [...new Set(vulnerabilities.map(({ ecosystem }) => ecosystem))],
    }),
  };
}

/**
 * A secret that GitHub found in a repository. Never the secret itself, which older servers send along. How bad it is: whether
 * it still works (`validity`), and whether everybody can read it (`publicly_leaked`, or a public repository).
 */
function leakedSecret(body: Json) {
  const alert = objectAt(body.alert, 'alert');
  const { full_name, private: isPrivate, visibility } = asObject(body.repository) ?? {};
  const repository = asText(full_name, 120);
  const isPublic = alert.publicly_leaked === true || isPrivate === false || visibility === 'public';
  const what = asText(alert.secret_type_display_name, 80) ?? asText(alert.secret_type, 80) ?? 'A secret';
  return {
    at: asInstant(alert.updated_at) ?? asInstant(alert.created_at),
    title: `${what} in ${repository ?? 'a repository'}${isPublic ? ', which is public' : ''}: rotate it at its provider`,
    correlationId: repository && asText(alert.number) ? `${repository} secret ${asText(alert.number, 20)}` : undefined,
    severity: severityOfSecret(alert.validity, isPublic),
    systems: repository ? [repository] : [],
    facts: factsOf({
      action: actionOf(body),
      secret: alert.secret_type,
      validity: alert.validity,
      public: isPublic,
      state: alert.state,
      resolution: alert.resolution,
      pushProtectionBypassed: alert.push_protection_bypassed,
    }),
  };
}

/** A weakness that code scanning found. Never the code, nor its place in it. */
function weakCode(body: Json) {
  const alert = objectAt(body.alert, 'alert');
  const rule = asObject(alert.rule) ?? {};
  const repository = asText(asObject(body.repository)?.full_name, 120);
  const level = asText(rule.security_severity_level, 20) ?? asText(rule.severity, 20);
  return {
    at: asInstant(alert.updated_at) ?? asInstant(alert.created_at),
    title: `${asText(rule.description, 120) ?? asText(rule.id, 120) ?? 'A code scanning alert'} in ${repository ?? 'a repository'}`,
    correlationId: repository && asText(alert.number) ? `${repository} code ${asText(alert.number, 20)}` : undefined,
    severity: severityOf(level) ?? (level ? ('sev4' as const) : undefined),
    systems: repository ? [repository] : [],
    facts: factsOf({
      action: actionOf(body),
      rule: rule.id,
      level,
      tool: asObject(alert.tool)?.name,
      state: alert.state,
      reason: alert.dismissed_reason,
      branch: body.ref,
    }),
  };
}

/** What nobody has checked may work. */
function severityOfSecret(validity: unknown, isPublic: boolean): 'sev1' | 'sev2' | 'sev3' | 'sev4' {
  if (validity === 'inactive') return 'sev4';
  if (validity === 'active') return isPublic ? 'sev1' : 'sev2';
  return isPublic ? 'sev2' : 'sev3';
}

function actionOf(body: Json): string {
  const action = asText(body.action, 60);
  if (!action) throw invalid('action', 'must say what happened, as GitHub sends it');
  return action;
}

function severityOf(word: unknown) {
  return typeof word === 'string' && Object.hasOwn(SEVERITY, word) ? SEVERITY[word] : undefined;
}
