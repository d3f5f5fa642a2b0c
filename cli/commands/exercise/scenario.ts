/** A scenario file: a declaration, and who does what when. Times are relative to the detection, or instants. */
import { z } from 'zod';
import { credentialProblem } from '../../../activities/containment/providers';
import { usage } from '../../../client/errors';
import {
  type ContainmentMeasure,
  type Declaration,
  DeclarationFields,
  DeclarationSchema,
} from '../../../domain/incident/incident';
import { MESSAGE_NAMES, MESSAGE_SCHEMAS, type MessageName } from '../../../domain/incident/messages';
import { earliestOf, type InexactInstant, latestOf, readWhen, type When } from '../../../domain/kernel/inexact-instant';
import { problemsOf } from '../../../domain/kernel/problems';
import { nearest } from '../../../domain/kernel/suggest';
import {
  DAY_MS,
  HOUR_MS,
  type Instant,
  InstantSchema,
  parsePeriod,
  toInstant,
  toMs,
} from '../../../domain/kernel/time';
import { isUncovered } from '../../../domain/places/law';
import { placeOf } from '../../../domain/places/place';
import { type Policy, ruleOf } from '../../../domain/policy/policy';
import { credentialProblems, type InputFile } from '../../input';

/** One message that somebody sends in a scenario. */
export interface Act {
  /** The earliest reading, where it is not known exactly: `when` has both. Only of the past. */
  at: Instant;
  when?: InexactInstant;
  message: MessageName;
  /** The whole message, with `by`. */
  body: Record<string, unknown>;
  /** Where it stands, for errors: `examples/x.yaml line 40 (approve)`. */
  where: string;
}

export interface Scenario {
  title: string;
  declaration: Declaration;
  acts: Act[];
}

const ScenarioSchema = z.strictObject({
  title: z.string().optional(),
  declaration: z.record(z.string(), z.unknown()),
  acts: z
    .array(
      z.strictObject({
        at: z.string(),
        as: z.string().min(1),
        message: z.string(),
        with: z.record(z.string(), z.unknown()).default({}),
      }),
    )
    .default([]),
});

/** Fields that hold an instant, wherever they stand. */
const INSTANT_FIELDS = [
  'at',
  'detectedAt',
  'declaredAt',
  'awareAt',
  'partsAwareAt',
  'periodFrom',
  'periodTo',
  'until',
  'submittedAt',
  'serviceAffectedFrom',
];

/**
 * Resolves a scenario for an incident `id` that is detected at `detectedAt`. `isPast`: its acts are only recorded, so that their
 * times need not be known exactly. With the pack, obligations that do not
 * exist are found before anything starts. Throws a usage error that names file and line.
 */
export function readScenario(
  input: InputFile,
  incident: { id: string; detectedAt: When },
  pack?: Policy,
  isPast = false,
): Scenario {
  const parsed = ScenarioSchema.safeParse(input.data);
  if (!parsed.success) {
    const problems = problemsOf(parsed.error, { raw: input.data, known: Object.keys(ScenarioSchema.shape) });
    const line = input.lineOf(pathOf(parsed.error.issues[0]?.path));
    throw usage(`${input.file} line ${line}: this is not a scenario`, problems);
  }
  const { title, declaration: raw, acts } = parsed.data;
  const place = (path: Array<string | number>, what: string) => `${input.file} line ${input.lineOf(path)} (${what})`;

  const detectedAt = earliestOf(incident.detectedAt);
  const declaration = DeclarationSchema.safeParse(
    withInstants({ declaredAt: 'T+0', ...raw, ...incident }, detectedAt, place(['declaration'], 'declaration')),
  );
  if (!declaration.success) {
    const path = ['declaration', ...pathOf(declaration.error.issues[0]?.path)];
    throw usage(
      `${place(path, 'declaration')}: it is not valid`,
      problemsOf(declaration.error, { raw, known: Object.keys(DeclarationFields.shape) }),
    );
  }
  const unknown = credentialProblems(declaration.data.credentials);
  if (unknown.length > 0)
    throw usage(`${place(['declaration', 'credentials'], 'declaration')}: it is not valid`, unknown);

  let before: { at: Instant; where: string } | undefined;
  const resolved = acts.map((act, index): Act => {
    const where = place(['acts', index], act.message);
    const name = messageName(act.message, where);
    const when = isPast ? readWhen(timeOf(act.at, detectedAt, where))! : momentOf(act.at, detectedAt, where);
    const at = earliestOf(when);
    if (before && toMs(latestOf(when)) < toMs(before.at))
      throw usage(`${where}: it comes before ${before.where}; put the acts in chronological order`);
    before = { at, where };
    const body: Record<string, unknown> = {
      by: act.as,
      ...(withInstants(act.with, detectedAt, where) as Record<string, unknown>),
    };
    const message = MESSAGE_SCHEMAS[name].safeParse(body);
    if (!message.success) {
      throw usage(
        `${where}: the message is not valid`,
        problemsOf(message.error, { raw: body, known: Object.keys(MESSAGE_SCHEMAS[name].shape) }),
      );
    }
    if ('measure' in message.data && typeof message.data.measure === 'object')
      checkMeasure(message.data.measure, where);
    if (pack && typeof body.obligation === 'string') checkObligation(body.obligation, pack, where);
    return { at, ...(typeof when === 'object' && { when }), message: name, body, where };
  });
  return { title: title ?? declaration.data.title, declaration: declaration.data, acts: resolved };
}

/** Throws when a measure rotates a credential that no provider rotates. */
function checkMeasure(measure: ContainmentMeasure, where: string): void {
  const problem = measure.action === 'rotate-credential' && credentialProblem(measure.credential);
  if (problem) throw usage(`${where}: ${problem}`);
}

function messageName(name: string, where: string): MessageName {
  const known = MESSAGE_NAMES.find((each) => each === name);
  if (known) return known;
  const meant = nearest(name, MESSAGE_NAMES);
  throw usage(
    `${where}: there is no message "${name}"${meant ? `; did you mean "${meant}"?` : `; there are: ${MESSAGE_NAMES.join(', ')}`}`,
  );
}

/** Throws when an obligation can be none of the pack: its rule and, behind the colon, its authority. */
export function checkObligation(id: string, pack: Policy, where: string): void {
  const [ruleId, key] = id.split(':');
  const rule = ruleOf(pack, ruleId);
  if (!rule) {
    const meant = nearest(
      ruleId!,
      pack.obligations.map((each) => each.id),
    );
    throw usage(
      `${where}: there is no obligation "${id}"${meant ? `; did you mean "${meant}"?` : `; there are: ${pack.obligations.map((each) => each.id).join(', ')}`}`,
    );
  }
  if (key === undefined || key === 'to-be-determined') return;
  const to = rule.recipient;
  if (to.to === 'uncovered-places' && placeOf(key) === key && isUncovered(key, to.by)) return;
  if (to.to === 'uncovered-places') {
    throw usage(
      `${where}: "${key}" is not a place whose law has no pack; write it like ${ruleId}:US or ${ruleId}:CA-QC`,
    );
  }
  if (to.to !== 'authorities')
    throw usage(`${where}: the obligation "${ruleId}" goes to no authority; leave out ":${key}"`);
  const keys = pack.authorities.filter((authority) => authority.regime === to.regime).map((authority) => authority.key);
  if (keys.includes(key)) return;
  const meant = nearest(key, keys);
  throw usage(
    `${where}: there is no authority "${key}" for ${ruleId}${meant ? `; did you mean "${ruleId}:${meant}"?` : `; there are: ${keys.join(', ')}`}`,
  );
}

/** Replaces relative times in the fields that hold an instant. */
function withInstants(value: unknown, detectedAt: Instant, where: string): unknown {
  if (Array.isArray(value)) return value.map((item) => withInstants(item, detectedAt, where));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      key,
      INSTANT_FIELDS.includes(key) && typeof item === 'string'
        ? timeOf(item, detectedAt, `${where}, ${key}`)
        : withInstants(item, detectedAt, where),
    ]),
  );
}

/** Times after the detection within a range or behind "about". */
const RELATIVE = /T[+-](?:\d+d\s*\d+:\d\d|\d+d|\d+:\d\d|0)/g;

/** A time that need not be known exactly, as text, with relative times in place: `about T+02:00`, `T+1d..T+2d`. */
function timeOf(text: string, detectedAt: Instant, where: string): string {
  const absolute = text.replace(RELATIVE, (time) => momentOf(time, detectedAt, where));
  return readWhen(absolute) === undefined ? momentOf(text, detectedAt, where) : absolute;
}

/** `T+0`, `T+00:25`, `T-01:30`, `T+3d 04:00`, `PT40M` after the detection, or an instant with its zone. */
export function momentOf(text: string, detectedAt: Instant, where: string): Instant {
  const clock = /^T([+-])(?:0|(?:(\d+)d\s*)?(\d+):(\d\d)|(\d+)d)$/.exec(text.trim());
  if (clock) {
    const [, sign, days, hours, minutes, onlyDays] = clock;
    const spanMs =
      Number(days ?? onlyDays ?? 0) * DAY_MS + Number(hours ?? 0) * HOUR_MS + Number(minutes ?? 0) * 60_000;
    return toInstant(toMs(detectedAt) + (sign === '-' ? -spanMs : spanMs));
  }
  if (text.startsWith('P')) {
    try {
      const { months, exactMs } = parsePeriod(text);
      if (months === 0) return toInstant(toMs(detectedAt) + exactMs);
    } catch {
      // Told below, with the forms that are possible.
    }
  }
  const instant = InstantSchema.safeParse(text);
  if (instant.success) return instant.data;
  throw usage(
    `${where}: "${text}" is not a valid time. Write T+00:25, T+3d 04:00 or PT40M after the detection, or 2026-04-01T02:00:00Z`,
  );
}

function pathOf(path: readonly PropertyKey[] | undefined): Array<string | number> {
  return (path ?? []).flatMap((key) => (typeof key === 'symbol' ? [] : [key]));
}
