/** Who proves to the server who people are, and whether they may do anything. */
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

/** Without an id in the rota nobody's acknowledgement there counts. */
export const callbacks: Check = {
  about: 'Acknowledging in PagerDuty',
  of: ['server'],
  async look({ read }) {
    const settings = read(callbackSettings);
    if (!settings) return WRONG_SETTINGS;
    const { pagerduty, rotaFile } = settings;
    if (!pagerduty || !rotaFile) return [];
    const people = Object.entries(loadRota(rotaFile).people);
    const without = people.flatMap(([handle, person]) => (person.pagerduty ? [] : [handle]));
    const known = `the rota knows ${people.length - without.length} of ${plural(people.length, 'person', 'people')} at PagerDuty`;
    return [
      without.length === 0
        ? ok(known)
        : warning(
            `${known}; not ${without.join(', ')}`,
            'Give each their PagerDuty user id in TOCSIN_ROTA: until then what they acknowledge there counts for nothing',
          ),
    ];
  },
};
