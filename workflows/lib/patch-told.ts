/** What the Web UI shows of a patch task under its summary: how bad it is, since when, and which version mends it. */
import type { z } from 'zod';
import { utf8Bytes } from '../../domain/kernel/bytes';
import { minuteText } from '../../domain/kernel/time';
import { type PatchTaskInputSchema, titleOf } from '../../domain/patch/state';
import { cell } from './markdown-cell';

/** Most bytes of one text or list in it: with all that Markdown escapes the whole stays below the 20,000 that Temporal takes. */
const PART_BYTES = 1_500;

/** As a child is started with: of both, as much as fits. */
export function patchTold({ finding, plan, foundAt }: z.output<typeof PatchTaskInputSchema>) {
  const { severity, advisory, aliases, summary, fixedIn } = finding;
  const title = within(titleOf(finding));
  const fix = fixedIn.length > 0 ? `fixed in ${listed(fixedIn)}` : 'no version fixes it yet';
  const lines = [`${listed([advisory, ...aliases])}${summary && `: ${within(summary)}`}`, `${severity}; ${fix}`];
  return {
    // 200 bytes at most.
    staticSummary: `${severity} ${titleOf(finding)}`.slice(0, 65),
    staticDetails: [
      `**${cell(title)}**`,
      ...lines.map(cell),
      `found ${minuteText(foundAt)} UTC; owner ${cell(within(plan.owner))}`,
    ].join('\n\n'),
  };
}

/** As many of the first as fit, and how many more there are. */
function listed(items: readonly string[]): string {
  const shown: string[] = [];
  let bytes = 0;
  for (const item of items.map(within)) {
    bytes += utf8Bytes(item) + 2;
    if (bytes > PART_BYTES && shown.length > 0) break;
    shown.push(item);
  }
  const more = items.length - shown.length;
  return `${shown.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

function within(text: string): string {
  if (utf8Bytes(text) <= PART_BYTES) return text;
  let [cut, bytes] = ['', 0];
  for (const character of text) {
    bytes += utf8Bytes(character);
    if (bytes > PART_BYTES - 3) break;
    cut += character;
  }
  return `${cut}…`;
}
