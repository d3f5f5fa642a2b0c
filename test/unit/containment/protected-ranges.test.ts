import os from 'node:os';
import fc from 'fast-check';
import { createSourceGuard } from '../../../activities/containment/protected-ranges';
import { blockTarget } from '../../../activities/containment/providers/cloudflare-target';

const guard = createSourceGuard({ ranges: ['198.51.100.0/25', '2001:db8:5::/48'], countries: ['CA'], asns: [64500] });
/** What is said against a source: by the guard, else by the form that IP access rules take. */
const refusal = (source: string) => {
  const form = blockTarget(source);
  return guard(source) ?? ('refused' in form ? form.refused : undefined);
};
const target = (source: string) => {
  const form = blockTarget(source);
  return guard(source) ?? ('target' in form ? `${form.target.target} ${form.target.value}` : form);
};

describe('what is never blocked', () => {
  it.each([
    ['everything', '0.0.0.0/0', /wider than \/16/],
    ['half of everything', '128.0.0.0/1', /wider than \/16/],
    ['all of IPv6', '::/0', /wider than \/32/],
    ['a /15', '203.0.0.0/15', /wider than \/16/],
    ['a /31 of IPv6', '2001:db8::/31', /wider than \/32/],
    ['loopback', '127.0.0.1', /loopback/],
    ['loopback, mapped', '::ffff:127.0.0.1', /loopback/],
    ['loopback of IPv6', '::1', /loopback/],
    ['a range around loopback of IPv6', '::/64', /overlaps/],
    ['private addresses', '10.1.2.3', /private/],
    ['private addresses, mapped', '::ffff:c0a8:1', /private/],
    ['the metadata service', '169.254.169.254', /link-local/],
    ['multicast', '224.0.0.1', /multicast/],
    ['private addresses of IPv6', 'fd00::1', /private/],
    ['link-local of IPv6', 'fe80::1', /link-local/],
    ['the CDN', '104.16.0.1', /CDN Cloudflare/],
    ['a range in the CDN', '162.158.0.0/16', /CDN Cloudflare/],
    ['the CDN over IPv6', '2606:4700::1111', /CDN Cloudflare/],
    ['a range that contains one of the CDN', '173.245.0.0/16', /overlaps 173\.245\.48\.0\/20/],
    ['an office address', '198.51.100.7', /company's own ranges/],
    ['a range that contains the office', '198.51.100.0/24', /company's own ranges/],
    ['an office address over IPv6', '2001:db8:5::9', /company's own ranges/],
    ['a range that contains the office over IPv6', '2001:db8::/32', /company's own ranges/],
    ['a private address in 6to4', '2002:a01:203::', /stands for 10\.1\.2\.3 \(6to4\), which overlaps 10\.0\.0\.0\/8/],
    ['a range of 6to4 around private addresses', '2002:a00::/32', /stands for 10\.0\.0\.0\/16 \(6to4\)/],
    ['the office in 6to4', '2002:c633:6407::1', /company's own ranges/],
    ['the office behind Teredo', '2001:0:cb00:7101::39cc:9bf8', /stands for 198\.51\.100\.7 \(the client of Teredo\)/],
    ['the CDN as a server of Teredo', '2001:0:6810:1::1', /\(the server of Teredo\).*CDN Cloudflare/],
    ['the office in NAT64', '64:ff9b::198.51.100.7', /NAT64/],
    ['the office in local NAT64', '64:ff9b:1::198.51.100.7', /\(local NAT64\).*company's own ranges/],
    ['the office, IPv4-translated', '::ffff:0:198.51.100.7', /\(IPv4-translated\).*company's own ranges/],
    ['the office, IPv4-compatible', '::198.51.100.7', /\(IPv4-compatible\).*company's own ranges/],
    ['the office in ISATAP', '2001:db8:9::5efe:198.51.100.7', /stands for 198\.51\.100\.7 \(ISATAP\).*company's own/],
    ['the office in ISATAP, as a global address', '2001:db8:9::200:5efe:c633:6407', /\(ISATAP\).*company's own/],
    [
      'a range of ISATAP around the office',
      '2001:db8:9::5efe:c633:6400/120',
      /stands for 198\.51\.100\.0\/24 \(ISATAP\)/,
    ],
    ['the office, mapped', '::ffff:198.51.100.7', /company's own ranges/],
    ['the network of the CDN', 'asn:13335', /CDN Cloudflare/],
    ['the own network', 'asn:64500', /company's own networks/],
    ['the country of the office', 'country:CA', /country of the company/],
  ])('%s', (_name, source, why) => expect(refusal(source)).toMatch(why));

  it('the machine that runs Tocsin', () => {
    const outward = Object.values(os.networkInterfaces())
      .flatMap((all) => all ?? [])
      .filter((each) => each.family === 'IPv4' && !each.internal);
    for (const { address } of outward) expect(refusal(address)).toBeDefined();
  });

  it('no range of any size that contains or touches a protected address', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 32 }), fc.integer({ min: 0, max: 255 }), (prefix, last) => {
        expect(refusal(`127.0.0.${last}/${prefix}`)).toBeDefined();
        expect(refusal(`198.51.100.${last & 127}/${prefix}`)).toBeDefined();
      }),
    );
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 128 }), (prefix) =>
        expect(refusal(`2001:db8:5::/${prefix}`)).toBeDefined(),
      ),
    );
  });

  it('a configuration that cannot be read stops the start', () => {
    expect(() => createSourceGuard({ ranges: ['198.51.100.0/33'] })).toThrow(/198\.51\.100\.0\/33/);
  });
});

test('the company is never blocked by an IPv4-mapped, 6to4 or ISATAP address; who is not the company may be', () => {
  const spelled = (ip: string) => [
    ip,
    `::ffff:${ip}`,
    `2002:${ip
      .split('.')
      .map((octet) => Number(octet).toString(16).padStart(2, '0'))
      .join('')
      .replace(/(.{4})/, '$1:')}::1`,
    `2001:db8:9::5efe:${ip}`,
    `2001:db8:9::200:5efe:${ip}`,
  ];
  for (const source of spelled('198.51.100.7')) expect([source, guard(source)]).toEqual([source, expect.any(String)]);
  for (const source of spelled('203.0.113.7')) expect([source, guard(source)]).toEqual([source, undefined]);
  // One bit beside the words of ISATAP, and a range that ends before them.
  for (const source of ['2001:db8:9::5eff:c633:6407', '2001:db8:9::100:5efe:c633:6407', '2001:db8:9::/64'])
    expect([source, guard(source)]).toEqual([source, undefined]);
});

describe('what may be blocked, in the form that IP access rules take', () => {
  it.each([
    ['203.0.113.7', 'ip 203.0.113.7'],
    ['::ffff:203.0.113.7', 'ip 203.0.113.7'],
    ['203.0.113.9/24', 'ip_range 203.0.113.0/24'],
    ['203.0.0.0/16', 'ip_range 203.0.0.0/16'],
    ['2001:0DB8:9::1', 'ip6 2001:db8:9::1'],
    ['2001:db8:9::/48', 'ip_range 2001:db8:9::/48'],
    ['2002:cb00:7107::1', 'ip6 2002:cb00:7107::1'],
    ['asn:64501', 'asn AS64501'],
    ['country:KP', 'country KP'],
  ])('%s', (source, expected) => expect(target(source)).toBe(expected));

  it.each([
    ['203.0.113.0/25', /only \/16, \/24 of IPv4: give its 128 addresses/],
    ['203.0.112.0/20', /give its 16 ranges of \/24/],
    ['2001:db8:9::/56', /only \/32, \/48, \/64 of IPv6: give its 256 ranges of \/64/],
    ['2001:db8:9::/96', /one by one/],
    ['asn:0', /not an AS number/],
    ['asn:9999999999', /not an AS number/],
    ['1.2.3.4/64', /not an IP address or CIDR range/],
  ])('refuses %s with what to do instead', (source, why) => expect(refusal(source)).toMatch(why));
});

test('a country of the company is protected however it is written; one that is none is no guard', () => {
  const ours = createSourceGuard({ countries: ['UK', 'el'] });
  expect(ours('country:GB')).toContain('a country of the company itself');
  expect(ours('country:GR')).toContain('a country of the company itself');
  expect(() => createSourceGuard({ countries: ['EU'] })).toThrow('name the countries');
});
