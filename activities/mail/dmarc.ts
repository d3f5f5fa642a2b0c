/** Whether a domain publishes what receivers should do with mail that is not its own. */
import { Resolver } from 'node:dns/promises';

/** TXT records of a name; empty where there are none. Rejects when the DNS does not answer. */
export type TxtRecords = (name: string) => Promise<string[]>;

/** As the DNS of this machine answers. */
export function txtRecords(): TxtRecords {
  const dns = new Resolver({ timeout: 3_000, tries: 2 });
  return async (name) => {
    const records = await dns.resolveTxt(name).catch((error: NodeJS.ErrnoException) => {
      if (['ENODATA', 'ENOTFOUND'].includes(error.code ?? '')) return [];
      throw error;
    });
    return records.map((parts) => parts.join(''));
  };
}

/**
 * DMARC (RFC 7489, 6.1): the policy at `_dmarc.` of the domain, or of a domain above it, and where it stands; undefined where
 * none is published. One above says by `sp` what holds for the domains below it, else by `p`. `policy` is undefined of a record
 * that names none; `of` tells which it is.
 */
export async function dmarcOf(
  txt: TxtRecords,
  domain: string,
): Promise<{ name: string; policy: string | undefined; of: 'p' | 'sp' } | undefined> {
  const labels = domain.split('.');
  for (const [i] of labels.slice(0, -1).entries()) {
    const name = `_dmarc.${labels.slice(i).join('.')}`;
    const record = (await txt(name)).find((each) => /^v=DMARC1\b/i.test(each));
    if (!record) continue;
    const below = i > 0 ? tagOf(record, 'sp') : undefined;
    return { name, policy: below ?? tagOf(record, 'p'), of: below ? 'sp' : 'p' };
  }
  return undefined;
}

function tagOf(record: string, tag: 'p' | 'sp'): string | undefined {
  return new RegExp(`;\\s*${tag}\\s*=\\s*(\\w+)`, 'i').exec(record)?.[1]?.toLowerCase();
}
