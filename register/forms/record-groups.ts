/** The groups R1–R6 of one incident with their legal titles, as every form shows them. */

import { OUTCOME_WORDS, STATE_WORDS } from '../../domain/incident/board-words';
import { latenessText } from '../../domain/incident/lateness';
import type { NarratedPack } from '../../domain/incident/narrated';
import { spanText } from '../../domain/kernel/time';
import { RISK_WORDS } from '../../domain/policy/data-set-facts';
import { standInOf } from '../../domain/policy/disclosure';
import type { IncidentRecord, NotificationSent } from '../incident-record';
import { dutyName, groundName, reasonNamed, ruleNamed } from './named';
import { type AsValue, instant, known, said, type Value } from './value';

/** One fact of a group. */
export interface Fact {
  name: string;
  /** Where the law asks for it in words of its own. */
  citation?: string;
  value: Value;
}

/** A list in a group. Each row has one value a column. */
export interface FactTable {
  title: string;
  columns: string[];
  rows: Value[][];
}

/** R1 to R6 of the breach register. */
export interface RecordGroup {
  id: 'R1' | 'R2' | 'R3' | 'R4' | 'R5' | 'R6';
  title: string;
  citation: string;
  facts: Fact[];
  tables: FactTable[];
}

/** What the groups need beside the record. */
export interface RecordContext {
  /** GDPR Art. 33(3)(b): the data protection officer or another contact point. */
  contactPoint?: string;
  /** Names obligations and authorities. */
  pack: NarratedPack;
  asValue: AsValue;
}

/** The six groups, always all of them and in this order. */
export function recordGroups(record: IncidentRecord, context: RecordContext): RecordGroup[] {
  const { times, nature, personalData, measures } = record;
  const { asValue } = context;
  const fact = (name: string, value: unknown, citation?: string): Fact => ({
    name,
    ...(citation !== undefined && { citation }),
    value: asValue(value),
  });
  const at = (name: string, value: string, citation?: string) => fact(name, instant(value), citation);
  return [
    {
      id: 'R1',
      title: 'Date and time detected and declared',
      citation: 'GDPR Art. 33(1), 33(5)',
      facts: [
        at('Detected', times.detectedAt),
        ...(times.detectedStated === undefined
          ? []
          : [fact('Detected, as stated; the earliest reading counts', times.detectedStated)]),
        fact('Detected by', times.source),
        at('Declared', times.declaredAt),
        fact('Declared by', times.declaredBy),
        at('Aware that personal data may be affected', times.awareAt, 'Art. 33(1): start of the 72 hours'),
        ...(times.awareStated === undefined
          ? []
          : [fact('Aware, as stated; the earliest reading counts', times.awareStated)]),
      ],
      tables: [],
    },
    {
      id: 'R2',
      title: 'Nature of the breach and how it occurred',
      citation: 'GDPR Art. 33(3)(a), 33(5): the facts',
      facts: [
        fact('Type', nature.type.replaceAll('-', ' ')),
        fact('How it occurred', nature.howItOccurred),
        fact('Affects', nature.affects),
        fact('Systems', nature.systems),
        fact('Severity', nature.severity),
      ],
      tables: [],
    },
    {
      id: 'R3',
      title: 'Categories and approximate number of data subjects and of records',
      citation: 'GDPR Art. 33(3)(a)',
      facts: [
        fact('Personal data affected', personalData.involved),
        fact('Customer workspaces affected', personalData.workspaces),
      ],
      tables: [
        {
          title: 'Data affected',
          columns: ['Data', 'Categories', 'Individuals (approx.)', 'Records (approx.)', 'Residence', 'Risk'],
          rows: personalData.dataSets.map((set) => [
            known(`${set.title} (as ${set.role})`),
            asValue(set.categories),
            asValue(set.individuals),
            asValue(set.records),
            residence(set.residence, asValue),
            asValue(wordsOf(RISK_WORDS, set.risk)),
          ]),
        },
      ],
    },
    {
      id: 'R4',
      title: 'Likely consequences',
      citation: 'GDPR Art. 33(3)(c), 33(5): the effects',
      facts: [fact('Likely consequences', record.likelyConsequences)],
      tables: [
        {
          title: 'How the risk was judged',
          columns: ['Of', 'What was weighed', 'Finding'],
          rows: [
            ...record.judgement.map((line) => ['The breach as a whole', ...line]),
            ...personalData.dataSets.flatMap(({ title, judgement }) => judgement.map((line) => [title, ...line])),
          ].map((row) => row.map((cell) => asValue(cell))),
        },
      ],
    },
    {
      id: 'R5',
      title: 'Measures taken or proposed, containment and remediation',
      citation: 'GDPR Art. 33(3)(d), 33(5): the remedial action',
      facts: [
        fact('Contained', measures.contained && containedText(measures.contained, context.pack)),
        fact('Root cause', measures.rootCause),
        fact('Controls improved', measures.controls),
      ],
      tables: [
        {
          title: 'Containment',
          columns: ['Time', 'Measure', 'Outcome', 'Detail'],
          rows: measures.containment.map(({ at: when, step, outcome, detail }) => [
            known(instant(when)),
            asValue(step),
            asValue(wordsOf(OUTCOMES, outcome)),
            detail === undefined ? known('–') : asValue(detail),
          ]),
        },
        {
          title: 'Measures',
          columns: ['Time', 'Measure', 'Kind', 'Recorded by'],
          rows: measures.measures.map(({ at: when, text, category, by }) => [
            known(instant(when)),
            asValue(text),
            asValue(category),
            asValue(by),
          ]),
        },
      ],
    },
    {
      id: 'R6',
      title: 'Notifications sent: who, when, through which channel',
      citation: 'GDPR Art. 33(1), 33(2), 33(4), 34(1)',
      facts: [fact('Contact point', context.contactPoint, 'Art. 33(3)(b)')],
      tables: notificationTables(record, context),
    },
  ];
}

/** When it was contained, as stated where that is not exact, and whether each duty to contain was kept in time. */
function containedText(
  { at, stated, verdicts }: NonNullable<IncidentRecord['measures']['contained']>,
  pack: NarratedPack,
): string {
  const kept = verdicts.map((o) => `${dutyName(o.obligation, pack)}: ${latenessText(o, spanText) || 'in time'}`);
  return [stated ?? instant(at), ...kept].join('; ');
}

function notificationTables(record: IncidentRecord, { pack, asValue }: RecordContext): FactTable[] {
  const named = (id: string) => known(dutyName(id, pack));
  return [
    {
      title: 'Notifications',
      columns: ['When', 'Who', 'Channel', 'Obligation', 'Outcome'],
      rows: record.notifications.map((sent) => [
        known(instant(sent.at)),
        known(recipientName(sent, pack)),
        asValue(wordsOf(CHANNELS, sent.channel)),
        named(sent.obligation),
        known(outcome(sent, asValue)),
      ]),
    },
    {
      title: 'Texts sent',
      columns: ['Obligation', 'Round', 'Language', 'SHA-256 of the text'],
      rows: record.notifications.flatMap(({ obligation, round, renderings }) =>
        renderings.map(({ language, sha256 }) => [named(obligation), asValue(round), known(language), known(sha256)]),
      ),
    },
    {
      title: 'Outstanding obligations',
      columns: ['Obligation', 'Status', 'Due', 'What Tocsin proposes'],
      rows: record.owed.map(({ obligation, status, dueAt, proposed }) => [
        named(obligation),
        asValue(wordsOf(STATE_WORDS, status)),
        asValue(instant(dueAt)),
        proposed === undefined ? known('–') : asValue(proposed),
      ]),
    },
    {
      title: 'Left untold by decision',
      columns: ['Obligation', 'When', 'By', 'Who', 'Reason'],
      rows: record.leftUntold.map(({ obligation, at, by, who, reason }) => [
        named(obligation),
        known(instant(at)),
        asValue(by),
        asValue(who),
        asValue(reason),
      ]),
    },
    {
      title: 'Found not to be required, or waived',
      columns: ['Obligation', 'When', 'By', 'Reason', 'Ground, or what Tocsin had proposed'],
      rows: record.notRequired.map(({ obligation, at, by, byRule, reason, ground, proposed, inPart }) => [
        named(obligation),
        known(instant(at)),
        byRule === undefined ? asValue(by) : known(ruleNamed(said(asValue(by)), byRule, pack)),
        inPart === undefined
          ? reasonOf(asValue(reason), byRule, pack)
          : known([said(asValue(reason)), said(asValue(inPart))].join('\n')),
        (ground ?? proposed) === undefined ? known('–') : asValue(ground ? groundName(ground, pack) : proposed),
      ]),
    },
  ];
}

/** Who reads a form does nothing by hand. */
const OUTCOMES = { ...OUTCOME_WORDS, 'recorded-only': 'recorded only: nothing was changed outside of Tocsin' };

const CHANNELS = { 'status-page': 'status page', filing: 'report to the authority' };

/** The words for what the record names by a word of its own; what has none, or is not shown, stays. */
function wordsOf(words: Readonly<Record<string, string>>, named: string): string {
  return Object.hasOwn(words, named) ? words[named]! : named;
}

/** What a rule gave as its reason; what a person gave stands as it was written. */
function reasonOf(reason: Value, byRule: string | undefined, pack: NarratedPack): Value {
  return byRule === undefined || reason.is !== 'known' ? reason : known(reasonNamed(reason.text, pack));
}

const RECIPIENTS: Record<string, string> = {
  'workspace-owners': 'Owners of affected workspaces',
  individuals: 'Affected individuals',
  'status-subscribers': 'Status page subscribers',
  public: 'The public',
};

/** An authority by its name, an audience by what it is. */
function recipientName({ who, obligation }: NotificationSent, { authorities, obligations }: NarratedPack): string {
  const rule = obligations.find(({ id }) => id === obligation.split(':')[0]);
  return authorities?.find(({ key }) => key === who)?.name ?? RECIPIENTS[rule?.recipient.to ?? ''] ?? who;
}

function outcome(sent: NotificationSent, asValue: AsValue): string {
  const lines: string[] = [];
  const word = (fact: unknown) => said(asValue(fact));
  if (sent.round > 1) lines.push(`round ${sent.round}`);
  if (sent.outside) {
    const { how, who, by, note, evidenceSha256 } = sent.outside;
    lines.push(`told outside of Tocsin (${word(how)}): ${word(who)}`, `recorded by: ${word(by)}`);
    if (note !== undefined) lines.push(`note: ${word(note)}`);
    if (evidenceSha256 !== undefined) lines.push(`evidence: SHA-256 ${word(evidenceSha256)}`);
  }
  if (sent.sent !== undefined) lines.push(`sent to ${word(sent.sent)} of ${word(sent.recipients ?? sent.sent)}`);
  if (sent.failed) lines.push(`${word(sent.failed)} failed`);
  if (sent.inPart) lines.push('not everybody whom it had to tell was told');
  if (sent.cameBack) lines.push(`the mails came back afterwards from at most ${word(sent.cameBack)} at any one time`);
  if (sent.uncounted) lines.push('mails came back since, and are not counted yet');
  if (sent.of !== undefined) lines.push(`told: ${word(sent.told ?? 0)} of ${word(sent.of)}`);
  if (sent.stated !== undefined) lines.push(`stated as ${sent.stated}`);
  if (sent.lateByMs !== undefined) lines.push(latenessText(sent, spanText) || 'in time');
  if (sent.withdraws) lines.push('the report was withdrawn: to be treated as withdrawn');
  if (sent.delayReasons !== undefined) lines.push(`reasons for the delay: ${word(sent.delayReasons)}`);
  if (sent.reference !== undefined) lines.push(`reference: ${word(sent.reference)}`);
  if (sent.caseNumber !== undefined) lines.push(`case number: ${word(sent.caseNumber)}`);
  if (sent.missing !== undefined) lines.push(`filed without: ${word(sent.missing)}`);
  for (const { name, sha256 } of sent.attachments)
    lines.push(`attached: ${word(name ?? 'a file')} (SHA-256 ${sha256})`);
  if (sent.url !== undefined && !standInOf(sent.url)) lines.push(`published at ${sent.url}`);
  return lines.join('\n');
}

function residence(
  countries: IncidentRecord['personalData']['dataSets'][number]['residence'],
  asValue: AsValue,
): Value {
  if (typeof countries === 'string') return asValue(countries);
  return known(
    Object.entries(countries)
      .map(([country, n]) => `${country} ${said(asValue(n))}`)
      .join(', '),
  );
}
