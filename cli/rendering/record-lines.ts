/** One incident of the breach register for people: the groups R1–R6 of GDPR Art. 33(5). */
import { deciderText } from '../../domain/incident/authorship';
import { NOT_YET_ESTABLISHED } from '../../domain/incident/content-value';
import { latenessText } from '../../domain/incident/lateness';
import { human, spanText } from '../../domain/kernel/time';
import type { IncidentRecord, Known, NotificationSent } from '../../register/incident-record';
import { grouped } from './format';
import { visibleLine } from './hostile-text';
import type { Output } from './output';
import { hanging, wrap } from './table';

const INDENT = 4;

/** The levels of risk that would read oddly behind the word. */
const RISKS: Record<string, string> = {
  risk: 'a risk is likely',
  high: 'a high risk is likely',
  unlikely: 'a risk is unlikely',
};

/** The lines of `tocsin register show`. What is not known stands as "not yet established". */
export function recordLines(record: IncidentRecord, out: Output): string[] {
  const { times, nature, personalData, measures } = record;
  const item = (text: string) => hanging(`${' '.repeat(INDENT)}- `, text, out.width);
  const field = (name: string, text: string) => hanging(`${' '.repeat(INDENT)}${name}: `, text, out.width, INDENT + 2);
  const group = (id: string, title: string, lines: string[]) => [
    '',
    `${out.style(id, 'cyan')}  ${out.style(title, 'bold')}`,
    ...(lines.length > 0 ? lines : item('none')),
  ];
  const state = record.closedAt ? `closed ${human(record.closedAt)}` : record.status;
  return [
    ...wrap(`${record.incidentId}  ${record.exercise ? 'EXERCISE  ' : ''}${visibleLine(nature.title)}`, out.width).map(
      (line) => out.style(line, 'bold'),
    ),
    `${nature.severity}, ${state}, owner ${visibleLine(record.owner)}`,
    ...group('R1', 'Detected and declared', [
      ...field('detected', `${times.detectedStated ?? human(times.detectedAt)} (${times.source})`),
      ...field('declared', `${human(times.declaredAt)}, by ${times.declaredBy}`),
      ...field('aware', times.awareAt === NOT_YET_ESTABLISHED ? times.awareAt : human(times.awareAt)),
      ...(times.awareStated ? field('aware, as stated', `${times.awareStated}: the earliest reading counts`) : []),
    ]),
    ...group('R2', 'Nature', [
      ...field('type', `${nature.type.replaceAll('-', ' ')}, affects ${nature.affects.join(', ')}`),
      ...field('how it occurred', nature.howItOccurred),
      ...field('systems', nature.systems.join(', ') || 'none named'),
    ]),
    ...group('R3', 'Personal data and people', [
      ...field('personal data affected', personalData.involved),
      ...field('workspaces', String(personalData.workspaces)),
      ...personalData.dataSets.flatMap((set) =>
        item(
          `${set.title} (${set.role}): ${list(set.categories)}; records ${count(set.records)}, individuals ${count(set.individuals)}; ` +
            `${RISKS[set.risk] ?? `risk ${set.risk}`}; residence ${residence(set.residence)}`,
        ).concat(set.judgement.flatMap(([name, said]) => field(`${name} (${set.title})`, said))),
      ),
    ]),
    ...group('R4', 'Likely consequences and risk', [
      ...item(record.likelyConsequences),
      ...record.judgement.flatMap(([name, said]) => field(name, said)),
    ]),
    ...group('R5', 'Measures', [
      ...(measures.contained ? field('contained', contained(measures.contained)) : []),
      ...measures.containment.flatMap((step) => item(`${human(step.at)}  ${step.step}: ${step.outcome}`)),
      ...measures.measures.flatMap((measure) =>
        item(`${human(measure.at)}  ${measure.text} (${measure.category}, ${measure.by})`),
      ),
      ...field('root cause', measures.rootCause),
      ...measures.controls.flatMap((control) => item(`improved: ${control}`)),
    ]),
    ...group(
      'R6',
      'Notifications sent',
      record.notifications.flatMap((sent) => item(notification(sent))),
    ),
    ...(record.owed.length > 0
      ? group(
          '',
          'Still owed',
          record.owed.flatMap((o) =>
            item(
              `${o.obligation}: ${o.status.replace('proposed-not-owed', 'proposed as not owed').replace('partly-told', 'partly told')}, due ${o.dueAt === NOT_YET_ESTABLISHED ? o.dueAt : human(o.dueAt)}` +
                (o.proposed ? `; Tocsin proposes, and nobody has confirmed: ${o.proposed}` : ''),
            ),
          ),
        )
      : []),
    ...(record.leftUntold.length > 0
      ? group(
          '',
          'Left untold by decision',
          record.leftUntold.flatMap((o) => item(`${o.obligation}: ${o.who}: ${o.reason} (${o.by}, ${human(o.at)})`)),
        )
      : []),
    ...(record.notRequired.length > 0
      ? group(
          '',
          'Not required',
          record.notRequired.flatMap((o) =>
            item(
              `${o.obligation}: ${o.reason} (${deciderText(o.by, o.byRule)}, ${human(o.at)}${o.proposed ? `; confirms what Tocsin proposed: ${o.proposed}` : ''}${o.inPart ? `; ${o.inPart}` : ''})`,
            ),
          ),
        )
      : []),
  ];
}

function contained({ at, stated, verdicts }: NonNullable<IncidentRecord['measures']['contained']>): string {
  const kept = verdicts.map((o) => `${o.obligation} ${latenessText(o, spanText) || 'in time'}`);
  return [stated ?? human(at), ...kept].join('; ');
}

function notification(sent: NotificationSent): string {
  if (sent.outside) {
    const { how, by, who, note, evidenceSha256 } = sent.outside;
    const shown = evidenceSha256 ? `, evidence SHA-256 ${evidenceSha256}` : '';
    const when = sent.stated ? `, stated as ${sent.stated}` : '';
    return `${human(sent.at)}  ${sent.obligation}: told outside of Tocsin (${how}): ${who}${when}, by ${by}${note ? `: ${note}` : ''}${shown}`;
  }
  const told =
    sent.sent === undefined
      ? ({
          'status-page': 'published',
          filing: filedWith(sent),
          outside: 'told outside of Tocsin',
          organisations: 'organisations told by a person',
        }[sent.channel] ?? `sent by ${sent.channel}`)
      : `sent to ${grouped(sent.sent)} of ${grouped(sent.recipients ?? sent.sent)} by ${sent.channel}`;
  const round = sent.round > 1 ? `, round ${sent.round}` : '';
  const lateness = latenessText(sent, spanText);
  const late = lateness ? `, ${lateness}${sent.delayReasons ? ` (${sent.delayReasons})` : ''}` : '';
  const all = sent.of === undefined ? '' : `, ${grouped(sent.told ?? 0)} of ${grouped(sent.of)} told`;
  const part = sent.inPart ? ', not everybody was told' : '';
  const back = sent.cameBack ? `, the mails came back from at most ${grouped(sent.cameBack)} at any one time` : '';
  const since = sent.uncounted ? ', mails came back since and are not counted yet' : '';
  const last =
    sent.lastToldAt && sent.firstToldAt !== sent.lastToldAt ? `, the first at ${human(sent.firstToldAt!)}` : '';
  const reference = sent.reference ? `, reference ${sent.reference}` : '';
  const withdraws = sent.withdraws ? ', withdraws the report: to be treated as withdrawn' : '';
  const stated = sent.stated ? `, stated as ${sent.stated}` : '';
  return `${human(sent.at)}  ${sent.obligation}: ${told}${withdraws}${stated}${all}${part}${last}${back}${since}${round}${reference}${late}`;
}

/** The obligation names its authority, except of a report that was filed although none was owed. */
function filedWith({ who, obligation }: NotificationSent): string {
  const isNamed = obligation === who || obligation.endsWith(`:${who}`);
  return isNamed ? 'filed' : `filed with ${who}`;
}

function count(value: number | string): string {
  return typeof value === 'number' ? grouped(value) : value;
}

function list(value: Known<string[]>): string {
  return typeof value === 'string' ? value : value.join(', ');
}

function residence(value: Known<Record<string, Known<number>>>): string {
  if (typeof value === 'string') return value;
  return Object.entries(value)
    .map(([country, n]) => `${country} ${count(n)}`)
    .join(', ');
}
