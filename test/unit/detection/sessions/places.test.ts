import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { openPlaces } from '../../../../detection/sessions/places';
import { countryArea, haversineKm, leastDistanceKm } from '../../../../domain/kernel/geo';
import { temporaryDir } from '../../../setup/helpers';
import { writeMmdb } from './mmdb-writer';

const city = (country: string, lat: number, lon: number, radius = 20) => ({
  country: { iso_code: country },
  location: { latitude: { double: lat }, longitude: { double: lon }, accuracy_radius: radius },
});

const dir = temporaryDir('mmdb');
const countryFile = path.join(dir, 'city.mmdb');
const asnFile = path.join(dir, 'asn.mmdb');
writeFileSync(
  countryFile,
  writeMmdb('GeoIP2-City', {
    '192.0.2.0/25': city('DE', 52.5, 13.4),
    '192.0.2.128/25': city('DE', 48.1, 11.6),
    '198.51.100.0/24': { country: { iso_code: 'BR' } },
    '203.0.113.0/24': { country: { iso_code: 'Ignored: no code' } },
    '2001:db8::/32': city('JP', 35.7, 139.7, 50),
  }),
);
writeFileSync(
  asnFile,
  writeMmdb('GeoLite2-ASN', {
    '192.0.2.0/24': { autonomous_system_number: 64500, autonomous_system_organization: 'Example' },
    '2001:db8::/32': { autonomous_system_number: 64501 },
  }),
);

test('without files an address has its network only', async () => {
  const places = await openPlaces();
  expect(places('203.0.113.7')).toEqual({ address: '203.0.113.7', network: '203.0.113.0/24' });
  expect(places('2001:db8:1:2::7')).toEqual({ address: '2001:db8:1:2::/64', network: '2001:db8:1::/48' });
});

test('the files tell city, country and AS number', async () => {
  const places = await openPlaces({ countryFile, asnFile });
  expect(places('192.0.2.7')).toEqual({
    address: '192.0.2.7',
    network: 'as64500',
    country: 'DE',
    area: { lat: 52.5, lon: 13.4, radiusKm: 20 },
  });
  expect(places('2001:db8::1')).toMatchObject({ network: 'as64501', country: 'JP' });
});

test('of a country without coordinates the whole country is taken', async () => {
  const places = await openPlaces({ countryFile });
  expect(places('198.51.100.1')).toMatchObject({ country: 'BR', network: '198.51.100.0/24', area: countryArea('BR') });
});

test('an address that is in no file, or whose record is of no use, has its network only', async () => {
  const places = await openPlaces({ countryFile, asnFile });
  expect(places('203.0.113.1')).toEqual({ address: '203.0.113.1', network: '203.0.113.0/24' });
  expect(places('185.1.1.1')).toEqual({ address: '185.1.1.1', network: '185.1.1.0/24' });
});

test('private addresses have no place, whatever a file says', async () => {
  const file = path.join(dir, 'private.mmdb');
  writeFileSync(file, writeMmdb('GeoIP2-Country', { '10.0.0.0/8': { country: { iso_code: 'DE' } } }));
  const places = await openPlaces({ countryFile: file });
  for (const ip of ['10.0.0.1', '127.0.0.1', '::1', '::ffff:10.0.0.1', 'fe80::1', 'nonsense']) {
    expect([ip, places(ip)]).toEqual([ip, undefined]);
  }
});

test('a file that is missing or no database is named, with the setting', async () => {
  await expect(openPlaces({ countryFile: path.join(dir, 'none.mmdb') })).rejects.toThrow(/TOCSIN_MMDB: .*none\.mmdb/);
  const bad = path.join(dir, 'bad.mmdb');
  writeFileSync(bad, 'no database');
  await expect(openPlaces({ asnFile: bad })).rejects.toThrow(/TOCSIN_MMDB_ASN: .*cannot be read as an MMDB file/);
});

test('a database that is damaged inside says nothing, and nothing fails', async () => {
  const whole = writeMmdb('GeoIP2-City', { '192.0.2.0/24': city('DE', 52.5, 13.4) });
  for (let i = 0; i < 200; i++) {
    const bytes = Buffer.from(whole);
    const at = (i * 7919 + (i % 3)) % (whole.length - 200);
    bytes[at] = bytes[at]! ^ (1 << (i % 8));
    const file = path.join(dir, `damaged-${i}.mmdb`);
    writeFileSync(file, bytes);
    const places = await openPlaces({ countryFile: file });
    expect(places('192.0.2.1')).toMatchObject({ address: '192.0.2.1', network: '192.0.2.0/24' });
  }
});

describe('distances', () => {
  test('the haversine distance of known cities', () => {
    const berlin = { lat: 52.52, lon: 13.405 };
    const newYork = { lat: 40.7128, lon: -74.006 };
    expect(haversineKm(berlin, newYork)).toBeCloseTo(6385, -1);
    expect(haversineKm(berlin, berlin)).toBe(0);
    expect(haversineKm({ lat: 90, lon: 0 }, { lat: -90, lon: 0 })).toBeCloseTo(20_015, 0);
    expect(haversineKm({ lat: 0, lon: 179 }, { lat: 0, lon: -179 })).toBeCloseTo(222, 0);
  });

  // Pairs of cities near the shared side of two countries, and far ones with their real distance.
  test.each([
    ['DE', 'FR', 0], // Strasbourg and Kehl
    ['US', 'CA', 0], // Detroit and Windsor
    ['US', 'MX', 0],
    ['ES', 'PT', 0],
    ['RU', 'JP', 50], // Kunashir and Hokkaido
    ['CN', 'IN', 0],
    ['AU', 'NZ', 1500], // Cape Howe and Fiordland
    ['GB', 'IE', 0],
    ['BR', 'AR', 0],
    ['GB', 'US', 4600], // Land's End and Maine
    ['CL', 'AR', 0],
    ['JP', 'KR', 50],
    ['ID', 'AU', 250],
    ['EG', 'SA', 20],
    ['NO', 'RU', 0],
    ['PT', 'MA', 220],
  ])('%s and %s are never taken for further apart than they are (%d km)', (a, b, km) => {
    expect(leastDistanceKm(countryArea(a)!, countryArea(b)!)).toBeLessThanOrEqual(km);
  });

  test('every row of the table of countries can be used', () => {
    const letters = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ'];
    const codes = letters.flatMap((a) => letters.map((b) => a + b)).filter((code) => countryArea(code));
    expect(codes.length).toBeGreaterThan(235);
    for (const code of codes) {
      const { lat, lon, radiusKm } = countryArea(code)!;
      expect([code, Math.abs(lat) <= 90, Math.abs(lon) <= 180, radiusKm >= 500 && radiusKm <= 5000]).toEqual([
        code,
        true,
        true,
        true,
      ]);
    }
    expect(countryArea('XX')).toBeUndefined();
  });
});
