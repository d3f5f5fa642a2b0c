/** One past breach of a CSV file: its declaration, and what was done when. */
import { usage } from '../../../client/errors';
import type { RecordedAct } from '../../../domain/incident/recorded-acts';
import { type Instant, InstantSchema, toMs } from '../../../domain/kernel/time';

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

/** What a row says. Cells that are empty say nothing; an instant without its zone is refused. */
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
  const instant = (column: keyof Row): Instant | undefined => {
    const text = cell(column);
    if (text === undefined) return undefined;
    const parsed = InstantSchema.safeParse(text);
    if (parsed.success) return parsed.data;
    throw usage(`${where}: ${column} "${text}" is not an instant with its zone, like 2024-04-01T02:00:00Z`);
  };
  const number = (column: keyof Row) => (cell(column) === undefined ? undefined : Number(cell(column)));
  const detectedAt = instant('detected_at');
  const declaredAt = instant('declared_at') ?? detectedAt;
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
    assessment,
    awareAt: instant('aware_at'),
    recordedAt,
  };
  const acts: RecordedAct[] = [];
  const act = (at: Instant | undefined, message: RecordedAct['message'], body: Record<string, unknown>) => {
    if (at !== undefined) acts.push({ at, message, body: withoutEmpty({ by, ...body }) });
  };
  const contained = instant('contained_at');
  const resolved = instant('resolved_at');
  for (const text of list('measures')) act(contained ?? resolved ?? declaredAt, 'measure', { text });
  act(contained, 'status', { status: 'contained' });
  const obligation = cell('authority');
  if (obligation) {
    const authority = cell('filed_with');
    const filed = { obligation, authority, reference: cell('reference'), delayReasons: cell('delay_reasons') };
    act(instant('filed_at'), 'filed', filed);
  }
  act(resolved, 'status', { status: 'resolved' });
  if (cell('root_cause'))
    act(resolved, 'review', { rootCause: cell('root_cause'), controls: list('controls'), shareSummary: false });
  // An act before the declaration is told at the declaration, with its own instant.
  const from = declaredAt ?? recordedAt;
  const told = acts.map(({ at, message, body }): RecordedAct => {
    if (toMs(at) >= toMs(from)) return { at, message, body };
    const field = message === 'filed' ? 'submittedAt' : message === 'review' ? undefined : 'at';
    return { at: from, message, body: field ? { ...body, [field]: at } : body };
  });
  return { declaration: withoutEmpty(declaration), acts: told.sort((a, b) => toMs(a.at) - toMs(b.at)) };
}

function withoutEmpty(of: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(of).filter(([, value]) => value !== undefined));
}
