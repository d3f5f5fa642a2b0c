/** The flags that say what an incident is: of `declare`, and of `triage declare`, which has the rest from the detections. */
import type { Command } from 'commander';
import { credentialProviders } from '../activities/containment/providers';
import { SEVERITIES } from '../domain/kernel/severity';
import { collect, credentialFlag, whenFlag } from './input';

export interface DeclarationFlags {
  title?: string;
  kind?: string;
  severity?: string;
  owner?: string;
  awareAt?: string;
  how?: string;
  affects?: string[];
  system?: string[];
  isolate?: string[];
  block?: string[];
  rotate?: string[];
  serviceAffecting?: boolean;
  publicSummary?: string;
}

/** Adds the flags. */
export function declarationFlags(command: Command): Command {
  return command
    .option('--title <text>', 'what happened, in a few words')
    .option('--kind <kind>', 'like credential-leak, phishing, ddos')
    .option('--severity <severity>', SEVERITIES.join(', '))
    .option('--owner <who>', 'who is in charge and gets the alarms')
    .option(
      '--aware-at <time>',
      'when you became aware that personal data may be affected; only a person can state this. A date, a range or "about" will do',
    )
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
    .option('--public-summary <text>', 'one sentence for the status page');
}

/** The fields of a declaration that were given as flags; the others are undefined. */
export function declarationFields(flags: DeclarationFlags): Record<string, unknown> {
  return {
    title: flags.title,
    kind: flags.kind,
    severity: flags.severity,
    owner: flags.owner,
    awareAt: whenFlag('--aware-at', flags.awareAt),
    howItOccurred: flags.how,
    affects: flags.affects,
    systems: flags.system,
    isolate: flags.isolate,
    maliciousSources: flags.block,
    credentials: flags.rotate?.map((text) => credentialFlag('--rotate', text)),
    serviceAffecting: flags.serviceAffecting,
    publicSummary: flags.publicSummary,
  };
}
