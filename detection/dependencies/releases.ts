/**
 * Releases of distributions: an advisory's `Debian:12` says nothing about a package of Debian 11, whose fixes have other
 * versions. A release is written here by what tells it from others: `12`, `22.04`, `3.18`.
 */
import { baseEcosystem } from './orders';

const DEBIAN = ['wheezy', 'jessie', 'stretch', 'buster', 'bullseye', 'bookworm', 'trixie', 'forky'];
const FIRST_DEBIAN = 7;
const UBUNTU: Record<string, string> = {
  trusty: '14.04',
  xenial: '16.04',
  bionic: '18.04',
  focal: '20.04',
  jammy: '22.04',
  noble: '24.04',
};

/** How the release is found in what OSV writes behind the colon, and in the qualifier `distro` of a package URL. */
const SHAPES: Record<string, RegExp> = {
  Debian: /(?:^|debian-)(\d+)/,
  Ubuntu: /(?:^|[:-])(\d{2}\.\d{2})/,
  Alpine: /(?:^|-)v?(\d+\.\d+)/,
  'Rocky Linux': /(?:^|-)(\d+)/,
  AlmaLinux: /(?:^|-)(\d+)/,
  'Red Hat': /(?:^enterprise_linux:|^(?:rhel|redhat)-)(\d+)/,
};

/** `Debian:12` → `12`, `Ubuntu:Pro:22.04:LTS` → `22.04`. Undefined where there is none, or none that can be read. */
export function releaseOf(ecosystem: string): string | undefined {
  const at = ecosystem.indexOf(':');
  return at === -1 ? undefined : releaseIn(baseEcosystem(ecosystem), ecosystem.slice(at + 1));
}

/** The release in the qualifier `distro` of a package URL: `debian-12`, `bookworm`, `alpine-3.18.4`, `rhel-9.2`. */
export function releaseIn(ecosystem: string, written: string): string | undefined {
  const text = written.toLowerCase();
  const shape = Object.hasOwn(SHAPES, ecosystem) ? SHAPES[ecosystem]! : undefined;
  const found = shape?.exec(text)?.[1];
  if (found) return found;
  const word = text.replace(/^(debian|ubuntu)-/, '');
  if (ecosystem === 'Debian' && DEBIAN.includes(word)) return String(FIRST_DEBIAN + DEBIAN.indexOf(word));
  return ecosystem === 'Ubuntu' && Object.hasOwn(UBUNTU, word) ? UBUNTU[word] : undefined;
}
