/** `tocsin declare`: starts the lifecycle of an incident, from a file, from flags, or both. */

import type { Command } from 'commander';
import { refusedAtOnce } from '../../../activities/containment/refused-at-once';
import type { CaseClient } from '../../../client/cases';
import { refused, usage } from '../../../client/errors';
import { newIncidentId } from '../../../client/incident-id';
import { stoppedError } from '../../../client/stopped';
import { DeclarationFields, DeclarationSchema, declaredMeasures, measureId } from '../../../domain/incident/incident';
import { aheadProblem } from '../../../domain/kernel/ahead';
import { tocsin } from '../../../domain/kernel/command-lines';
import { readWhen, type When } from '../../../domain/kernel/inexact-instant';
import { fieldProblems } from '../../../domain/kernel/problems';
import { unauthenticated } from '../../../domain/kernel/recorded-event';
import { human, InstantSchema } from '../../../domain/kernel/time';
import { BREAK_GLASS } from '../../break-glass';
import { inRegister } from '../../cases/in-register';
import { atTerminal } from '../../confirm';
import { type DeclarationFlags, declarationFields, declarationFlags } from '../../declaration-flags';
import { credentialProblems, type InputFile, readInput, whenFlag } from '../../input';
import { NOT_RECORDED, recordPast } from '../../record-past';
import { hanging } from '../../rendering/table';
import type { CommonOptions, Shell } from '../../shell';
import { OPTIONS, verb } from '../../verb';
import { readScenario } from '../exercise/scenario';
import { askForDeclaration, lacksFields } from './declare-asks';
import { goesOutLines } from './goes-out-lines';

interface Options extends CommonOptions, DeclarationFlags {
  file?: string;
  id?: string;
  detectedAt?: string;
  source?: string;
  recordOnly?: boolean;
  /** False with `--no-input`. */
  input?: boolean;
}

export function declareCommand(program: Command, shell: Shell): void {
  const command = verb(
    program,
    'declare',
    'Declare an incident: containment and all of its clocks start at once.',
    'declare   # asks what is needed, on a terminal\ndeclare -f incident.yaml\ndeclare --title "Leaked CI key" --kind credential-leak --severity sev1 --affects confidentiality --no-service-affecting --block 203.0.113.7',
  )
    .option('-f, --file <file>', 'declaration in YAML or JSON; - for standard input. Flags take precedence')
    .option(...OPTIONS.by)
    .option('--id <id>', 'the incident id; the same id twice is one incident')
    .option('--detected-at <time>', 'when it was detected (default: now); a date, a range or "about" will do')
    .option('--source <text>', 'what detected it')
    .option(
      '--record-only',
      'only record a past incident, with the acts in the file at their own times: nothing is sent, nothing contained, no alarm raised',
    );
  command.option('--no-input', 'never ask; say what is missing instead (always so without a terminal)');
  declarationFlags(command).action((options: Options) => declare(shell, options));
}

async function declare(shell: Shell, options: Options): Promise<void> {
  const input = options.file ? readInput(options.file) : undefined;
  if (options.recordOnly) return declareRecord(shell, options, input);
  if (input && 'acts' in input.data) {
    throw usage(`${input.file} is a scenario. Play it with \`${tocsin('exercise', { file: input.file })}\``);
  }
  refuseBreakGlass(input, input?.data);
  const { by, breakGlass } = await shell.sender(options);
  const { raw: read, assumed } = declarationOf(input?.data ?? {}, options, by, new Date());
  // Of a name in a file nobody knows whose it is: past the server it is the sender's, with the mark that entries have.
  if (breakGlass !== undefined) {
    const stated = read.declaredBy;
    if (typeof stated !== 'string' || unauthenticated(stated) !== by)
      throw usage(
        `declaredBy: you act as "${by}", past the server: leave it out of the file, or give --by the same name`,
      );
    read.declaredBy = by;
  }
  const given: Record<string, unknown> = breakGlass === undefined ? read : { ...read, breakGlass };
  const raw = asks(shell, options) && lacksFields(given) ? await askedFor(shell, given) : given;
  if (!raw) return shell.out.line('Nothing was declared.');
  const parsed = DeclarationSchema.safeParse(raw);
  if (!parsed.success) {
    const known = Object.keys(DeclarationFields.shape);
    const problems = fieldProblems(parsed.error, { raw, known }).map(({ field, problem }) => {
      // It was declared now: not that is wrong, but the time before it.
      if (field === 'declaredAt' && assumed.declaredAt)
        return `detectedAt: ${aheadProblem(readWhen(String(raw.detectedAt))!, assumed.declaredAt)}`;
      if (!known.includes(field) || raw[field] !== undefined) return `${field}: ${problem}`;
      return `${FLAGS[field] ?? `--${field}`}: ${problem}${input ? `; or put "${field}" in the file` : ''}`;
    });
    throw usage(`nothing was declared${input ? `: ${input.file} needs a correction` : ''}`, problems);
  }
  const unknown = credentialProblems(parsed.data.credentials);
  if (unknown.length > 0) throw usage('nothing was declared', unknown);
  const client = await shell.client();
  await refuseUsedId(shell, client, parsed.data.id);
  const { id, created, waiting } = await client.declare({ declaration: raw as never });
  if (options.json) {
    shell.out.json({ id, created, ...(waiting && { waiting }), assumed });
    return;
  }
  const { out } = shell;
  if (!created) {
    const stands = await client.stands(id);
    const now = stands === 'closed' ? ', and is closed' : '';
    out.line(out.style(`${id} was already declared${now}; nothing was changed.`, 'yellow'));
    if (typeof stands === 'object') throw stoppedError(id, stands);
    if (stands === 'closed') {
      out.line(`Open it again with: ${tocsin('reopen', { id, reason: { ask: 'reason' } })}`);
      return;
    }
    if (waiting) return sayNotOpened(out, id);
    out.line(`Correct its facts with: ${tocsin('assess', { id, help: true })}`);
    return;
  }
  const pairs = Object.entries(assumed).map(([field, value]) => `${field} ${forPeople(value)}`);
  if (pairs.length > 0)
    for (const line of hanging('Assumed: ', pairs.join(', '), out.width)) out.line(out.style(line, 'dim'));
  if (waiting) return sayNotOpened(out, id);
  out.line(`${out.style(id, 'bold')} is declared: containment and all clocks have started.`);
  for (const said of await goesOutLines(shell, raw))
    for (const line of hanging('', said, out.width)) out.line(out.style(line, 'yellow'));
  // The clocks do not wait for it: what cannot be contained is said, and declared all the same.
  for (const measure of declaredMeasures(parsed.data)) {
    const problem = refusedAtOnce(measure);
    if (!problem) continue;
    const said = `${measureId(measure)} will be refused: ${problem}`;
    for (const line of hanging('', said, out.width)) out.line(out.style(line, 'yellow'));
  }
  const wrong = parsed.data.assessment?.dataSets.flatMap(({ placesNotRead = [] }) => placesNotRead) ?? [];
  for (const problem of wrong)
    out.line(out.style(`The place counts as unknown until it is corrected: ${problem}`, 'yellow'));
  if (wrong.length > 0) out.line(`Correct it with: ${tocsin('assess', { id, help: true })}`);
  out.line(`Watch it with: ${tocsin('show', { id, watch: true })}`);
}

function sayNotOpened(out: Shell['out'], id: string): void {
  const said = `${id} is kept by Temporal, but no worker has opened it: its deadlines count all the same, and nothing is contained, told or alarmed until one does. Run \`npx tocsin worker\`, then look: ${tocsin('show', { id })}`;
  for (const line of hanging('', said, out.width)) out.line(out.style(line, 'yellow'));
}

/** A file that is shared says for nobody why they went past the server. */
function refuseBreakGlass(input: InputFile | undefined, declaration: unknown): void {
  if (!input || !isMapping(declaration) || !('breakGlass' in declaration)) return;
  throw usage(
    `${input.file}: breakGlass: is not taken from a file: leave it out, and give ${BREAK_GLASS} where you need it`,
  );
}

/** Whether a person sits at a terminal and may be asked. */
function asks({ out }: Shell, { json, input, file }: Options): boolean {
  return process.stdin.isTTY === true && out.isTerminal && !json && input !== false && file !== '-';
}

async function askedFor(shell: Shell, raw: Record<string, unknown>): Promise<Record<string, unknown> | undefined> {
  const whole = await atTerminal((ask) =>
    askForDeclaration(raw, shell.out, ask, (declared) => goesOutLines(shell, declared)),
  );
  // The time runs on while somebody answers: it was declared when they were done.
  return whole && { ...whole, declaredAt: new Date().toISOString() };
}

/** An instant as the other commands print it; anything else as it is. */
function forPeople(value: string): string {
  const instant = InstantSchema.safeParse(value);
  return instant.success ? human(instant.data) : value;
}

/** A past incident from a file with its declaration and its acts, or from a declaration alone. */
async function declareRecord(shell: Shell, options: Options, input: InputFile | undefined): Promise<void> {
  if (!input) throw usage('--record-only needs -f FILE with the declaration, and with what was done when');
  const now = new Date();
  const { acts = [], ...rest } = input.data;
  const stands = isMapping(rest.declaration) ? rest.declaration : rest;
  for (const each of [stands, ...[acts].flat().map((act) => (isMapping(act) ? act.with : act))])
    refuseBreakGlass(input, each);
  const { raw } = declarationOf(stands, options, shell.by(options), now);
  const id = String(raw.id);
  const data = { declaration: { ...raw, recordedAt: now.toISOString() }, acts };
  const { loadPolicy } = await import('../../../policy/load-policy.js');
  const policy = loadPolicy(shell.settings.policy);
  const stated = raw.detectedAt as When | string;
  const detectedAt = typeof stated === 'string' ? whenFlag('detectedAt', stated)! : stated;
  const scenario = readScenario({ ...input, data }, { id, detectedAt }, policy.pack, true);
  const recorded = { ...scenario, where: scenario.acts.map(({ where }) => where) };
  const { created, waiting, played } = await recordPast(await shell.temporal(), recorded, policy);
  if (options.json) return shell.out.json({ id, created, ...(waiting && { waiting }), events: played.events.length });
  if (!created) return shell.out.line(shell.out.style(`${id} was already declared; nothing was changed.`, 'yellow'));
  if (waiting) return shell.out.line(shell.out.style(`${id}  ${NOT_RECORDED}`, 'yellow'));
  shell.out.line(`${shell.out.style(id, 'bold')} is recorded with ${played.events.length} events. Nothing was sent.`);
  shell.out.line(`See its verdicts with: ${tocsin('show', { id })}`);
}

/** One id is one incident for ever, also when Temporal has forgotten it. */
async function refuseUsedId(shell: Shell, client: CaseClient, id: string): Promise<void> {
  // A check that cannot be made delays no declaration.
  if (await client.stands(id).catch(() => true)) return;
  const state = await inRegister(shell, id);
  if (state && !state.closedAt) throw stoppedError(id, { how: 'missing' });
  if (state)
    throw refused(`the register has an incident "${id}" already, which is closed: declare this one under another id`);
}

function isMapping(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The file and the flags together, with what could be assumed filled in. */
export function declarationOf(
  file: Record<string, unknown>,
  options: Options,
  by: string,
  now: Date,
): { raw: Record<string, unknown>; assumed: Record<string, string> } {
  const { isolate, system } = options;
  const systems = [...new Set([...(system ?? []), ...(isolate ?? [])])];
  const flags: Record<string, unknown> = {
    ...declarationFields(options),
    id: options.id,
    detectedAt: whenFlag('--detected-at', options.detectedAt),
    source: options.source,
    systems: systems.length > 0 ? systems : undefined,
  };
  const given = Object.fromEntries(Object.entries(flags).filter(([, value]) => value !== undefined));
  const raw: Record<string, unknown> = { ...file, ...given };
  const assumed: Record<string, string> = {};
  const assume = (field: string, value: string) => {
    if (raw[field] !== undefined && raw[field] !== null) return;
    raw[field] = value;
    assumed[field] = value;
  };
  assume('id', newIncidentId(now));
  assume('declaredAt', now.toISOString());
  assume('detectedAt', String(raw.declaredAt));
  assume('declaredBy', by);
  assume('owner', String(raw.declaredBy));
  assume('source', `report by ${String(raw.declaredBy)}`);
  return { raw, assumed };
}

/** The flag that stands for a field where it is not of its name. */
const FLAGS: Record<string, string> = {
  serviceAffecting: '--service-affecting or --no-service-affecting',
  howItOccurred: '--how',
  maliciousSources: '--block',
  credentials: '--rotate',
  systems: '--system',
};
