/** What Cloudflare's IP access rules can block, and in which form. */
import { type IpRange, isSingle, parseIpRange, rangeText } from '../../../domain/kernel/ip-address';
import { notARange } from '../protected-ranges';

/** What is to be blocked, in one of the forms that Cloudflare's IP access rules take. */
export interface BlockTarget {
  target: 'ip' | 'ip6' | 'ip_range' | 'asn' | 'country';
  /** As Cloudflare writes it: `203.0.113.7`, `2001:db8::/48`, `AS64500`, `KP`. */
  value: string;
  range?: IpRange;
}

/** A source in that form, or the reason why it has none and what to do. */
export type BlockVerdict = { target: BlockTarget } | { refused: string };

/** Reads what a source names, without asking whether it may be blocked: enough to undo. */
export function blockTarget(source: string): BlockVerdict {
  const asn = /^asn:(\d{1,10})$/.exec(source)?.[1];
  if (asn) {
    const isAsn = Number(asn) >= 1 && Number(asn) <= 0xffffffff;
    return isAsn
      ? { target: { target: 'asn', value: `AS${Number(asn)}` } }
      : refuse(source, 'is not an AS number (1–4294967295): correct it');
  }
  const country = /^country:([A-Z]{2})$/.exec(source)?.[1];
  if (country) return { target: { target: 'country', value: country } };
  const range = parseIpRange(source.trim());
  return range ? cloudflareForm(range) : { refused: notARange(source) };
}

/** IP access rules take single addresses, /16 and /24 of IPv4, /32, /48 and /64 of IPv6, and nothing else. */
function cloudflareForm(range: IpRange): BlockVerdict {
  if (isSingle(range)) return { target: { target: range.family === 4 ? 'ip' : 'ip6', value: rangeText(range), range } };
  const lengths = range.family === 4 ? [16, 24] : [32, 48, 64];
  if (lengths.includes(range.prefix)) return { target: { target: 'ip_range', value: rangeText(range), range } };
  const narrower = lengths.find((length) => length > range.prefix);
  const remedy = narrower
    ? `give its ${2 ** (narrower - range.prefix)} ranges of /${narrower}, or block it by a custom rule with a list`
    : `give its ${range.family === 4 ? `${2 ** (32 - range.prefix)} ` : ''}addresses one by one, or block it by a custom rule with a list`;
  return refuse(
    rangeText(range),
    `is a /${range.prefix}; Cloudflare's IP access rules take only ${lengths.map((length) => `/${length}`).join(', ')} of IPv${range.family}: ${remedy}`,
  );
}

function refuse(source: string, why: string): BlockVerdict {
  return { refused: `${source} ${why}` };
}
