/** The decisions on a detection in triage: declare, dismiss, merge. Each is confirmed by the case's workflow. */
import type { Command } from 'commander';
import { refused, usage } from '../../../client/errors';
import { inputProblems } from '../../../client/problems';
import { INCIDENT_WORKFLOW } from '../../../domain/incident/contract';
import { SEVERITIES } from '../../../domain/kernel/severity';
import { incidentIdOf, TRIAGE_MESSAGES, type TriageEvent, type TriageMessageName } from '../../../domain/triage/triage';
import { collect, credentialFlag, instantFlag } from '../../input';
import { visibleLine } from '../../rendering/hostile-text';
import { triageEventLines } from '../../rendering/triage-lines';
import type { Shell } from '../../shell';
import { type MessageOptions, messageVerb } from '../incident/verb';

const ID = 'TRG-9f3a5c1e0b2d';

interface Options extends MessageOptions {
  title?: string;
  severity?: string;
  owner?: string;
  kind?: string;
  how?: string;
  affects?: string[];
  system?: string[];
  isolate?: string[];
  block?: string[];
  rotate?: string[];
  serviceAffecting?: boolean;
  publicSummary?: string;
  awareAt?: string;
  reason?: string;
}

export function triageDecisions(triage: Command, shell: Shell): void {
  messageVerb(
    triage,
    'declare <case>',
    'Declare an incident. Values you leave out come from the rule and the detections; its clocks run from the detection.',
    `triage declare ${ID}\ntriage declare ${ID} --severity sev1 --owner bob --service-affecting`,
  )
    .option('--title <text>', 'what happened, in a few words (default: the title of the detection)')
    .option('--severity <severity>', SEVERITIES.join(', '))
    .option('--owner <who>', 'who is in charge and gets the alarms')
    .option('--kind <kind>', 'like ddos, account-takeover')
    .option('--how <text>', 'how it occurred')
    .option('--affects <what>', 'confidentiality, integrity, availability; separate several with commas', collect)
    .option('--system <system>', 'an affected system, instead of those detected; may be repeated', collect)
    .option('--isolate <system>', 'a system to isolate at once, one of those named with --system', collect)
    .option('--block <source>', 'a malicious IP, range, asn:N or country:XX, instead of those detected', collect)
    .option('--rotate <provider/ref>', 'a credential to rotate, by reference; may be repeated', collect)
    .option('--service-affecting', 'customers are affected: status updates within 2 h')
    .option('--no-service-affecting', 'customers are not affected')
    .option('--public-summary <text>', 'one sentence for the status page')
    .option(
      '--aware-at <time>',
      'when you became aware that personal data may be affected; only a person can state this',
    )
    .action((id: string, options: Options) => {
      const body = {
        title: options.title,
        severity: options.severity,
        owner: options.owner,
        kind: options.kind,
        howItOccurred: options.how,
        affects: options.affects,
        systems: options.system,
        isolate: options.isolate,
        maliciousSources: options.block,
        credentials: options.rotate?.map((text) => credentialFlag('--rotate', text)),
        serviceAffecting: options.serviceAffecting,
        publicSummary: options.publicSummary,
        awareAt: options.awareAt && instantFlag('--aware-at', options.awareAt),
      };
      return decide(shell, id, 'declare', body, options, [`Watch it with: tocsin show ${incidentIdOf(id)} --watch`]);
    });

  messageVerb(
    triage,
    'dismiss <case>',
    'Decide that it is not an incident.',
    `triage dismiss ${ID} --reason "Tuesday’s load test"`,
  )
    .requiredOption('--reason <text>', 'why; recorded in the register')
    .action((id: string, { reason, ...options }: Options) => decide(shell, id, 'dismiss', { reason }, options));

  messageVerb(
    triage,
    'merge <case> <incident>',
    'Merge it into an open incident, which then blocks the attackers the detections showed, as the rule says.',
    `triage merge ${ID} INC-20260401-9f3a`,
  ).action(async (id: string, into: string, options: Options) => {
    const found = await (await shell.cases()).find(into);
    if (found?.workflow !== INCIDENT_WORKFLOW) {
      throw refused(`there is no incident "${into}". \`tocsin list\` lists open ones`);
    }
    if (!found.open) throw refused(`incident "${into}" is closed: merge it into an open one, or declare a new one`);
    await decide(shell, id, 'merge', { into }, options);
  });
}

/** Sends a decision and tells what it caused. Checked here first, so that a typo needs no server. */
async function decide(
  shell: Shell,
  id: string,
  name: TriageMessageName,
  body: Record<string, unknown>,
  options: MessageOptions,
  next: string[] = [],
): Promise<void> {
  const given = Object.fromEntries(Object.entries(body).filter(([, value]) => value !== undefined && value !== ''));
  const message = { by: shell.by(options), ...given, ...(options.commandId ? { commandId: options.commandId } : {}) };
  const { schema } = TRIAGE_MESSAGES[name];
  const parsed = schema.safeParse(message);
  if (!parsed.success) {
    throw usage(
      `this is not a valid "${name}" message`,
      inputProblems(parsed.error, message, Object.keys(schema.shape)),
    );
  }
  const { out } = shell;
  const cases = await shell.cases();
  const receipt = await cases.update(id, name, message);
  if (options.json) {
    out.json(receipt);
    return;
  }
  if (receipt.note) out.line(out.style(`Nothing changed: ${visibleLine(receipt.note)}`, 'yellow'));
  const caused = new Set(receipt.events.flatMap(({ seq, kind }) => (kind === 'noted' ? [] : [seq])));
  if (caused.size === 0) return;
  const now = new Date().toISOString();
  for (const event of await cases.timeline<TriageEvent>(id)) {
    if (caused.has(event.seq)) for (const line of triageEventLines(out, event, now)) out.line(line);
  }
  for (const line of next) out.line(line);
}
