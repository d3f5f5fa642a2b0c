/** `tocsin doctor`: looks at the set-up of a process and says what to do. */
import { type Command, Option } from 'commander';
import { refused } from '../../client/errors';
import type { TocsinClient } from '../../client/tocsin-client';
import type { Finding, Patient, PatientName } from '../../doctor';
import { plural } from '../../domain/kernel/plural';
import { isProduction } from '../../platform/production';
import { readSettings, SettingsError } from '../../platform/settings/load';
import { runningStack } from '../../settings/running-stack';
import { temporalSettings } from '../../settings/temporal';
import type { Style } from '../rendering/output';
import { hanging } from '../rendering/table';
import type { CommonOptions, Shell } from '../shell';
import { verb } from '../verb';

interface Options extends CommonOptions {
  for: PatientName;
  mailTo?: string;
}

/** How a state looks; the sign alone says it where there is no colour. */
const LOOKS: Record<Finding['state'], { sign: string; style: Style }> = {
  ok: { sign: '✓', style: 'green' },
  warning: { sign: '!', style: 'yellow' },
  problem: { sign: '✗', style: 'red' },
  'not checked': { sign: '-', style: 'dim' },
};

export function doctorCommand(program: Command, shell: Shell): void {
  verb(
    program,
    'doctor',
    'Look at the set-up of a process, with its environment and from this machine, and say of each thing that is missing ' +
      'or wrong what to do. It changes nothing, but stores and deletes an object where a bucket is set. Exit code 1 if there ' +
      'is a problem.',
    'doctor --for worker --mail-to you@example.com',
  )
    .addOption(
      new Option('--for <process>', 'the process that is looked at')
        .choices(['worker', 'server', 'intake', 'watchdog'] satisfies PatientName[])
        .default('worker'),
    )
    .option('--mail-to <address>', 'send one test mail there')
    .action(async (options: Options) => {
      const { CHECKS, examine } = await import('../../doctor/index.js');
      const { patient, close } = await patientOf(shell.env, options);
      try {
        let about = '';
        const found = await examine(CHECKS, patient, (finding) => {
          if (options.json) return;
          for (const line of linesOf(finding, finding.about === about, shell)) shell.out.line(line);
          about = finding.about;
        });
        const count = (state: Finding['state']) => found.filter((each) => each.state === state).length;
        const [problems, warnings, unknown] = [count('problem'), count('warning'), count('not checked')];
        if (options.json) shell.out.json({ for: options.for, production: patient.production, problems, found });
        else
          shell.out.line(
            `\n${plural(problems, 'problem')}, ${plural(warnings, 'warning')}, ${unknown} not checked, of the ${options.for}${patient.production ? '' : ' (not production)'}`,
          );
        if (problems > 0) throw refused(`the ${options.for} cannot do all that it should: mend what is marked ✗`);
      } finally {
        await close();
      }
    });
}

/** The process as its environment describes it. */
async function patientOf(env: NodeJS.ProcessEnv, options: Options) {
  const { txtRecords } = await import('../../activities/mail/dmarc.js');
  const { temporalTarget } = await import('../connect.js');
  const { connectTo } = await import('../../client/connect.js');
  let client: TocsinClient | undefined;
  const patient: Patient = {
    name: options.for,
    env,
    production: isProduction(env),
    ...(options.mailTo && { mailTo: options.mailTo }),
    read(group) {
      try {
        return readSettings(group, env, runningStack(env));
      } catch (error) {
        if (error instanceof SettingsError) return undefined;
        throw error;
      }
    },
    async temporal() {
      const { encryptionKeys, taskQueue } = readSettings(temporalSettings, env, runningStack(env));
      client ??= await connectTo(temporalTarget(env), encryptionKeys, taskQueue);
      return client;
    },
    txt: txtRecords(),
  };
  return { patient, close: () => Promise.resolve(client?.close()) };
}

/** The widest of what is looked at. */
const ABOUT = 13;

function linesOf({ about, state, says, todo }: Finding, again: boolean, { out }: Shell): string[] {
  const { sign, style } = LOOKS[state];
  const prefix = `${out.style(sign, style)} ${(again ? '' : about).padEnd(ABOUT)}`;
  return [...hanging(prefix, says, out.width), ...(todo ? hanging(`${' '.repeat(ABOUT + 2)}→ `, todo, out.width) : [])];
}
