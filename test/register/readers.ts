/** Logs without a database, as their readers see them: what happened in incidents and cases, entry by entry. */
import { advance, open } from '../../domain/case/advance';
import type { CaseState, Lifecycle, NewOf, Work } from '../../domain/case/lifecycle';
import { messagesOf, onCaseMessage } from '../../domain/case/messages';
import { onJoined, onLeft, onRecounted } from '../../domain/incident/on-detections';
import type { RecordedEvent } from '../../domain/kernel/recorded-event';
import type { Instant } from '../../domain/kernel/time';
import { patchDue, patchTaskLifecycle } from '../../domain/patch/patch-task';
import type { Audience, Disclosures } from '../../domain/policy/disclosure';
import { VulnerabilityReportInputSchema } from '../../domain/report/state';
import { vulnerabilityReportLifecycle } from '../../domain/report/vulnerability-report';
import { openingOf } from '../../domain/triage/opening';
import type { TriageEvent, TriageOutcome, TriageState, TriageWork } from '../../domain/triage/state';
import { triageLifecycle } from '../../domain/triage/triage';
import { type DisclosedEntry, disclose } from '../../register/disclose';
import type { StoredEntry } from '../../register/entry';
import { commit, fieldsOf } from '../../register/fields';
import { REGISTER_STREAM } from '../../register/own-entries';
import { GENESIS, leafHash, leafText } from '../../register/verifier/leaf';
import { openingsText } from '../../register/verifier/openings';
import { triageInput } from '../unit/domain/helpers/detections';
import { accounts, assessment, at, COUNSEL, ONCALL } from '../unit/domain/helpers/facts';
import { packOf } from '../unit/domain/helpers/pack';
import { Story } from '../unit/domain/helpers/story';

/** Entries as they lie in Postgres. Personal fields of the ids in `erased` cannot be opened any more. */
export function logOf(
  events: RecordedEvent[],
  disclosures: Disclosures,
  erased: ReadonlySet<string> = new Set(),
): StoredEntry[] {
  let prev = GENESIS;
  const lastOf = new Map<string, string>();
  return events.map((event, i) => {
    const { incidentId, seq, at: when, kind, exercise } = event;
    const { openings, commitments } = commit(fieldsOf(event));
    const position = i + 1;
    const prevInIncident = lastOf.get(incidentId) ?? GENESIS;
    const text = leafText({
      ...{ position, prev, incidentId, seq, prevInIncident, at: when, kind, exercise, fields: commitments },
    });
    prev = leafHash(text);
    lastOf.set(incidentId, prev);
    const gone = erased.has(incidentId);
    const left = openings.filter(({ pointer, text: value }) => !gone || !disclosures.isPersonal(kind, pointer, value));
    return {
      ...{ position, hash: prev, bytes: Buffer.from(text), content: Buffer.from(openingsText(left)) },
      ...{ erased: left.length < openings.length, columns: { incidentId, seq, kind } },
    };
  });
}

/** The log as an audience sees it. */
export function shownTo(audience: Audience, log: StoredEntry[], disclosures: Disclosures): DisclosedEntry[] {
  return log.map((stored) => disclose(stored, audience, disclosures));
}

/** What no customer may find in any form: staff, addresses, hosts, credentials, other customers, alarms, refused messages. */
export const SECRETS = {
  staff: [ONCALL, COUNSEL, 'oncall', 'counsel', 'dpo@example.com', 'lead@example.com', 'anna@example.com'],
  addresses: ['203.0.113.7', '203.0.113.9', '198.51.100.4'],
  hosts: ['ci-runner-7', 'build-host-3'],
  credentials: ['deploy-role-9', 'postgres-role'],
  customers: ['ws-acme', 'ws-globex'],
  alarms: ['alarm-raised', 'elapsed', 'overdue'],
  refused: ['no-such-duty', 'INC-NOWHERE'],
  files: ['letter of Ada Example.pdf'],
  cases: ['Unusual export of project data', 'a load test of ours', 'TRG-', 'VR-', 'PATCH-', 'minimist', 'GHSA-'],
  others: ['another-customer.example'],
};

/** What is for those who work on an incident: ids of rules, zones, accounts and messages, names in a vault. */
export const INTERNALLY = [
  'rule 4f1c9ab2',
  'account 9d0e77',
  'message measure_77ab12',
  'in the vault as team-x/deploy',
];

/** An incident from declaration to close with every kind of decision, cases of each kind, and the register's own entries. */
export function aYearOfEvents(): RecordedEvent[] {
  const events = [
    ...anIncident(),
    ...smallIncident(),
    ...partlyTold(),
    ...stopped(),
    ...madePublic(),
    ...factsThatMove(),
    ...openedAgain(),
    ...decidedByPeople(),
    ...decidedByTwo(),
    ...dismissed(),
    ...silent(),
    ...merged(),
    ...aReport(),
    ...aTask(),
  ];
  // One clock over all of them; within a stream the order stays.
  const sorted = (events as RecordedEvent[]).sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
  return [...sorted, ...ownEntries()];
}

function anIncident(): RecordedEvent[] {
  const story = new Story(
    {
      systems: ['api', 'ci-runner-7', 'build-host-3'],
      isolate: ['ci-runner-7'],
      maliciousSources: ['203.0.113.7'],
      credentials: [{ provider: 'postgres-role', ref: 'deploy-role-9' }],
      publicSummary: 'A key was leaked and has been replaced',
    },
    undefined,
    { containment: 'applied', internally: INTERNALLY.join(', ') },
  );
  const workspaces = ['ws-acme', 'ws-globex'];
  story.to(1).send('assess', { assessment: assessment({ workspaces }), awareAt: at(0.8), commandId: 'c-1' });
  story.send('hold', {
    ...{ obligation: 'enterprise-notice', until: at(12) },
    reason: 'counsel compares it with the contract of this customer',
  });
  story.send('release', { obligation: 'enterprise-notice', reason: 'read by counsel', by: COUNSEL });
  story.send('hold', { obligation: 'no-such-duty', reason: 'a typo' });
  story.send('status', { status: 'contained', note: 'ci-runner-7 is off' }).length;
  story.send('contain', { measure: { action: 'block-source', source: '198.51.100.4' } });
  story.to(3).send('contain', { undo: 'block-source 198.51.100.4' });
  story.send('measure', { text: 'All deploy keys rotated', category: 'remediation', commandId: 'c-2' });
  story.send('measure', { text: 'Sessions ended', breakGlass: 'the server was away, anna@example.com agreed' });
  story.send('measure', { text: 'All deploy keys rotated', category: 'remediation', commandId: 'c-2' });
  story.to(30).send('approve', { obligation: 'enterprise-notice' });
  story.to(70).send('acknowledge-alarms', { by: 'dpo@example.com', via: { service: 'pagerduty', person: 'on-rota' } });
  story.send('assess', {
    assessment: assessment({ workspaces: [...workspaces, 'ws-acme-2'] }),
    awareAt: at(0.5),
    reason: 'the log says so',
  });
  story.to(90);
  for (const { id, status } of Object.values(story.state.obligations)) {
    if (status === 'filing')
      story.send('filed', {
        ...{ obligation: id, reference: `REF-${id}`, delayReasons: 'The report lay in a mailbox' },
        attachments: [{ name: SECRETS.files[0]!, sha256: 'f'.repeat(64), bytes: 900 }],
      });
  }
  story.send('waive', {
    obligation: 'gdpr-art34-individuals',
    reason: 'every key was revoked before its first use, as the vault shows',
    ground: 'gdpr-34-3-b',
  });
  story.to(95).send('status', { status: 'resolved' });
  story.send('review', {
    ...{ rootCause: 'A key was committed by mistake', controls: ['Push protection'], shareSummary: true },
    summary: 'A leaked key was replaced',
  });
  story.to(400);
  for (const { id, status, approved } of Object.values(story.state.obligations)) {
    if (status === 'filing') story.send('filed', { obligation: id, reference: `REF2-${id}` });
    if (status === 'drafted' && !approved) story.send('approve', { obligation: id });
  }
  story.send('close', { note: 'nothing is left' });
  return story.events;
}

/** Facts that move: awareness, containment, what was told; then after the closing. */
function factsThatMove(): RecordedEvent[] {
  const story = new Story({ id: 'INC-2026-004', serviceAffecting: false }).to(1);
  const facts = (over: object) => assessment({ dataSets: [accounts({ residence: { DE: 200 }, ...over })] });
  story.send('assess', { assessment: facts({}), awareAt: at(0.8) });
  story.send('status', { status: 'contained', partly: true, note: 'the session lives on' });
  story.send('status', { status: 'contained' });
  story.send('status', { status: 'contained', at: at(0.9), note: 'the log says so' });
  story.send('correct', { severity: 'sev2', title: 'A key in a log', reason: 'it was small' });
  story.send('correct', { owner: 'lead@example.com', reason: 'the night shift ends' });
  for (const { id, status } of Object.values(story.to(70).state.obligations)) {
    if (status === 'filing') story.send('filed', { obligation: id, reference: `REF-${id}` });
  }
  story.send('assess', { awareAt: at(0.9), reason: 'the analyst saw the session only some minutes later' });
  story.send('confirm', { by: COUNSEL, decline: true, reason: 'no' });
  story.send('assess', { awareAt: at(-20), reason: 'the mail of Monday' });
  story.send('confirm', { by: COUNSEL, reason: 'I read that mail' });
  story.send('assess', { assessment: facts({ records: 1201 }) });
  for (const { id, changed, status } of Object.values(story.state.obligations)) {
    if (changed && status !== 'fulfilled')
      story.send('not-material', { obligation: id, reason: 'one record more, found in the same export' });
  }
  story.send('link', { to: 'INC-2026-001', relation: 'same-cause', note: 'the same key' });
  story.send('follow-up', { text: 'The authority asks for the log', at: at(70) });
  return story.events;
}

/** Nobody is concerned; closed, and opened again. */
function decidedByPeople(): RecordedEvent[] {
  const story = new Story({ id: 'INC-2026-006', serviceAffecting: false }).to(1);
  story.send('assess', { assessment: { personalData: 'no' } });
  const plainSummary = 'Somebody read our database';
  const { records: _records, ...uncounted } = accounts({ residence: { DE: 200 }, significantHarm: 'no' });
  const facts = assessment({ dataSets: [uncounted], plainSummary, workspaces: ['ws-acme'] });
  const unplaced = { ...facts, dataSets: [{ ...uncounted, residence: {} }] };
  story.send('assess', { assessment: unplaced, awareAt: at(0.9), reason: 'the log shows more' });
  const authority = { obligation: 'gdpr-art33-authority', authority: 'de-bfdi', by: COUNSEL };
  story.send('decide-authority', { ...authority, reason: 'Most of the accounts were opened there, says the log' });
  story.send('assess', { assessment: facts });
  story.send('sender', { from: 'Us <us@other.example>', replyTo: 'a@other.example', reason: 'it was taken over' });
  story.send('translate', { language: 'de', texts: [{ of: plainSummary, is: 'Jemand hat unsere Datenbank gelesen' }] });
  const people = story.obligation('gdpr-art34-individuals');
  const edited = { subject: 'About your data', body: 'As counsel wrote it', by: COUNSEL };
  story.send('edit-draft', { obligation: people.id, draft: people.draft!.fingerprint, language: 'en', ...edited });
  const { renderings } = people.draft!;
  story.report({ kind: 'told-in-app', data: { obligation: people.id, round: 1, messageId: 'inapp_1', renderings } });
  const { id } = Object.values(story.state.obligations).find(({ status }) => status === 'filing')!;
  story.send('filed', { obligation: id, reference: 'A', submittedAt: `about ${story.now}` });
  const how = 'The receipt of the portal shows the minute of it';
  story.send('acted-at', { obligation: id, at: story.now, reason: how, by: COUNSEL });
  story.send('filed', { obligation: id, caseNumber: 'AZ-7' });
  story.send('assess', { assessment: { ...facts, plainSummary: 'Somebody read more of our database than we knew' } });
  story.send('filed', { obligation: id, reference: 'B', submittedAt: `about ${story.now}` });
  story.send('acted-at', { obligation: id, at: story.now, reason: how, by: COUNSEL });
  const reason = 'The log that counted them was destroyed before anybody read it';
  story.send('cannot-establish', { obligation: id, field: 'records-count', reason, by: COUNSEL });
  return story.events;
}

function openedAgain(): RecordedEvent[] {
  const story = new Story({ id: 'INC-2026-005', serviceAffecting: false }).to(1);
  story.send('assess', { assessment: { personalData: 'no' } });
  const reason = 'The access log has no request from outside, as two of us read it';
  story.send('not-owed', { all: true, by: COUNSEL, reason });
  story.send('status', { status: 'contained' });
  story.send('status', { status: 'resolved' });
  story.send('review', { rootCause: 'A test key', controls: ['None needed'], shareSummary: false });
  story.send('close', { note: 'a drill' });
  story.send('reopen', { reason: 'the key was used again' });
  const [triageCase, source, title] = ['TRG-9f3a5c1e0b2d', 'build-host-3', 'Unusual export of project data'];
  const detections = {
    ...{ caseId: triageCase, how: 'merged' as const, source, title, severity: 'sev2' as const },
    ...{ count: 3, firstAt: at(0), lastAt: at(0.5) },
  };
  story.record(onJoined(story.state, { by: ONCALL, detections }));
  story.record(onRecounted(story.state, { caseId: triageCase, count: 5, lastAt: at(0.7) }));
  story.record(onLeft(story.state, { by: ONCALL, caseId: triageCase, reason: 'a load test of ours' }));
  const { caseId: incidentId, policy } = story.state;
  const data = { found: 'terminated', endedAt: story.now, policy };
  const stamp = { v: 1 as const, incidentId, seq: story.state.seq + 1, at: story.now, exercise: false };
  return [...story.events, { ...stamp, by: ONCALL, kind: 'resumed', data }];
}

/** Not everybody could be mailed: some are told by phone and by letter, the others are left untold by a decision. */
function partlyTold(): RecordedEvent[] {
  const story = new Story({ id: 'INC-2026-003', serviceAffecting: false }, undefined, {
    unreached: { 'ws-acme': 1, 'ws-globex': 1 },
    listed: { 'accounts/DE': 150 },
  });
  const facts = assessment({ workspaces: ['ws-acme', 'ws-globex', 'ws-initech'] });
  story.to(1).send('assess', { assessment: facts, awareAt: at(0.8) });
  // Of one batch only the mail provider's records told whether it was accepted.
  story.world.silent = ['dispatch'];
  story.send('approve', { obligation: 'enterprise-notice' });
  const seen = {
    accepted: true,
    at: story.now,
    batch: '3f2a90c1d2e4',
    reason: 'its log lists all of them as delivered',
  };
  story.send('settle', { obligation: 'enterprise-notice', ...seen, by: COUNSEL });
  story.report({ kind: 'moved', obligation: 'enterprise-notice', round: 1, settled: 1 });
  story.restore('dispatch');
  const owners = { obligation: 'enterprise-notice', by: COUNSEL };
  const evidence = { sha256: 'e'.repeat(64), bytes: 4096 };
  story
    .to(4)
    .send('told', { ...owners, channel: 'phone', workspaces: ['ws-acme'], note: 'the owner called back', evidence });
  story.send('leave-untold', { ...owners, workspaces: ['ws-globex'], reason: 'its account was closed in March' });
  const people = { obligation: 'gdpr-art34-individuals', by: COUNSEL };
  story.send('approve', { ...people, incompleteBecause: 'people must block their cards tonight' });
  story
    .to(20)
    .send('told', { ...people, channel: 'letter', people: [{ dataSet: 'accounts', country: 'DE', count: 49 }] });
  story.send('leave-untold', { ...people, rest: true, reason: 'one person was counted twice' });
  // Days later mails came back.
  Object.assign(story.world.back, { 'ws-initech': 1, 'accounts/DE': 2 });
  for (const ledgerKey of ['enterprise-notice', 'gdpr-art34-individuals'])
    story.to(21).report({ kind: 'came-back', ledgerKey });
  return story.events;
}

/** A letter with counsel's words names the wrong product: its sending is stopped, and the rest gets another. */
function stopped(): RecordedEvent[] {
  const story = new Story({ id: 'INC-2026-009', serviceAffecting: false });
  const workspaces = ['ws-acme', 'ws-globex'];
  story.to(1).send('assess', { assessment: assessment({ workspaces }), awareAt: at(0.8) });
  const of = { obligation: 'enterprise-notice', by: COUNSEL };
  const letter = { language: 'en', subject: 'About your data', body: 'As counsel wrote it.' };
  story.send('edit-draft', { ...of, ...letter, draft: story.obligation('enterprise-notice').draft!.fingerprint });
  story.world.silent = ['dispatch'];
  story.send('approve', of);
  story.send('stop-sending', { ...of, reason: 'the letter names the wrong product' });
  const evidence = { channel: 'email', recipients: 1, sent: 1, failed: 0, renderings: [] };
  const unreached = [{ workspace: 'ws-globex', why: 'stopped' as const }];
  const counted = { of: 'workspaces' as const, reached: ['ws-acme'], unreached, numbers: { told: 1, untold: 1 } };
  const delivered = { obligation: 'enterprise-notice', round: 1, evidence, counted, stopped: true as const };
  story.report({ kind: 'delivered', ...delivered });
  story.restore('dispatch');
  story.send('approve', of);
  const page = new Story({ id: 'INC-2026-010' }, undefined, { silent: ['dispatch'] }).to(0.5);
  const update = { obligation: 'status-page-update' };
  page.send('approve', update);
  page.report({ kind: 'update-refused', data: { ...update, round: 1, detail: 'answered 422 (Name is too long)' } });
  const url = 'https://status.example/incidents/1';
  page.send('settle', { ...update, accepted: true, at: at(0.5), url, reason: 'posted from its console' });
  return [...story.events, ...page.events];
}

/** Nobody's address is known: a page is published, and a newspaper carries it. */
function madePublic(): RecordedEvent[] {
  const story = new Story({ id: 'INC-2026-007', serviceAffecting: false });
  story.to(1).send('assess', { assessment: assessment({ dataSets: [accounts()] }), awareAt: at(0.8) });
  const reason = 'nobody has their addresses: the export held pseudonyms alone';
  const [direct, page] = ['gdpr-art34-individuals', 'gdpr-art34-3c-public-communication'];
  story.send('waive', { obligation: direct, ground: 'gdpr-34-3-c', reason, by: COUNSEL });
  story.send('approve', { obligation: page, by: COUNSEL, incompleteBecause: 'the copy is still examined' });
  const evidence = { sha256: 'f'.repeat(64), bytes: 2048 };
  const note = 'an advertisement on page three';
  story.send('told', { obligation: page, channel: 'newspaper', languages: ['en'], note, evidence, by: COUNSEL });
  const others = { obligation: 'pipeda-other-organisations', channel: 'phone', by: COUNSEL };
  story.send('told', { ...others, organisations: ['Bank of Montreal'], note: 'their fraud desk', evidence });
  story.send('told', { ...others, rest: true });
  return story.events;
}

/** No personal data: it is not notified, and stands in the register all the same. */
function smallIncident(): RecordedEvent[] {
  const story = new Story({
    id: 'INC-2026-002',
    title: 'Phishing mail, nobody answered it',
    kind: 'phishing',
    serviceAffecting: false,
  });
  story.to(2).send('assess', { assessment: { personalData: 'no' } });
  return story.to(24).events;
}

class CaseStory<S extends CaseState, E extends RecordedEvent, W extends Work = Work, O = unknown> {
  private constructor(
    private readonly definition: Lifecycle<S, E, W, O>,
    private state: S,
    readonly events: E[],
  ) {}

  static open<S extends CaseState, E extends RecordedEvent, W extends Work, O>(
    definition: Lifecycle<S, E, W, O>,
    id: string,
    first: NewOf<E>,
    now: Instant,
  ): CaseStory<S, E, W, O> {
    const { state, events } = open<S, E>(definition, id, [first], now);
    return new CaseStory(definition, state, events);
  }

  send(now: Instant, name: string, body: object): this {
    const message = messagesOf(this.definition)[name]!.schema.parse({ by: 'anna@example.com', ...body });
    return this.take(onCaseMessage(this.definition, this.state, name, message, now), now, message.by);
  }

  report(now: Instant, kind: E['kind'], data: object): this {
    return this.take([{ kind, data } as never], now);
  }

  to(now: Instant): this {
    return this.take([], now);
  }

  private take(news: NewOf<E>[], now: Instant, by?: string): this {
    const { state, events } = advance<S, E>(this.definition, this.state, news, now, by);
    this.state = state;
    this.events.push(...events);
    return this;
  }
}

function triage(over: object): CaseStory<TriageState, TriageEvent, TriageWork, TriageOutcome> {
  const input = triageInput(over as Record<string, unknown>);
  return CaseStory.open(triageLifecycle, input.caseId, openingOf(input, at(1)), at(1));
}

/** Where the organisation asks two persons for what cannot be taken back. */
function decidedByTwo(): RecordedEvent[] {
  const pack = packOf({
    mainEstablishment: 'IE',
    twoPersons: ['notices-to-individuals', 'waivers', 'releases', 'wide-blocks'],
  });
  const story = new Story({ id: 'INC-2026-008' }, pack).to(1);
  const dataSets = [accounts({ individuals: 5, residence: { IE: 5 } })];
  story.send('assess', { assessment: assessment({ dataSets }), awareAt: at(1) });
  const waiver = {
    ...{ obligation: 'gdpr-art34-individuals', ground: 'gdpr-34-3-b' },
    reason: 'every key was revoked before its first use, as the vault shows',
  };
  story.send('waive', waiver);
  story.to(2).send('waive', { ...waiver, by: COUNSEL });
  const measure = { action: 'block-source', source: '198.51.0.0/16' };
  story.send('contain', { measure });
  story.send('contain', { measure, by: COUNSEL });
  const customers = {
    obligation: 'enterprise-notice',
    reason: 'counsel compares it with the contract of this customer',
  };
  story.send('hold', { ...customers, until: at(10) });
  story.send('hold', { ...customers, until: at(11), by: COUNSEL });
  story.send('release', { ...customers, by: 'anna@example.com' });
  story.send('release', { ...customers, by: ONCALL });
  return story.events;
}

function dismissed(): RecordedEvent[] {
  const facts = { login: 'mallory@victim.example', attempts: 12 };
  const found = triage({ eventId: 'd-1', facts, correlationId: 'x-1' }).to(at(1.6));
  found.report(at(1.7), 'detections-counted', {
    ...{
      count: 3,
      firstAt: at(0),
      lastAt: at(1.6),
      severity: 'sev2',
      systems: ['build-host-3'],
      indicators: ['198.51.100.4'],
    },
  });
  found.send(at(2), 'dismiss', { reason: 'a load test of ours' }).send(at(2.1), 'dismiss', { reason: 'again' });
  return found.report(at(3), 'detections-counted', {
    ...{ count: 4, firstAt: at(0), lastAt: at(2.9), severity: 'sev2', systems: [], indicators: [] },
    deliveries: ['00112233aabbccdd'],
  }).events;
}

function silent(): RecordedEvent[] {
  const found = triage({ eventId: 's-1', severity: 'sev1', systems: ['billing'] }).to(at(30));
  return found.report(at(30.1), 'incident-started', { incidentId: 'INC-x', already: false }).events;
}

function merged(): RecordedEvent[] {
  const found = triage({ eventId: 'm-1', systems: ['mail'] }).send(at(2), 'merge', { into: 'INC-NOWHERE' });
  found.report(at(2.1), 'merge-failed', { into: 'INC-NOWHERE', problem: 'it does not run', dueAt: at(8) });
  const into = 'INC-2026-001';
  found.send(at(3), 'merge', { into });
  found.report(at(3.1), 'merge-delivered', { into });
  found.send(at(4), 'unmerge', { reason: 'a load test of ours' });
  found.report(at(4.1), 'unmerge-delivered', { from: into, dueAt: at(9) }).send(at(5), 'merge', { into });
  found.report(at(5.1), 'merge-delivered', { into });
  found.report(at(5.2), 'recount-failed', { into, problem: 'it does not run, says lead@example.com' });
  found.send(at(6), 'unmerge', { reason: 'not the same actor, says lead@example.com' });
  return found.report(at(6.1), 'unmerge-failed', { from: into, problem: 'it does not run' }).events;
}

function aReport(): RecordedEvent[] {
  const { reportId, ...received } = VulnerabilityReportInputSchema.parse({
    ...{ reportId: 'VR-20260401-9f3a5c1e', via: 'form', receivedAt: at(4), length: 512, commitment: 'd'.repeat(64) },
    ...{ reachable: true, owner: 'lead@example.com', repeatEveryMs: 3_600_000, followUpAfterMs: 7 * 86_400_000 },
    clock: {
      ...{ dueAt: at(52), businessDays: 2, timeZone: 'Europe/Berlin', daysOff: ['2026-04-03'] },
      alarms: [
        { threshold: { kind: 'start' }, at: at(4) },
        { threshold: { kind: 'elapsed', percent: 50 }, at: at(28) },
      ],
    },
  });
  const report = CaseStory.open(
    vulnerabilityReportLifecycle,
    reportId,
    { kind: 'report-received', data: received },
    at(4),
  );
  report.to(at(5)).report(at(5), 'reporter-mailed', { mail: 'confirmation', outcome: 'sent' }).to(at(54));
  report
    .send(at(55), 'acknowledge-report', { note: 'read it' })
    .send(at(56), 'accept', { severity: 'sev2', note: 'real' });
  report.send(at(56), 'fixed', { version: '2.4.1' }).send(at(57), 'disclose', { on: '2026-06-30' });
  report.send(at(57), 'credit', { as: 'anonymous' });
  report.send(at(58), 'declare', { severity: 'sev3', affects: ['integrity'], title: 'Found by a researcher' });
  report.report(at(58.1), 'incident-started', { incidentId: 'INC-20260401-9f3a5c1e' });
  report
    .send(at(60), 'disclose', { url: 'https://example.com/advisory' })
    .send(at(61), 'erased', { commandId: `erase-${reportId}` });
  const other = CaseStory.open(
    vulnerabilityReportLifecycle,
    'VR-20260401-00000001',
    { kind: 'report-received', data: received },
    at(4),
  );
  other.send(at(5), 'decline', { reason: 'a scanner’s output, as lead@example.com saw' });
  other.send(at(6), 'declare', { incident: 'INC-2026-001' });
  return [...report.send(at(62), 'close', { note: 'done' }).events, ...other.events];
}

function aTask(): RecordedEvent[] {
  const finding = {
    ...{
      key: '0123456789abcdef',
      inventory: 'build-host-3',
      ecosystem: 'npm',
      package: 'minimist',
      versions: ['1.2.0'],
    },
    ...{ advisory: 'GHSA-xvch-5gv4-984h', aliases: [], summary: 'Prototype pollution', severity: 'critical' as const },
    ...{ malicious: false, fixedIn: ['1.2.6'], dev: false },
  };
  const plan = {
    ...{ owner: 'lead@example.com', deadlines: { critical: 'P2D', high: 'P7D' }, tellAtOnce: ['critical' as const] },
    ...{ alarmAt: [50, 75], repeatEvery: 'P1D', longestWaiver: 'P90D' },
  } as never;
  const first = patchDue({ finding, plan, foundAt: at(0), exercise: false });
  const task = CaseStory.open(patchTaskLifecycle, 'PATCH-0123456789ab', first, at(1)).to(at(60));
  task.send(at(61), 'waive', { reason: 'not reachable, says lead@example.com', until: at(80) }).to(at(81));
  task.send(at(82), 'note', { note: 'looked at by anna' }).send(at(83), 'patched', { note: 'rolled out' });
  task.report(at(83.1), 'claim-unconfirmed', { reason: 'the inventory is gone' });
  task.send(at(84), 'checked', { outcome: 'found', finding: { ...finding, versions: ['1.2.0', '1.2.5'] } });
  task.send(at(84.5), 'patched', {}).send(at(84.6), 'checked', { outcome: 'found', finding });
  return task.send(at(85), 'checked', { outcome: 'fixed', reason: 'no vulnerable version is installed' }).events;
}

function ownEntries(): RecordedEvent[] {
  const own = (kind: string, data: object) => ({ kind, data });
  return [
    own('register-exported', {
      ...{ file: 'e'.repeat(64), format: 'json', scope: { kind: 'log' }, audience: 'customer', count: 12 },
      ...{ head: { position: 12, hash: 'f'.repeat(64) }, reason: 'asked for', recipient: 'another-customer.example' },
    }),
    own('register-erased', {
      ...{
        incidentId: 'INC-2026-002',
        reason: 'retention has ended',
        ground: 'retention-over',
        entries: 21,
        fields: 40,
      },
    }),
    own('signing-key-rotated', { oldKey: 'tocsin+1+a', newKey: 'tocsin+2+b', reason: 'once a year' }),
    own('guards-changed', { changes: ['register_entries_append_only was dropped'], intact: false }),
    own('register-backed-up', { madeAt: at(503), entries: 120, head: 'f'.repeat(64), manifest: 'e'.repeat(64) }),
    own('register-restored', { entries: 120 }),
  ].map((entry, i) => ({
    ...{
      v: 1 as const,
      incidentId: REGISTER_STREAM,
      seq: i + 1,
      at: at(500 + i),
      by: 'dpo@example.com',
      exercise: false,
    },
    ...entry,
  }));
}
