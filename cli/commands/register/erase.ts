/** `tocsin register erase`: destroys the personal data of an incident for good, and records that. */
import type { Command } from 'commander';
import type { Pool } from 'pg';
import { refused, usage } from '../../../client/errors';
import { minuteText } from '../../../domain/kernel/time';
import type { ErasurePlan, ErasureRequest } from '../../../register/erase/erase-incident';
import { confirm } from '../../confirm';
import type { CommonOptions, Shell } from '../../shell';
import { OPTIONS, verb } from '../../verb';

interface Options extends CommonOptions {
  reason?: string;
  lawfulRequest?: string;
  ground?: string;
  dryRun?: boolean;
  yes?: boolean;
}

export function registerEraseCommand(register: Command, shell: Shell): void {
  verb(
    register,
    'erase <id>',
    'Permanently erase the personal data of a closed incident, once its retention is over or on a lawful request. Its ' +
      "entries stay and still verify; where copies may remain is listed. In production it needs the owner's login.",
    'register erase INC-20260401-9f3a --dry-run\n' +
      'register erase INC-20260401-9f3a --by dpo --reason "retention is over"\n' +
      'register erase INC-20260401-9f3a --by dpo --reason "request granted" --lawful-request DSR-17 --ground gdpr-17-1',
  )
    .option(...OPTIONS.by)
    .option('--reason <text>', 'why (required); recorded in the register')
    .option('--lawful-request <ref>', 'erase before retention is over: the reference of the request, like DSR-17')
    .option('--ground <ground>', 'with --lawful-request: its legal ground, like gdpr-17-1')
    .option('--dry-run', 'show what would be erased and what stays; change nothing')
    .option(...OPTIONS.yes)
    .action(async (id: string, options: Options) => {
      const { loadRetention } = await import('../../../policy/load-retention.js');
      const { loadDisclosures } = await import('../../../policy/load-disclosure.js');
      const { eraseIncident, planErasure } = await import('../../../register/erase/erase-incident.js');
      const { erasureLines } = await import('../../rendering/retention-lines.js');
      const [table, pool, now] = [loadRetention(), await shell.register({ owner: true }), new Date()];
      const asked = requestOf(id, options, shell);
      const first = await planErasure(pool, asked, table, now);
      const request = { ...asked, workflowClosed: await hasEnded(shell, pool, first) };
      const plan = await planErasure(pool, request, table, now);
      if (options.dryRun) {
        if (options.json) shell.out.json(plan);
        else {
          shell.out.line(
            `${id}: ${plan.refusal ? 'would be refused' : plan.erasedAt ? 'is erased' : 'would be erased'}`,
          );
          for (const line of erasureLines(plan, shell.out)) shell.out.line(line);
        }
        if (plan.refusal) throw refused(plan.refusal);
        return;
      }
      if (!plan.refusal && !plan.erasedAt && !options.yes) {
        for (const line of erasureLines(plan, shell.err)) shell.err.line(line);
        await confirm(`The personal data of ${id} will be erased permanently.`, id);
      }
      const erased = await eraseIncident(pool, request, { table, disclosures: loadDisclosures() }, now);
      await tell(shell, erased, options);
    });
}

function requestOf(incidentId: string, options: Options, shell: Shell): ErasureRequest {
  const { reason, lawfulRequest, ground, dryRun } = options;
  if (!dryRun && !reason?.trim())
    throw usage('a reason is required: use --reason TEXT, which is recorded in the register');
  if ((lawfulRequest === undefined) !== (ground === undefined)) {
    throw usage('a lawful request needs a reference and a ground: use --lawful-request REF and --ground GROUND');
  }
  if (ground !== undefined && !/^[a-z0-9]+(-[a-z0-9]+)*$/.test(ground)) {
    throw usage(`--ground: "${ground}" is not a ground. Write the article, like gdpr-17-1`);
  }
  if (lawfulRequest !== undefined && !/^[\w.:/-]{1,200}$/.test(lawfulRequest)) {
    throw usage('--lawful-request: use the reference of the request, like DSR-2026-17, not a name');
  }
  if (lawfulRequest !== undefined && options.by === undefined) {
    throw usage('a person must decide on a lawful request: name them with --by');
  }
  return {
    incidentId,
    by: shell.by(options),
    reason: reason ?? '',
    ...(lawfulRequest !== undefined && { lawful: { reference: lawfulRequest, ground: ground! } }),
    workflowClosed: false,
  };
}

/** Whether nothing of the incident runs any more. Temporal is asked only where the register does not say so itself. */
async function hasEnded(shell: Shell, pool: Pool, plan: ErasurePlan): Promise<boolean> {
  if (plan.erasedAt || (plan.closed && plan.deliveries.open === 0)) return false;
  const { openRounds } = await import('../../../register/erase/erase-deliveries.js');
  const client = await shell.temporal();
  const rounds = await openRounds(pool, plan.incidentId);
  const ids = [plan.incidentId, ...rounds.map(({ obligation, round }) => `${plan.incidentId}/${obligation}/${round}`)];
  for (const id of ids) if ((await client.find(id))?.open) return false;
  return true;
}

async function tell(shell: Shell, erased: ErasurePlan & { seq?: number }, options: Options): Promise<void> {
  const { rewriteErased } = await import('../../../register/erase/rewrite-erased.js');
  const { REMAINS_OF_INCIDENT } = await import('../../../register/erase/remains.js');
  const { remainderLines } = await import('../../rendering/retention-lines.js');
  // Also when it was erased before: this is what may have failed then.
  const files = await rewriteErased(await shell.register({ owner: true }), [
    'register_keys',
    'deliveries',
    'delivery_events',
  ]);
  if (options.json) return shell.out.json({ ...erased, files, remains: REMAINS_OF_INCIDENT });
  const { incidentId, erasedAt, fields, entries, deliveries, seq } = erased;
  shell.out.line(
    erasedAt
      ? `${incidentId} was already erased, at ${minuteText(erasedAt)} UTC.`
      : `Erased ${fields} fields of ${entries} entries and ${deliveries.total} deliveries of ${incidentId}: entry REGISTER ${seq}.`,
  );
  for (const line of remainderLines(files, REMAINS_OF_INCIDENT, shell.out)) shell.out.line(line);
}
