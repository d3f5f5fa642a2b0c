/** `tocsin declare` on a terminal: asks for what a declaration lacks, one question at a time, and for a last word before it is sent. */
import { DeclarationFields } from '../../../domain/incident/incident';
import { WhenSchema, whenText } from '../../../domain/kernel/inexact-instant';
import { fieldProblems } from '../../../domain/kernel/problems';
import { SEVERITIES } from '../../../domain/kernel/severity';
import { nearest } from '../../../domain/kernel/suggest';
import { AFFECTS } from '../../../domain/policy/facts';
import type { Output } from '../../rendering/output';
import { hanging } from '../../rendering/table';
import type { AskLine } from './assess-guided';

interface Question {
  field: keyof typeof DeclarationFields.shape;
  prompt: string;
  how: string;
  read(line: string): unknown;
}

const YES_NO: Record<string, boolean> = { y: true, yes: true, n: false, no: false };

const QUESTIONS: Question[] = [
  {
    field: 'title',
    prompt: 'What happened?',
    how: 'a few words; they go into the register, and customers may read them',
    read: (line) => line,
  },
  {
    field: 'severity',
    prompt: 'How severe?',
    how: `${SEVERITIES[0]} (worst) to ${SEVERITIES.at(-1)}; it can be corrected later`,
    read: (line) => (SEVERITIES.some((each) => each === line) ? line : (nearest(line, SEVERITIES, 0) ?? line)),
  },
  {
    field: 'kind',
    prompt: 'What kind?',
    how: 'like credential-leak, phishing, ransomware, lost-device, misdirected-mail, ddos',
    read: (line) => line.toLowerCase().replaceAll(' ', '-'),
  },
  {
    field: 'affects',
    prompt: 'What is affected?',
    how: `${AFFECTS.join(', ')}; separate several with commas`,
    read: (line) => line.split(/[, ]+/).map((word) => nearest(word, AFFECTS) ?? word),
  },
  {
    field: 'serviceAffecting',
    prompt: 'Do customers notice it in the service?',
    how: 'yes or no; with yes, status updates are owed within hours',
    read: (line) => YES_NO[line.toLowerCase()] ?? line,
  },
];

/** Whether a declaration lacks anything that is asked for. */
export function lacksFields(raw: Record<string, unknown>): boolean {
  return QUESTIONS.some(({ field }) => raw[field] === undefined);
}

/**
 * Asks for what is missing.
 *
 * @param foretold what goes out by itself once it is declared, said before the last yes
 * @returns the declaration with the answers, or `undefined` where the person ended it or did not confirm.
 */
export async function askForDeclaration(
  raw: Record<string, unknown>,
  out: Output,
  ask: AskLine,
  foretold: (whole: Record<string, unknown>) => Promise<string[]> = async () => [],
): Promise<Record<string, unknown> | undefined> {
  const whole = { ...raw };
  for (const { field, prompt, how, read } of QUESTIONS) {
    while (whole[field] === undefined) {
      out.line(out.style(prompt, 'bold'));
      for (const line of hanging('  ', how, out.width)) out.line(out.style(line, 'dim'));
      const line = await ask('> ');
      if (line === undefined) return undefined;
      if (line.trim() === '') {
        out.line(out.style('An answer is needed; Ctrl-C ends without declaring.', 'yellow'));
        continue;
      }
      const answer = read(line.trim());
      const parsed = DeclarationFields.shape[field].safeParse(answer);
      if (parsed.success) whole[field] = parsed.data;
      else out.line(out.style(fieldProblems(parsed.error, { raw: answer })[0]!.problem, 'yellow'));
    }
  }
  const said = `${String(whole.severity)}, ${String(whole.kind)}, affects ${[whole.affects].flat().join(', ')}, ${
    whole.serviceAffecting ? 'customers notice it' : 'customers do not notice it'
  }, detected ${detectedText(whole.detectedAt)}, owner ${String(whole.owner)}`;
  for (const line of hanging('', `Declares "${String(whole.title)}": ${said}.`, out.width)) out.line(line);
  for (const said of await foretold(whole))
    for (const line of hanging('', said, out.width)) out.line(out.style(line, 'yellow'));
  const sure = await ask('All clocks start then. Declare it? Type yes: ');
  return sure?.trim() === 'yes' ? whole : undefined;
}

/** To the minute where it is exact; else as it was stated. */
function detectedText(stated: unknown): string {
  const when = WhenSchema.safeParse(stated);
  if (!when.success) return String(stated);
  return typeof when.data === 'string' ? `${whenText(when.data)} UTC` : whenText(when.data);
}
