/** One past breach of a CSV file: its declaration, and what was done when. */
import { usage } from '../../../client/errors';
import { type RecordedAct, TIME_OF } from '../../../domain/incident/recorded-acts';
import { earliestOf, latestOf, readWhen, WHEN_FORMS, type When } from '../../../domain/kernel/inexact-instant';
import { earliest, type Instant, toMs } from '../../../domain/kernel/time';

/** The columns, in the order of the template. Lists in a cell are separated by ";". */
export const IMPORT_COLUMNS = [
  'id',
  'title',
  'kind',
  'severity',
  'owner',
  'affects',
  'detected_at',
  'declared_at',
  'aware_at',
  'contained_at',
  'resolved_at',
  'how',
  'personal_data',
  'role',
  'categories',
  'individuals',
  'records',
  'countries',
  'risk',
  'consequences',
  'measures',
  'authority',
  'filed_with',
  'filed_at',
  'reference',
  'delay_reasons',
  'root_cause',
  'controls',
] as const;
export type Row = Partial<Record<(typeof IMPORT_COLUMNS)[number], string>>;

interface Imported {
  declaration: Record<string, unknown>;
  acts: RecordedAct[];
}

/**
 * What a row says. Cells that are empty say nothing. A time may be a date, a range or "about"; an instant needs its zone. What
 * was done at a time that is not known exactly is played at its earliest reading, and judged by both.
 */
export function pastOf(
  row: Row,
  { by, recordedAt, where }: { by: string; recordedAt: Instant; where: string },
): Imported {
  const cell = (column: keyof Row) => row[column] || undefined;
  const list = (column: keyof Row) =>
    (cell(column) ?? '')
      .split(';')
      .map((each) => each.trim())
      .filter(Boolean);
  const time = (column: keyof Row): When | undefined => {
    const text = cell(column);
    if (text === undefined) return undefined;
    const when = readWhen(text);
    if (when !== undefined) return when;
    throw usage(`${where}: ${column} "${text}" is not a time that can be read. Write ${WHEN_FORMS}`);
  };
  const number = (column: keyof Row) => (cell(column) === undefined ? undefined : Number(cell(column)));
  const detectedAt = time('detected_at');
  // Nothing was detected after it was declared: a day of declaration lasts until its end, but not beyond now.
  const declared = time('declared_at') ?? detectedAt;
  const declaredAt = declared && earliest([latestOf(declared), recordedAt]);
  const personalData = cell('personal_data') ?? (cell('categories') || cell('individuals') ? 'yes' : undefined);
  const dataSet = {
    id: 'imported',
    title: cell('title'),
    role: cell('role') ?? 'controller',
    categories: list('categories'),
    individuals: number('individuals'),
    records: number('records'),
    residence: Object.fromEntries(list('countries').map((country) => [country, null])),
    risk: cell('risk') ?? 'unknown',
  };
  const assessment = personalData && {
    personalData,
    dataSets: personalData === 'no' ? [] : [withoutEmpty(dataSet)],
    ...(cell('consequences') && { likelyConsequences: cell('consequences') }),
  };
  const aware = time('aware_at');
  const awareLater = aware && declaredAt && toMs(earliestOf(aware)) > toMs(declaredAt);
  const declaration = {
    id: cell('id'),
    title: cell('title'),
    kind: cell('kind') ?? 'past-breach',
    severity: cell('severity') ?? 'sev3',
    owner: cell('owner') ?? by,
    affects: list('affects').length > 0 ? list('affects') : ['confidentiality'],
    serviceAffecting: false,
    detectedAt,
    declaredAt,
    declaredBy: by,
    source: where.slice(0, 200),
    howItOccurred: cell('how'),
    // Who became aware only after the declaration assessed it then.
    ...(!awareLater && { assessment, awareAt: aware }),
    recordedAt,
  };
  const acts: Array<RecordedAct & { at: Instant }> = [];
  const act = (when: When | undefined, message: RecordedAct['message'], body: Record<string, unknown>) => {
    if (when === undefined) return;
    const field = TIME_OF[message];
    const stated = typeof when === 'object' && field ? { [field]: when.stated } : {};
    acts.push({ at: earliestOf(when), message, body: withoutEmpty({ by, ...body, ...stated }) });
  };
  if (awareLater) act(aware, 'assess', { assessment, awareAt: typeof aware === 'string' ? aware : aware.stated });
  const contained = time('contained_at');
  const resolved = time('resolved_at');
  for (const text of list('measures')) act(contained ?? resolved ?? declaredAt, 'measure', { text });
  act(contained, 'status', { status: 'contained' });
  const obligation = cell('authority');
  if (obligation) {
    const authority = cell('filed_with');
    const filed = { obligation, authority, reference: cell('reference'), delayReasons: cell('delay_reasons') };
    act(time('filed_at'), 'filed', filed);
  }
  act(resolved, 'status', { status: 'resolved' });
  if (cell('root_cause'))
    act(resolved, 'review', { rootCause: cell('root_cause'), controls: list('controls'), shareSummary: false });
  // An act before the declaration is told at the declaration, with its own instant.
  const from = declaredAt ?? recordedAt;
  const told = acts.map(({ at, message, body }): (typeof acts)[number] => {
    if (toMs(at) >= toMs(from)) return { at, message, body };
    const field = message === 'measure' ? 'at' : TIME_OF[message];
    return { at: from, message, body: field ? { [field]: at, ...body } : body };
  });
  return { declaration: withoutEmpty(declaration), acts: told.sort((a, b) => toMs(a.at) - toMs(b.at)) };
}

function withoutEmpty(of: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(of).filter(([, value]) => value !== undefined));
}
