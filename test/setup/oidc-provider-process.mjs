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

const provider = new Provider(issuer, {
  jwks: { keys: [key] },
  clients: ROLES.map((role) => ({
    client_id: `tool-${role}`,
    client_secret: 'secret',
    grant_types: ['client_credentials'],
    redirect_uris: [],
    response_types: [],
  })),
  features: {
    devInteractions: { enabled: false },
    clientCredentials: { enabled: true },
    resourceIndicators: {
      enabled: true,
      defaultResource: () => audience,
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
