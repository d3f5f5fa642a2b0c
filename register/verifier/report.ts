/** What a verification found, in words for a terminal of 80 columns. Texts of an export are hostile: only what is visible gets through. */
import type { ExportVerification } from './export-verifier';
import { noticeSentences } from './report-notice';

const WIDTH = 80;

/** `2026-04-01 02:00:13 UTC` */
const instantText = (at: string) => at.replace(/^([\d-]{10})T([\d:]{8})(\.\d{3})?Z$/, '$1 $2 UTC');

/** The lines that tell a person what was found. The first begins with ✓ or ✗. */
export function reportLines(result: ExportVerification): string[] {
  const { ok, scope, audience, madeAt, entries, incidents, withheld, head, signing, recordedAt, firstBad } = result;
  const lines = wrapped(
    ok ? '✓ ' : '✗ ',
    `${scopeText(scope)}, for ${plain(audience)}, made at ${instantText(madeAt)}`,
  );
  const say = (text: string) => lines.push(...wrapped('  ', text));
  if (firstBad) {
    const { part, line, position, incidentId, seq, reason } = firstBad;
    const place = position === undefined ? '' : `, position ${position}`;
    const entry = incidentId === undefined ? '' : ` (entry ${seq} of ${plain(incidentId)})`;
    say(`line ${line}, ${part}${place}${entry}: ${plain(reason)}`);
    say(`${counted(entries, 'entry', 'entries')} before it ${entries === 1 ? 'holds' : 'hold'}`);
    lines.push(`  head ${head.position}:${head.hash}`);
    return lines;
  }
  say(
    `${counted(entries, 'entry', 'entries')} of ${counted(incidents, 'incident or case', 'incidents or cases')} ` +
      `${entries === 1 ? 'holds' : 'hold'}, up to position ${head.position}`,
  );
  if (withheld === undefined) say('only the hashes were checked: not the contents, nor what was left out of them');
  else if (withheld > 0) say(`${counted(withheld, 'field is', 'fields are')} withheld or erased, and committed to`);
  if (signing === undefined) {
    say('not signed: it is consistent in itself, and nothing more is known of it');
  } else {
    const { signedBy, origin, size, witnesses, unchecked, noted, retiredAt } = signing;
    if (signedBy === undefined) {
      say(`NOT CHECKED who signed it: give --key with the public key of ${plain(origin)}`);
      say(`it names a tree of ${size} entries, which holds its entries and, at position ${recordedAt}, its record`);
    } else {
      say(
        `signed by ${plain(origin)}: a tree of ${size} entries holds them, and the record of this export at position ${recordedAt}`,
      );
      lines.push(`  key ${plain(signedBy)}`);
      if (retiredAt !== undefined) {
        say(
          `that key is retired: its tree is proved to be the beginning of that of the rotation at ${retiredAt} entries`,
        );
      }
    }
    for (const { name, at } of witnesses) say(`seen by the witness ${plain(name)} at ${instantText(at)}`);
    const others = unchecked.filter((name) => signedBy !== undefined || name !== origin);
    for (const name of others) say(extraText(name, origin));
    if (noted !== undefined) say(`the checkpoint noted earlier: ${noted}`);
  }
  if (scope.kind === 'incidents') {
    say('that no incident of this time is missing is NOT shown: only an export of the whole register shows that');
  }
  if (result.notice) for (const each of noticeSentences(result.notice, signing !== undefined)) say(plain(each));
  lines.push(`  head ${head.position}:${head.hash}`);
  return lines;
}

/** Anybody can add a line with any name to a note: it says nothing of whoever has that name. */
function extraText(name: string, origin: string): string {
  const whose =
    name === origin ? "it is not of the log's known keys" : "it is not the log's, and no key for it was given";
  const lines = `a further signature under the name ${plain(name)} was not checked: ${whose}`;
  return `${lines}. Anybody can add such a line`;
}

function scopeText(scope: ExportVerification['scope']): string {
  switch (scope.kind) {
    case 'log':
      return 'the whole register';
    case 'incident':
      return `incident ${plain(scope.incidentId)}`;
    case 'incidents': {
      const { from, to } = scope;
      return `incidents${from ? ` from ${plain(from)}` : ''}${to ? ` before ${plain(to)}` : ''}`;
    }
    case 'entry':
      return `the entry at position ${scope.position}`;
  }
}

function counted(count: number, one: string, many: string): string {
  return `${count.toLocaleString('en')} ${count === 1 ? one : many}`;
}

/** What a reader cannot see, or what acts on the text around it. */
const UNSEEN = /[\p{C}\p{Zl}\p{Zp}]/gu;

export function plain(text: string): string {
  return text.replace(UNSEEN, '\ufffd');
}

function wrapped(first: string, text: string): string[] {
  const lines: string[] = [];
  let line = first;
  for (const word of text.split(' ')) {
    const joined = line.trim() === '' || line === first ? line + word : `${line} ${word}`;
    if (joined.length > WIDTH && line.length > 2) {
      lines.push(line);
      line = `  ${word}`;
    } else line = joined;
  }
  return [...lines, line];
}
