// A real OpenID Connect issuer (oidc-provider) in a process of its own. Its key comes from whoever starts it, who can then
// sign what the issuer itself never would. Usage: node oidc-provider-process.mjs, with {key, audience} as JSON on standard input.
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import Provider from 'oidc-provider';

const { key, audience } = JSON.parse(await text(process.stdin));
const server = createServer();
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
const issuer = `http://127.0.0.1:${server.address().port}`;
const ROLES = ['owner', 'responder', 'counsel', 'dpo', 'auditor', 'service', 'nobody'];

/** Of the next access token, in seconds. */
let lives = 600;

function person(id) {
  const [name, ...roles] = id.split('-');
  return { email: `${name}@acme.dev`, email_verified: name !== 'mallory', roles };
}

const provider = new Provider(issuer, {
  jwks: { keys: [key] },
  clients: [
    {
      client_id: 'command-line',
      token_endpoint_auth_method: 'none',
      application_type: 'native',
      grant_types: ['urn:ietf:params:oauth:grant-type:device_code', 'refresh_token'],
      redirect_uris: [],
      response_types: [],
    },
    ...ROLES.map((role) => ({
      client_id: `tool-${role}`,
      client_secret: 'secret',
      grant_types: ['client_credentials'],
      redirect_uris: [],
      response_types: [],
    })),
    { client_id: 'pages', client_secret: 'secret', redirect_uris: ['https://tocsin.acme.dev/callback'] },
    // A public client of a machine's own, whose port is not known before.
    {
      client_id: 'pages-here',
      token_endpoint_auth_method: 'none',
      application_type: 'native',
      redirect_uris: ['http://127.0.0.1/callback'],
    },
  ],
  // Whoever logs in as "ann-owner" is ann@acme.dev, an owner. What the scope brings is told when it is asked for.
  findAccount: (_context, id) => ({ accountId: id, claims: () => ({ sub: id, ...person(id) }) }),
  claims: { openid: ['sub', 'roles'], email: ['email', 'email_verified'] },
  ttl: { Interaction: 600, Session: 600, Grant: 600, IdToken: 600 },
  features: {
    devInteractions: { enabled: true },
    deviceFlow: { enabled: true },
    revocation: { enabled: true },
    clientCredentials: { enabled: true },
    resourceIndicators: {
      enabled: true,
      // A login asks for no resource: its token is for the claims of the person alone.
      defaultResource: (_context, client) => (client.clientId.startsWith('pages') ? [] : audience),
      getResourceServerInfo: (_context, resource) => ({
        scope: 'openid email offline_access',
        audience: resource,
        accessTokenFormat: 'jwt',
        accessTokenTTL: lives,
        jwt: { sign: { alg: key.alg } },
      }),
    },
  },
  // What somebody who logs in by a device may do stands in the name of their account: ann-owner.
  extraTokenClaims: (_context, { clientId, accountId }) =>
    accountId
      ? { roles: [accountId.split('-')[1]], email: `${accountId}@acme.dev` }
      : {
          roles: [clientId.replace('tool-', '')],
          // What has a role of people has a name, as people have.
          ...(clientId !== 'tool-service' && { email: clientId }),
        },
});
/** Stands for the pages on which somebody logs in and confirms: `POST /confirm` with the code, and who they are. */
async function confirm(request, response) {
  const { userCode, accountId, ttlSeconds } = JSON.parse(await text(request));
  const code = await provider.DeviceCode.findByUserCode(userCode.replaceAll('-', ''));
  const grant = new provider.Grant({ accountId, clientId: code.clientId });
  grant.addOIDCScope('openid email offline_access');
  grant.addResourceScope(audience, 'openid email offline_access');
  Object.assign(code, { accountId, grantId: await grant.save(), authTime: Math.floor(Date.now() / 1000) });
  Object.assign(code, {
    acr: undefined,
    sessionUid: undefined,
    expiresWithSession: false,
    resource: audience,
    scope: 'openid email offline_access',
  });
  lives = ttlSeconds ?? 600;
  await code.save();
  response.end();
}
const callback = provider.callback();
server.on('request', (request, response) =>
  request.url === '/confirm'
    ? confirm(request, response).catch((error) => response.writeHead(500).end(String(error)))
    : callback(request, response),
);
process.send({ issuer });
