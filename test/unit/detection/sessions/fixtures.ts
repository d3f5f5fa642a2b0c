import { openPlaces, type Places } from '../../../../detection/sessions/places';
import { createPseudonyms } from '../../../../detection/sessions/pseudonyms';
import { type Sight, seeEvent } from '../../../../detection/sessions/see-event';
import { countryArea } from '../../../../domain/kernel/geo';
import { type AuthEvent, AuthEventSchema } from '../../../../domain/sessions/auth-event';
import type { SeenEvent } from '../../../../domain/sessions/seen-event';
import type { SessionPolicy } from '../../../../domain/sessions/session-policy';
import { judgeAll } from '../../../../domain/sessions/session-rules';
import { loadSessionPolicy } from '../../../../policy/load-sessions';

export const pseudonyms = createPseudonyms(Buffer.from('a key that only tests use'));
export const NOW = new Date('2026-04-15T00:00:00.000Z');

/** Networks of the examples, each in a country. */
const COUNTRY_OF: Record<string, string> = { '192.0.2': 'DE', '198.51.100': 'BR', '203.0.113': 'US', '8.8.8': 'FR' };

/** The prefix places, with the countries above. */
export async function examplePlaces(): Promise<Places> {
  const byPrefix = await openPlaces();
  return (ip) => {
    const place = byPrefix(ip);
    const country = COUNTRY_OF[ip.split('.').slice(0, 3).join('.')];
    return place && country ? { ...place, country, area: countryArea(country) } : place;
  };
}

let events = 0;

/** An event, two weeks after the account was first seen when `day` is left out. */
export function event(over: Partial<AuthEvent> & Pick<AuthEvent, 'at'>): AuthEvent {
  events += 1;
  return AuthEventSchema.parse({ eventId: `e-${events}`, actor: 'anna', action: 'login', ip: '192.0.2.1', ...over });
}

/** `12:30` or `2 12:30` (the day of April 2026, the 14th when left out) as an instant. */
export function at(text: string): string {
  const [time, day = '14'] = text.split(' ').reverse();
  return `2026-04-${day.padStart(2, '0')}T${time!.length === 5 ? `${time}:00` : time}.000Z`;
}

export async function sight(change: (policy: SessionPolicy) => void = () => undefined): Promise<Sight> {
  const policy = loadSessionPolicy();
  change(policy);
  return { policy, places: await examplePlaces(), pseudonyms };
}

export function see(given: AuthEvent[], { policy, places, pseudonyms: names }: Sight): SeenEvent[] {
  return given.flatMap((each) => seeEvent('idp', each, { policy, places, pseudonyms: names }, NOW) ?? []);
}

/** What the rules find in these events: `rule subject`, in the order of time. */
export async function found(given: AuthEvent[], change?: (policy: SessionPolicy) => void) {
  const through = await sight(change);
  return judgeAll(see(given, through), through.policy);
}
