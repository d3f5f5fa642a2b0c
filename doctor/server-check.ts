/** Who proves to the server who people are, by which ways they log in, and whether they may do anything. */
import { serviceName } from '../domain/case/acknowledge';
import { tocsin } from '../domain/kernel/command-lines';
import { plural } from '../domain/kernel/plural';
import { loadRota } from '../policy/load-rota';
import { callbackSettings } from '../server/callbacks/settings';
import { deviceRefused, pagesRefused } from '../server/identity/client-refused';
import { type Discovered, discover, NamesItselfOtherwise } from '../server/identity/oidc';
import { type ServerSettings, serverSettings } from '../server/settings';
import { type Check, type Found, messageOf, notChecked, ok, problem, WRONG_SETTINGS, warning } from './check';

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
    let issuer: Discovered | undefined;
    try {
      issuer = await discover(oidc.issuer);
      found.push(ok(`${oidc.issuer} says where its keys are; tokens are for ${oidc.audiences.join(' or ')}`));
    } catch (error) {
      found.push(
        problem(
          `${oidc.issuer}: ${messageOf(error)}`,
          error instanceof NamesItselfOtherwise
            ? 'Correct TOCSIN_OIDC_ISSUER: a slash at the end is a part of the name'
            : 'Check TOCSIN_OIDC_ISSUER, and that this machine may reach it',
        ),
      );
    }
    const { claim, subjects } = oidc.grants;
    const ways = [
      ...(claim ? [`the claim ${claim}`] : []),
      ...(subjects.size > 0 ? [plural(subjects.size, 'subject')] : []),
    ];
    found.push(ok(`roles come from ${ways.join(' and ')}`));
    found.push(
      await onPages(settings, issuer && oidc.issuer),
      await onCommandLine(settings, issuer && { ...issuer, name: oidc.issuer }),
    );
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

/** The client by which browsers log in. */
async function onPages({ pages: { address, login } }: ServerSettings, issuer: string | undefined): Promise<Found> {
  if (!login)
    return warning(
      'nobody can log in to the pages',
      'Register a client for them at the issuer, and name it in TOCSIN_OIDC_CLIENT_ID (docs/serve.md)',
    );
  const refused = await said(issuer === undefined ? undefined : pagesRefused(issuer, login, address!));
  if (refused instanceof Error) return unasked(`the client ${login.clientId} of the pages`, refused);
  if (refused)
    return problem(
      `nobody can log in to the pages: the issuer does not take the client ${login.clientId} ${login.clientSecret ? 'with its secret' : 'without a secret'} (${refused})`,
      'Compare TOCSIN_OIDC_CLIENT_ID and TOCSIN_OIDC_CLIENT_SECRET with the client that is registered there (docs/serve.md)',
    );
  return ok(
    `the issuer takes the client ${login.clientId} of the pages; its redirect address there must be ${address}/callback`,
  );
}

/** What the issuer said of a client; an error where it could not be asked, or did not say. */
function said(asked: Promise<string | undefined> | undefined): Promise<string | undefined | Error> {
  return (asked ?? Promise.reject(new Error('see above'))).catch((error: unknown) =>
    error instanceof Error ? error : new Error(String(error)),
  );
}

function unasked(client: string, why: Error): Found {
  return notChecked(`whether the issuer takes ${client} could not be found out: ${messageOf(why)}`);
}

/** The client by which the command line logs people in. */
async function onCommandLine(
  { device }: ServerSettings,
  issuer: (Discovered & { name: string }) | undefined,
): Promise<Found> {
  const login = `\`${tocsin('login', {})}\``;
  if (!device)
    return warning(
      `${login} logs nobody in: the command line takes tokens of TOCSIN_TOKEN alone`,
      'Register a public client for the device flow at the issuer, and name it in TOCSIN_OIDC_DEVICE_CLIENT_ID (docs/serve.md)',
    );
  if (issuer && !issuer.hasDeviceFlow)
    return problem(
      `${login} logs nobody in: the issuer does not offer the device flow`,
      'Enable it there (RFC 8628), or remove TOCSIN_OIDC_DEVICE_CLIENT_ID and give tokens in TOCSIN_TOKEN',
    );
  const refused = await said(issuer && deviceRefused(issuer.name, device.client));
  if (refused instanceof Error) return unasked(`the client ${device.client} of the command line`, refused);
  if (refused)
    return problem(
      `${login} logs nobody in: the issuer does not take the client ${device.client} for the device flow without a secret (${refused})`,
      'Compare TOCSIN_OIDC_DEVICE_CLIENT_ID with the public client that is registered there (docs/serve.md)',
    );
  return ok(`${login} logs people in by the client ${device.client}`);
}

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
