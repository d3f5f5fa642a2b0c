/** `tocsin audit verify FOLDER --cloudtrail KEYS`: a copy of a trail's bucket, by the digests that CloudTrail signed. */
import { refused, usage } from '../../../client/errors';
import type { CloudTrailVerification } from '../../../detection/audit/cloudtrail/verify';
import { plural } from '../../../domain/kernel/plural';
import { readInput } from '../../input';
import type { Output } from '../../rendering/output';
import { hanging } from '../../rendering/table';
import type { CommonOptions, Shell } from '../../shell';

/** Options about a chain of entries, which these files are not. */
interface Given extends CommonOptions {
  head?: string;
  after?: string;
  mapping?: string;
}

/** Names of one kind that are shown. */
const SHOWN = 10;

export async function verifyCloudTrailFolder(
  shell: Shell,
  folders: string[],
  keysFile: string,
  { head, after, mapping, json }: Given,
): Promise<void> {
  const [folder, ...more] = folders;
  if (folder === undefined || more.length > 0) throw usage('--cloudtrail: give one folder with digests and logs');
  if (head !== undefined || after !== undefined || mapping !== undefined)
    throw usage('--cloudtrail: --head, --after and --mapping are for logs whose lines are chained');
  const { publicKeys } = await import('../../../detection/audit/cloudtrail/digest.js');
  const { verifyCloudTrail } = await import('../../../detection/audit/cloudtrail/verify.js');
  const { AuditUnreadableError } = await import('../../../detection/audit/errors.js');
  let result: CloudTrailVerification;
  try {
    result = await verifyCloudTrail(folder, publicKeys(readInput(keysFile).data));
  } catch (error) {
    if (error instanceof AuditUnreadableError) throw usage(error.message);
    throw error;
  }
  if (json) shell.out.json(result);
  else for (const line of linesOf(result, shell.out)) shell.out.line(line);
  if (!result.ok) throw refused('the audit log is damaged: keep it as it is and find out who changed it');
}

function linesOf(result: CloudTrailVerification, out: Output): string[] {
  const { ok, digests, logs, from, to, gaps, before, unnamed, damage } = result;
  const counted = `${plural(digests, 'digest')} and ${plural(logs, 'log file')}`;
  const shown = damage
    .slice(0, SHOWN)
    .flatMap(({ file, kind, reason }) => [
      `${out.style('✗', 'red')} ${kind}: ${file}`,
      ...hanging('  ', reason, out.width),
    ]);
  return [
    ...shown,
    ...(damage.length > SHOWN ? [`  and ${damage.length - SHOWN} more: see them with --json`] : []),
    ok ? `${out.style('✓', 'green')} ${counted}, intact, from ${from} to ${to}` : `  ${counted} hold`,
    ...gaps.map((gap) => `  no digests from ${gap.from} to ${gap.to}: CloudTrail says that none was before`),
    ...before.slice(0, SHOWN).map((file) => `  not in the folder, as is what was before it: ${file}`),
    ...(unnamed.length > 0
      ? [`  ${plural(unnamed.length, 'log file')} that no digest names, such as ${unnamed[0]}: not verified`]
      : []),
  ];
}
