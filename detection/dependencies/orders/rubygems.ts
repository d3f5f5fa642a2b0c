/** Versions of RubyGems (Gem::Version), and the platform that lock files and SBOMs write behind them: `1.13.0-x86_64-linux`. */
import * as gem from '@renovatebot/ruby-semver';
import { compareText, type VersionOrder } from './version-order';

interface GemVersion {
  version: string;
  platform: string;
}

/** Gem::Platform: a processor or a runtime, then what else there is. Read as a version it would be a prerelease. */
const PLATFORM =
  /^(.+?)-((?:java|jruby|mswin|mingw|x86|x64|i[3-6]86|arm|aarch64|universal|powerpc|ppc|s390|riscv)[\w.-]*)$/;

export const RUBYGEMS: VersionOrder<GemVersion> = {
  rules: "RubyGems' order",
  parse(text) {
    const [, plain = text, platform = ''] = PLATFORM.exec(text) ?? [];
    // The library reckons with numbers that are exact up to 15 digits.
    const version = /\d{16}/.test(plain) ? null : gem.valid(plain);
    return version === null ? undefined : { version, platform };
  },
  compare: (a, b) =>
    gem.eq(a.version, b.version) ? compareText(a.platform, b.platform) : gem.gt(a.version, b.version) ? 1 : -1,
  base: ({ version }) => ({ version, platform: '' }),
};
