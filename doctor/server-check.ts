/** Who proves to the server who people are, and whether they may do anything. */
import { serviceName } from '../domain/case/acknowledge';
import { plural } from '../domain/kernel/plural';
import { loadRota } from '../policy/load-rota';
import { callbackSettings } from '../server/callbacks/settings';
import { discover } from '../server/identity/oidc';
import { serverSettings } from '../server/settings';
import { type Check, type Found, messageOf, ok, problem, WRONG_SETTINGS, warning } from './check';

export const issuer: Check = {
  about: 'Issuer',
  of: ['server'],
  async look({ read }) {
    const settings = read(serverSettings);
    if (!settings) return WRONG_SETTINGS;
    const { oidc, origins } = settings;
    if (!oidc)
      return [
        warning(
          'none: the server serves one person on this machine, and entries say "(unauthenticated)"',
          'Name the issuer of your identity provider in TOCSIN_OIDC_ISSUER',
        ),
      ];
    const found: Found[] = [];
    try {
      await discover(oidc.issuer);
      found.push(ok(`${oidc.issuer} says where its keys are; tokens are for ${oidc.audiences.join(' or ')}`));
    } catch (error) {
      found.push(
        problem(`${oidc.issuer}: ${messageOf(error)}`, 'Check TOCSIN_OIDC_ISSUER, and that this machine may reach it'),
      );
    }
    const { claim, subjects } = oidc.grants;
    const ways = [
      ...(claim ? [`the claim ${claim}`] : []),
      ...(subjects.size > 0 ? [plural(subjects.size, 'subject')] : []),
    ];
    found.push(ok(`roles come from ${ways.join(' and ')}`));
    if (origins.length === 0)
      found.push(
        warning(
          'no page may use the codec, so the Web UI of Temporal shows ciphertext',
          "Name the Web UI's origin in TOCSIN_SERVER_ORIGINS",
        ),
      );
    return found;
  },
};

/** Whoever has no id in the rota acknowledges nothing there. */
export const callbacks: Check = {
  about: 'Paging services that call back',
  of: ['server'],
  async look({ read }) {
    const settings = read(callbackSettings);
    if (!settings) return WRONG_SETTINGS;
    if (!settings.rotaFile) return [];
    const people = Object.entries(loadRota(settings.rotaFile).people);
    const services = (['pagerduty', 'slack'] as const).filter((service) => settings[service]);
    return services.map((service) => {
      const without = people.flatMap(([handle, person]) => (person[service] ? [] : [handle]));
      const has = `${serviceName(service)}: the rota has the ids of ${people.length - without.length} of ${plural(people.length, 'person', 'people')}`;
      return without.length === 0
        ? ok(has)
        : warning(
            `${has}, and not of ${without.join(', ')}`,
            `Add their ids as "${service}" in TOCSIN_ROTA: until then what they acknowledge there counts for nothing`,
          );
    });
  },
};
