/** Versions of Debian and Ubuntu: deb-version(7), the algorithm of the Debian policy, section 5.6.12. */
import { compareDigits, type VersionOrder } from './version-order';

interface DebianVersion {
  epoch: string;
  upstream: string;
  revision: string;
}

export const DPKG: VersionOrder<DebianVersion> = {
  rules: "dpkg's order",
  parse(text) {
    const match = /^(?:(\d+):)?([0-9A-Za-z.+~:-]+)$/.exec(text);
    if (!match) return undefined;
    const rest = match[2]!;
    const at = rest.lastIndexOf('-');
    const [upstream, revision] = at === -1 ? [rest, ''] : [rest.slice(0, at), rest.slice(at + 1)];
    return { epoch: match[1] ?? '0', upstream, revision };
  },
  compare: (a, b) =>
    compareDigits(a.epoch, b.epoch) || compareRuns(a.upstream, b.upstream) || compareRuns(a.revision, b.revision),
  // `+b1`: the same source, built again (Debian Developer's Reference, 5.10.2.1).
  base({ epoch, upstream, revision }) {
    const plain = (text: string) => text.replace(/\+b\d+$/, '');
    return revision === ''
      ? { epoch, upstream: plain(upstream), revision }
      : { epoch, upstream, revision: plain(revision) };
  },
};

/** What is no number and numbers by turns. */
function compareRuns(a: string, b: string): number {
  const [left, right] = [runs(a), runs(b)];
  for (let i = 0; i < Math.max(left.length, right.length); i++) {
    const [x, y] = [left[i] ?? '', right[i] ?? ''];
    const order = i % 2 === 0 ? compareLetters(x, y) : compareDigits(x, y);
    if (order !== 0) return order;
  }
  return 0;
}

/** At even places what is no number, empty where the text begins with one. */
function runs(text: string): string[] {
  return text.split(/(\d+)/);
}

/** `~` before the end, letters before all others. */
function compareLetters(a: string, b: string): number {
  for (let i = 0; i < Math.max(a.length, b.length); i++) {
    const order = weight(a[i]) - weight(b[i]);
    if (order !== 0) return order;
  }
  return 0;
}

function weight(letter: string | undefined): number {
  if (letter === undefined) return 0;
  return letter === '~' ? -1 : letter.charCodeAt(0) + (/[A-Za-z]/.test(letter) ? 0 : 256);
}
