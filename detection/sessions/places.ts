import { type AsnResponse, type CityResponse, open, type Reader } from 'maxmind';
import { countryArea } from '../../domain/kernel/geo';
import { ipText, isPublic, networkOf, parseIp } from '../../domain/kernel/ip-address';
import type { Place } from '../../domain/sessions/seen-event';

/** Local MMDB files: one with countries or cities, one with AS numbers. Neither is needed. */
export interface PlaceSources {
  countryFile?: string;
  asnFile?: string;
}

/** Where a public address is, as far as the files tell; undefined for private addresses and what is no address. */
export type Places = (ip: string) => Place | undefined;

/**
 * Opens the files and reads them again when they are replaced. Without files an address has a network only.
 *
 * @throws Error that names the file which cannot be read.
 */
export async function openPlaces(sources: PlaceSources = {}): Promise<Places> {
  const countries = sources.countryFile ? await openFile<CityResponse>('TOCSIN_MMDB', sources.countryFile) : undefined;
  const asns = sources.asnFile ? await openFile<AsnResponse>('TOCSIN_MMDB_ASN', sources.asnFile) : undefined;
  return (ip) => {
    const address = parseIp(ip);
    if (!address || !isPublic(address)) return undefined;
    const text = ipText(address);
    const asn = lookUp(asns, text)?.autonomous_system_number;
    const host = address.family === 4 ? text : `${ipText({ ...address, bits: (address.bits >> 64n) << 64n })}/64`;
    const network = Number.isSafeInteger(asn) ? `as${asn}` : networkOf(address);
    return { address: host, network, ...countryOf(lookUp(countries, text)) };
  };
}

function openFile<T extends CityResponse | AsnResponse>(variable: string, file: string): Promise<Reader<T>> {
  return open<T>(file, { watchForUpdates: true, watchForUpdatesNonPersistent: true }).catch((error: Error) => {
    throw new Error(`${variable}: ${file} cannot be read as an MMDB file: ${error.message}`);
  });
}

/** A damaged record is one that says nothing: a sign-in is judged all the same. */
function lookUp<T extends CityResponse | AsnResponse>(reader: Reader<T> | undefined, ip: string): T | undefined {
  try {
    return reader?.get(ip) ?? undefined;
  } catch {
    return undefined;
  }
}

const UNKNOWN_RADIUS_KM = 100;

function countryOf(record: CityResponse | undefined): Pick<Place, 'country' | 'area'> {
  const country = record?.country?.iso_code;
  if (typeof country !== 'string' || !/^[A-Z]{2}$/.test(country)) return {};
  const { latitude, longitude, accuracy_radius } = record?.location ?? {};
  if (!Number.isFinite(latitude) || !Number.isFinite(longitude)) return { country, area: countryArea(country) };
  const radiusKm = Number.isFinite(accuracy_radius) ? accuracy_radius! : UNKNOWN_RADIUS_KM;
  return { country, area: { lat: latitude!, lon: longitude!, radiusKm } };
}
