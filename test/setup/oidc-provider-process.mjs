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

function person(id) {
  const [name, ...roles] = id.split('-');
  return { email: `${name}@acme.dev`, email_verified: name !== 'mallory', roles };
}

const provider = new Provider(issuer, {
  jwks: { keys: [key] },
  clients: [
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
  ttl: { Interaction: 600, Session: 600, Grant: 600, AccessToken: 600, IdToken: 600 },
  features: {
    devInteractions: { enabled: true },
    clientCredentials: { enabled: true },
    resourceIndicators: {
      enabled: true,
      // A login asks for no resource: its token is for the claims of the person alone.
      defaultResource: (_context, client) => (client.clientId.startsWith('tool-') ? audience : []),
      getResourceServerInfo: (_context, resource) => ({
        scope: '',
        audience: resource,
        accessTokenFormat: 'jwt',
        accessTokenTTL: 600,
        jwt: { sign: { alg: key.alg } },
      }),
    },
  },
  extraTokenClaims: (_context, { clientId }) => ({
    roles: [clientId.replace('tool-', '')],
    // What has a role of people has a name, as people have.
    ...(clientId !== 'tool-service' && { email: clientId }),
  }),
});
server.on('request', provider.callback());
process.send({ issuer });
