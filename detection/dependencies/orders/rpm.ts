/** Versions of RPM (`EPOCH:VERSION-RELEASE`): rpm-version(7), of Red Hat, Rocky Linux, AlmaLinux, SUSE and others. */
import { compareDigits, compareParts, compareText, type Part, type VersionOrder } from './version-order';

interface RpmVersion {
  epoch: string;
  version: Part[];
  release: Part[];
}

/** `1.0~rc1` comes before `1.0`, `1.0^git1` after it and before `1.0.1`; numbers are newer than words. */
const RANK = { tilde: -1, end: 0, caret: 1, word: 2, number: 3 };
const END = { rank: RANK.end, value: '' };

export const RPM: VersionOrder<RpmVersion> = {
  rules: "RPM's order",
  parse(text) {
    const match = /^(?:(\d+):)?([\x21-\x7e]+)$/.exec(text);
    if (!match) return undefined;
    const rest = match[2]!;
    const at = rest.lastIndexOf('-');
    const [version, release] = at === -1 ? [rest, ''] : [rest.slice(0, at), rest.slice(at + 1)];
    return { epoch: match[1] ?? '0', version: partsOf(version), release: partsOf(release) };
  },
  compare: (a, b) =>
    compareDigits(a.epoch, b.epoch) || compareEach(a.version, b.version) || compareEach(a.release, b.release),
};

/** Whatever else stands between words and numbers only parts them. */
function partsOf(text: string): Part[] {
  return (text.match(/\d+|[A-Za-z]+|~|\^/g) ?? []).map((value) => {
    const rank = value === '~' ? RANK.tilde : value === '^' ? RANK.caret : /^\d/.test(value) ? RANK.number : RANK.word;
    return { rank, value };
  });
}

function compareEach(a: Part[], b: Part[]): number {
  return compareParts(a, b, END, (x, y) =>
    x.rank === RANK.number ? compareDigits(x.value, y.value) : compareText(x.value, y.value),
  );
}
