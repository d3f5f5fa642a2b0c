/** `tocsin detect test`: which rule fires on a detection, why, and what would happen. Nothing is stored or sent. */
import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { parseAllDocuments } from 'yaml';
import { usage } from '../../../client/errors';
import { triageCaseId } from '../../../detection/intake/inbox/triage-case-id';
import { MAPPED_FORMAT } from '../../../detection/intake/mapping/mapped-adapter';
import { adapterOf, INTAKE_FORMATS } from '../../../detection/intake/sources';
import type { Parsed, SourceAdapter, Untaken } from '../../../detection/intake/sources/adapter';
import { type Detection, DetectionSchema } from '../../../domain/detection/detection';
import type { RulesSnapshot } from '../../../domain/detection/detection-rules';
import { type Judgement, judge, passedOver, ruleOfDedupeKey } from '../../../domain/detection/judgement';
import { problemsOf } from '../../../domain/kernel/problems';
import { exactMs, spanText } from '../../../domain/kernel/time';
import { incidentIdOf } from '../../../domain/triage/declaration';
import { collectText } from '../../input';
import { visibleLine } from '../../rendering/hostile-text';
import type { Output } from '../../rendering/output';
import { hanging } from '../../rendering/table';
import type { CommonOptions, Shell } from '../../shell';
import { verb } from '../../verb';

interface Options extends CommonOptions {
  rules?: string;
  source?: string;
  header?: string[];
}

/** A detection of the file, and how it is judged. */
interface Tested {
  detection: Detection;
  judgement: Judgement;
  passed: ReturnType<typeof passedOver>;
  caseId?: string;
}

export function detectTestCommand(detect: Command, shell: Shell): void {
  verb(
    detect,
    'test <file> [payload]',
    'Run detections through the rules: which rule matches and why, why no earlier one did, and what would happen. With two files the first is a mapping, the second what a sender sends: it shows what is read of it, and what is refused and why.',
    'detect test examples/detections.yaml\ndetect test alert.json --source cloudflare\ndetect test alert.json --source github --header "x-github-event: dependabot_alert"\ndetect test okta event.json\ndetect test ./my-mapping.yaml event.json --json',
  )
    .option('--rules <file>', 'the rules (default: TOCSIN_DETECTION_RULES, else policy/detection.yaml)')
    .option('--source <format>', `the file is what a source of this format sends: ${INTAKE_FORMATS.join(', ')}`)
    .option('--header <header>', 'a header of that request, as NAME: VALUE; may be repeated', collectText)
    .action(async (file: string, payload: string | undefined, options: Options) => {
      if (payload !== undefined && options.source)
        throw usage('give either a mapping and a payload, or one file with --source');
      const { loadRules } = await import('../../../detection/rules.js');
      const snapshot = readRules(() => loadRules(options.rules ?? shell.settings.detectionRules));
      const {
        detections,
        untaken = [],
        note,
      }: Parsed = payload !== undefined
        ? await fromSource(payload, options, await mappingOf(file))
        : options.source
          ? await fromSource(file, options)
          : { detections: fromFile(file) };
      const tested = detections.map((detection) => test(detection, snapshot));
      const { id, version } = snapshot.rules;
      if (options.json) {
        shell.out.json({
          rules: { id, version, sha256: snapshot.sha256 },
          detections: tested,
          ...(untaken.length > 0 ? { untaken: untaken.map(({ kind, problems }) => ({ kind, problems })) } : {}),
          ...(note ? { note } : {}),
        });
        return;
      }
      shell.out.line(shell.out.style(`rules ${id} ${version}, sha256 ${snapshot.sha256.slice(0, 12)}`, 'dim'));
      if (tested.length === 0 && untaken.length === 0)
        shell.out.line(`It contains no detection${note ? `: ${note}` : ''}.`);
      const isRead = payload !== undefined || options.source !== undefined;
      for (const each of tested) for (const line of testedLines(shell.out, each, isRead)) shell.out.line(line);
      for (const each of untaken) for (const line of untakenLines(shell.out, each)) shell.out.line(line);
    });
}

async function mappingOf(file: string): Promise<SourceAdapter> {
  const { loadMapping } = await import('../../../detection/intake/mapping/load-mapping.js');
  const { mappedAdapter } = await import('../../../detection/intake/mapping/mapped-adapter.js');
  return mappedAdapter(readRules(() => loadMapping(file)));
}

function readRules<T>(load: () => T): T {
  try {
    return load();
  } catch (error) {
    const { message, problems } = error as { message: string; problems?: string[] };
    throw usage(message.split('\n')[0]!, problems);
  }
}

function test(detection: Detection, { rules }: RulesSnapshot): Tested {
  const judgement = judge(detection, rules);
  const caseId = judgement.action === 'ignore' ? undefined : triageCaseId(judgement, detection.at);
  return { detection, judgement, passed: passedOver(detection, rules), ...(caseId ? { caseId } : {}) };
}

// —— reading ——

function read(file: string): Buffer {
  try {
    return readFileSync(file === '-' ? 0 : file);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const why = { ENOENT: 'it does not exist', EACCES: 'permission denied', EISDIR: 'it is a folder' }[code ?? ''];
    throw usage(`cannot read ${file}: ${why ?? message}. Use a YAML or JSON file, or - for standard input`);
  }
}

/** Detections in the one shape that all sources are brought into: a mapping, a list of them, or several documents. */
function fromFile(file: string): Detection[] {
  const documents = parseAllDocuments(read(file).toString('utf8'));
  const errors = [...documents].flatMap((document) => document.errors);
  if (errors.length > 0) {
    throw usage(
      `${file} is neither YAML nor JSON`,
      errors.slice(0, 5).map((error) => error.message.split('\n')[0]!.replace(/:$/, '')),
    );
  }
  const items = [...documents].flatMap((document) => document.toJS() as unknown).filter((item) => item !== null);
  if (items.length === 0) throw usage(`${file} is empty: write a detection with "source", "type", "at", "title" …`);
  return items.map((item, index) => {
    const parsed = DetectionSchema.safeParse(item);
    if (parsed.success) return parsed.data;
    const which = items.length > 1 ? `detection ${index + 1} of ${file}` : file;
    throw usage(
      `${which} needs a correction. Is it what a source sends? Then add --source FORMAT`,
      problemsOf(parsed.error, { raw: item, known: Object.keys(DetectionSchema.shape) }),
    );
  });
}

/** What a source sends, read as the intake does; its signature is not looked at. */
async function fromSource(
  file: string,
  { source = MAPPED_FORMAT, header = [] }: Options,
  adapter: SourceAdapter | undefined = adapterOf(source),
): Promise<Parsed> {
  const { Refusal } = await import('../../../detection/intake/refusal.js');
  if (!adapter) {
    throw usage(`--source: "${source}" is not a source format. Use one of ${INTAKE_FORMATS.join(', ')}`);
  }
  const now = Date.now();
  const headerLines = header.map((text) => {
    const colon = text.indexOf(':');
    if (colon < 1) throw usage(`--header: "${text}" is not a header. Write NAME: VALUE, like "x-github-event: ping"`);
    return [text.slice(0, colon).trim().toLowerCase(), text.slice(colon + 1).trim()] as const;
  });
  const headers = {
    'content-type': adapter.contentTypes[0],
    'webhook-id': 'detect-test',
    'webhook-timestamp': String(Math.floor(now / 1000)),
    ...Object.fromEntries(headerLines),
  };
  try {
    return adapter.parse({ headers, body: read(file) }, { source, scope: 'unknown', now });
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    throw usage(
      `${file} is not what ${source === MAPPED_FORMAT ? 'this mapping takes' : `${source} sends`}: ${error.message}`,
      error.errors.map(({ field, problem }) => `${field}: ${problem}`),
    );
  }
}

// —— telling ——

/** What the intake would count and keep for a person, instead of a detection. */
function untakenLines(out: Output, { kind, problems }: Untaken): string[] {
  const what =
    problems.length > 0 ? 'refused' : 'of a kind that is not read: counted, and shown by `tocsin intake unknown`';
  return [
    '',
    ...hanging('', `${visibleLine(kind, 120)}: ${what}`, out.width).map((line) => out.style(line, 'bold')),
    ...problems.flatMap(({ field, problem }) => hanging('    - ', visibleLine(`${field}: ${problem}`, 500), out.width)),
  ];
}

/** What was read of a payload: a value that did not fit is missing here. */
function readLines(out: Output, detection: Detection): string[] {
  const { at, phase, severity, scope, correlationId, systems, indicators, subjects, facts } = detection;
  const list = (values: readonly string[]) => values.join(', ');
  const read = {
    at,
    phase,
    severity,
    scope,
    correlationId,
    systems: list(systems),
    indicators: list(indicators),
    subjects: list(subjects),
    ...Object.fromEntries(
      Object.entries(facts).map(([name, value]) => [
        `facts.${name}`,
        Array.isArray(value) ? list(value) : String(value),
      ]),
    ),
  };
  return Object.entries(read).flatMap(([name, value]) =>
    value ? hanging('    - ', visibleLine(`${name}: ${value}`, 500), out.width) : [],
  );
}

/** `isRead`: of what a sender sends, not of a file of detections. */
function testedLines(out: Output, { detection, judgement, passed, caseId }: Tested, isRead: boolean): string[] {
  const item = (text: string, indent = 4) => hanging(`${' '.repeat(indent)}- `, visibleLine(text, 500), out.width);
  const field = (name: string, text: string) => hanging(`  ${name}: `, visibleLine(text, 1000), out.width);
  return [
    '',
    ...hanging('', `${detection.source}  ${detection.type}  ${visibleLine(detection.title)}`, out.width).map((line) =>
      out.style(line, 'bold'),
    ),
    ...(isRead ? ['  read:', ...readLines(out, detection)] : []),
    ...field('rule', `${judgement.rule}: ${judgement.title}`),
    ...judgement.why.flatMap((why) => item(why)),
    ...field('action', judgement.action),
    ...what(judgement, caseId).flatMap((text) => item(text)),
    ...(passed.length > 0 ? ['  earlier rules that did not match:'] : []),
    ...passed
      .flatMap(({ rule, because }) => item(`${rule}: ${because.join('; ')}`))
      .map((line) => out.style(line, 'dim')),
  ];
}

function what(judgement: Judgement, caseId: string | undefined): string[] {
  if (judgement.action === 'ignore') return [`it is only counted: ${judgement.reason}`];
  const { severity, dedupeKey, joins = [], windowMs, triage, incident } = judgement;
  const span = (period: string) => spanText(exactMs(period));
  return [
    `case ${caseId}, ${severity}, owner ${incident.owner}`,
    `grouped into one case with others of the key ${dedupeKey} within ${spanText(windowMs)}`,
    ...(joins.length > 0
      ? [`where there is a graver case about the same it goes to that: ${joins.map(ruleOfDedupeKey).join(', ')}`]
      : []),
    ...(triage
      ? [
          `to be decided within ${span(triage.within)}; alarms at ${triage.alarmAt.map((percent) => `${percent} %`).join(', ') || 'the limit'}`,
          triage.onSilence === 'declare'
            ? `without a decision it is declared as ${incidentIdOf(caseId!)}`
            : `without a decision the alarm is repeated every ${span(triage.repeatEvery)}`,
        ]
      : [`it is declared at once as ${incidentIdOf(caseId!)}`]),
    `an incident of the kind ${incident.kind}, affecting ${incident.affects.join(', ')}; blocks ${incident.maliciousSources.join(', ') || 'nothing automatically'}`,
  ];
}
