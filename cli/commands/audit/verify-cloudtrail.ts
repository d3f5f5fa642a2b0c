/** `tocsin audit verify FOLDER --cloudtrail KEYS…`: a copy of a trail's bucket, by the digests that CloudTrail signed. */
import { refused, usage } from '../../../client/errors';
import type { CloudTrailChain } from '../../../detection/audit/cloudtrail/chains';
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

/** No signature tells whose trail it is, nor what came after the last digest. */
const COMPARE =
  'Compare these buckets, accounts, trails and Regions with your own, and each end with the clock: a chain that is not here, or was cut off at its end, is not seen.';

/** Names of one kind that are shown. */
const SHOWN = 10;

export async function verifyCloudTrailFolder(
  shell: Shell,
  folders: string[],
  keysFiles: string[],
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
    result = await verifyCloudTrail(
      folder,
      new Map(keysFiles.flatMap((file) => [...publicKeys(readInput(file).data)])),
    );
  } catch (error) {
    if (error instanceof AuditUnreadableError) throw usage(error.message);
    throw error;
  }
  if (json) shell.out.json(result);
  else for (const line of linesOf(result, shell.out)) shell.out.line(line);
  if (!result.ok) throw refused('the audit log is damaged: keep it as it is and find out who changed it');
}

function linesOf(result: CloudTrailVerification, out: Output): string[] {
  const { ok, digests, logs, to, chains, gaps, before, unnamed, unsigned, missingKeys, unsupported, damage } = result;
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
    ok ? `${out.style('✓', 'green')} ${counted}, intact up to ${to}` : `  ${counted} hold`,
    ...chainLines(chains),
    ...hanging('  ', COMPARE, out.width),
    ...gaps.flatMap(({ chain, from, to }) =>
      hanging(
        '  ',
        `${chain}: a chain begins anew at ${to}. What lay between ${from} and then cannot be told: validation was off, or digests were deleted`,
        out.width,
      ),
    ),
    ...before.slice(0, SHOWN).map((file) => `  not in the folder, as is what was before it: ${file}`),
    ...unsigned.map((file) => `  not verified, nor its log files, as its signature is not here: ${file}`),
    ...missingKeys.map(({ region, fingerprint }) => `  a key that was not given: ${fingerprint} of ${region}`),
    ...unsupported.map((what) => `  not verified, by an algorithm that is not known here: ${what}`),
    ...(unnamed.length > 0
      ? [
          `  not verified, as the digests of the hours around them are not all here: ${plural(unnamed.length, 'log file')}, such as ${unnamed[0]}`,
        ]
      : []),
  ];
}

/** Under each bucket, account and trail its Regions. */
function chainLines(chains: readonly CloudTrailChain[]): string[] {
  const titles = new Map<string, string[]>();
  for (const { bucket, account, trail, region, backfill, from, to, digests, logs } of chains) {
    const title = `  bucket ${bucket}, account ${account}, trail ${trail}`;
    const counted = `${plural(digests, 'digest')} and ${plural(logs, 'log file')}`;
    const line = `    ${region}${backfill ? ', late log files' : ''}: ${counted}, ${from} to ${to}`;
    titles.set(title, [...(titles.get(title) ?? []), line]);
  }
  return [...titles].flatMap(([title, lines]) => [title, ...lines]);
}
