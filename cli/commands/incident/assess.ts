/** `tocsin assess`: states or corrects the facts, or the instant of awareness. */
import { type Command, Option } from 'commander';
import { z } from 'zod';
import { refused, usage } from '../../../client/errors';
import { AssessmentFields } from '../../../domain/incident/assessment';
import { AWARENESS_BASES } from '../../../domain/incident/awareness';
import { packNames } from '../../../domain/policy/policy';
import { samePack } from '../../../policy/pack-of';
import { type MessageOptions, sendMessage } from '../../cases/send';
import { atTerminal } from '../../confirm';
import { readInput, whenFlag } from '../../input';
import type { Shell } from '../../shell';
import { messageVerb } from '../../verb';
import { askForFacts } from './assess-guided';
import { ASSESSMENT_TEMPLATE } from './assessment-template';

interface Options extends MessageOptions {
  file?: string;
  personalData?: string;
  awareAt?: string;
  awareBasis?: string;
  partsAwareAt?: string;
  reason?: string;
  template?: boolean;
  schema?: boolean;
}

export function assessCommand(program: Command, shell: Shell): void {
  messageVerb(
    program,
    'assess [id]',
    'Record or correct the facts: which personal data, whose, how much, at what risk; or when you became aware.',
    'assess --template > assessment.yaml\nassess INC-20260401-9f3a --personal-data possible\nassess INC-20260401-9f3a -f assessment.yaml\nassess INC-20260401-9f3a --aware-at 2026-04-01T02:00:00Z --reason "the mail to support counts"',
  )
    .option(
      '-f, --file <file>',
      'the assessment in YAML or JSON; - for standard input. It replaces the earlier one entirely',
    )
    .option(
      '--personal-data <answer>',
      'whether personal data is affected, and nothing else: yes, possible, no or unknown; the other facts stay as they are',
    )
    .option(
      '--aware-at <time>',
      'when it became known that personal data may be affected; also a date, a range or "about …"',
    )
    .addOption(
      new Option(
        '--aware-basis <basis>',
        'what that time refers to (default: reasonable-certainty); times on other bases are kept beside it',
      ).choices(AWARENESS_BASES),
    )
    .option(
      '--parts-aware-at <time>',
      'when data sets and countries that are new in the file became known (default: now)',
    )
    .option(
      '--reason <text>',
      'why; needed to correct a recorded time of awareness. Moving it to a later time also needs a second person: see confirm',
    )
    .option('--template', 'print a file to fill in, with every fact that can be stated')
    .option('--schema', 'print the JSON Schema of such a file, for editors')
    .action(async (id: string | undefined, options: Options) => {
      if (options.template) return shell.out.line(ASSESSMENT_TEMPLATE.trimEnd());
      if (options.schema) return shell.out.json(assessmentJsonSchema());
      if (id === undefined) throw usage('which incident? Give its id, like INC-20260401-9f3a (see `npx tocsin list`)');
      if (
        !options.file &&
        !options.awareAt &&
        !options.personalData &&
        process.stdin.isTTY &&
        shell.out.isTerminal &&
        !options.json
      ) {
        return guided(shell, id, options);
      }
      const body = assessBody(options.file ? readInput(options.file).data : {}, options);
      await sendMessage(shell, 'incident', id, 'assess', body, options);
    });
}

/** Asks a person at a terminal for what matters now, and sends it when it is confirmed. */
async function guided(shell: Shell, id: string, options: Options): Promise<void> {
  const view = await (await shell.client()).view(id);
  if (!view) throw refused(`incident "${id}" has just been started and is not declared yet; try again in a moment`);
  const pack = samePack(view.state, shell.settings.policy);
  if (!pack) {
    throw usage('the policy of this incident is not installed here, so no answer can be tried on it: use -f FILE', [
      `its packs are ${packNames(view.state.policy.packs)}`,
    ]);
  }
  const facts = await atTerminal((ask) => askForFacts(view.state, pack, shell.out, ask));
  if (!facts) return shell.out.line('Nothing was sent.');
  await sendMessage(shell, 'incident', id, 'assess', { assessment: facts, reason: options.reason }, options);
}

/** The message from a file (an assessment, or a whole message with `assessment`) and the flags. */
export function assessBody(file: Record<string, unknown>, options: Options): Record<string, unknown> {
  const isMessage = 'assessment' in file || 'awareAt' in file;
  const fromFile = Object.keys(file).length === 0 ? {} : isMessage ? file : { assessment: file };
  const body: Record<string, unknown> = {
    ...fromFile,
    ...(options.personalData ? { personalData: options.personalData } : {}),
    ...(options.awareAt ? { awareAt: whenFlag('--aware-at', options.awareAt) } : {}),
    ...(options.awareBasis ? { awareBasis: options.awareBasis } : {}),
    ...(options.partsAwareAt ? { partsAwareAt: whenFlag('--parts-aware-at', options.partsAwareAt) } : {}),
    ...(options.reason ? { reason: options.reason } : {}),
  };
  if (!body.assessment && !body.personalData && !body.awareAt)
    throw usage(
      'nothing to assess: use -f FILE with the facts (--template prints one), --personal-data ANSWER, or --aware-at TIME',
    );
  return body;
}

/** The JSON Schema (draft 2020-12) of an assessment as people write it. */
export function assessmentJsonSchema(): object {
  return {
    title: 'Assessment of an incident',
    ...z.toJSONSchema(AssessmentFields, { io: 'input', unrepresentable: 'any' }),
  };
}
