/** `tocsin declare`: starts the lifecycle of an incident, from a file, from flags, or both. */

import type { Command } from 'commander';
import { credentialProviders } from '../../../activities/containment/providers';
import { usage } from '../../../client/errors';
import { newIncidentId } from '../../../client/incident-id';
import { inputProblems } from '../../../client/problems';
import { DeclarationSchema } from '../../../domain/incident/incident';
import { tocsin } from '../../../domain/kernel/command-lines';
import { SEVERITIES } from '../../../domain/kernel/severity';
import { collect, credentialFlag, credentialProblems, instantFlag, readInput } from '../../input';
import { hanging } from '../../rendering/table';
import type { CommonOptions, Shell } from '../../shell';
import { verb } from './verb';

interface Options extends CommonOptions {
  file?: string;
  id?: string;
  title?: string;
  kind?: string;
  severity?: string;
  owner?: string;
  detectedAt?: string;
  awareAt?: string;
  source?: string;
  how?: string;
  affects?: string[];
  system?: string[];
  isolate?: string[];
  block?: string[];
  rotate?: string[];
  serviceAffecting?: boolean;
  publicSummary?: string;
}

export function declareCommand(program: Command, shell: Shell): void {
  verb(
    program,
    'declare',
    'Declare an incident: containment starts at once and every clock runs from the detection.',
    'declare -f incident.yaml\ndeclare --title "Leaked CI key" --kind credential-leak --severity sev1 --affects confidentiality --no-service-affecting --block 203.0.113.7',
  )
    .option('-f, --file <file>', 'declaration in YAML or JSON; - for standard input. Flags take precedence')
    .option('--by <who>', 'who declares it (default: TOCSIN_BY, else the OS user)')
    .option('--id <id>', 'the incident id; the same id twice is one incident')
    .option('--title <text>', 'what happened, in a few words')
    .option('--kind <kind>', 'like credential-leak, phishing, lost-device')
    .option('--severity <severity>', SEVERITIES.join(', '))
    .option('--owner <who>', 'who is in charge and gets the alarms (default: whoever declares it)')
    .option('--detected-at <time>', 'when it was detected, with zone (default: now)')
    .option('--aware-at <time>', 'when it became known that personal data may be affected')
    .option('--source <text>', 'what detected it')
    .option('--how <text>', 'how it occurred')
    .option('--affects <what>', 'confidentiality, integrity, availability; separate several with commas', collect)
    .option('--system <system>', 'an affected system; may be repeated', collect)
    .option('--isolate <system>', 'a system to isolate at once; may be repeated', collect)
    .option('--block <source>', 'a malicious IP, range, asn:N or country:XX; may be repeated', collect)
    .option(
      '--rotate <provider/ref>',
      `a credential to rotate, of ${credentialProviders().join(', ')}; may be repeated`,
      collect,
    )
    .option('--service-affecting', 'customers are affected: status updates within 2 h')
    .option('--no-service-affecting', 'customers are not affected')
    .option('--public-summary <text>', 'one sentence for the status page')
    .action((options: Options) => declare(shell, options));
}

async function declare(shell: Shell, options: Options): Promise<void> {
  const input = options.file ? readInput(options.file) : undefined;
  if (input && 'acts' in input.data) {
    throw usage(`${input.file} is a scenario. Play it with \`tocsin exercise ${input.file}\``);
  }
  const { raw, assumed } = declarationOf(input?.data ?? {}, options, shell, new Date());
  const parsed = DeclarationSchema.safeParse(raw);
  if (!parsed.success) {
    const problems = inputProblems(parsed.error, raw, Object.keys(DeclarationSchema.shape));
    throw usage(`nothing was declared${input ? `: ${input.file} needs a correction` : ''}`, problems.map(withFlag));
  }
  const unknown = credentialProblems(parsed.data.credentials);
  if (unknown.length > 0) throw usage('nothing was declared', unknown);
  const incidents = await shell.incidents();
  const { id, created } = await incidents.declare({ declaration: raw as never });
  if (options.json) {
    shell.out.json({ id, created, assumed });
    return;
  }
  const { out } = shell;
  if (!created) {
    out.line(out.style(`${id} was already declared; nothing was changed.`, 'yellow'));
    out.line(`Correct its facts with: ${tocsin('assess', { id, help: true })}`);
    return;
  }
  const pairs = Object.entries(assumed).map(([field, value]) => `${field} ${value}`);
  if (pairs.length > 0)
    for (const line of hanging('Assumed: ', pairs.join(', '), out.width)) out.line(out.style(line, 'dim'));
  out.line(`${out.style(id, 'bold')} is declared: containment and all clocks have started.`);
  out.line(`Watch it with: tocsin show ${id} --watch`);
}

/** The file and the flags together, with what could be assumed filled in. */
export function declarationOf(
  file: Record<string, unknown>,
  options: Options,
  shell: Pick<Shell, 'by'>,
  now: Date,
): { raw: Record<string, unknown>; assumed: Record<string, string> } {
  const instant = (flag: string, text: string | undefined) =>
    text === undefined ? undefined : instantFlag(flag, text);
  const isolate = options.isolate;
  const systems = [...new Set([...(options.system ?? []), ...(isolate ?? [])])];
  const flags: Record<string, unknown> = {
    id: options.id,
    title: options.title,
    kind: options.kind,
    severity: options.severity,
    owner: options.owner,
    detectedAt: instant('--detected-at', options.detectedAt),
    awareAt: instant('--aware-at', options.awareAt),
    source: options.source,
    howItOccurred: options.how,
    affects: options.affects,
    systems: systems.length > 0 ? systems : undefined,
    isolate,
    maliciousSources: options.block,
    credentials: options.rotate?.map((text) => credentialFlag('--rotate', text)),
    serviceAffecting: options.serviceAffecting,
    publicSummary: options.publicSummary,
  };
  const given = Object.fromEntries(Object.entries(flags).filter(([, value]) => value !== undefined));
  const raw: Record<string, unknown> = { ...file, ...given };
  const assumed: Record<string, string> = {};
  const assume = (field: string, value: string) => {
    if (raw[field] !== undefined && raw[field] !== null) return;
    raw[field] = value;
    assumed[field] = value;
  };
  const by = shell.by(options);
  assume('id', newIncidentId(now));
  assume('declaredAt', now.toISOString());
  assume('detectedAt', String(raw.declaredAt));
  assume('declaredBy', by);
  assume('owner', String(raw.declaredBy));
  assume('source', `report by ${String(raw.declaredBy)}`);
  return { raw, assumed };
}

const FLAGS: Record<string, string> = {
  serviceAffecting: '--service-affecting or --no-service-affecting',
  howItOccurred: '--how',
  maliciousSources: '--block',
  credentials: '--rotate',
  systems: '--system',
};

/** Names the flag beside the field, for who does not write a file. */
function withFlag(problem: string): string {
  const field = /^(\w+): is missing/.exec(problem)?.[1];
  return field ? `${problem}; use ${FLAGS[field] ?? `--${field}`} or put it in the file` : problem;
}
