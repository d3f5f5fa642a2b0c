/** A browser on the pages, over incidents that the domain plays: forms and links alone, and no Temporal. */
import type { FastifyInstance } from 'fastify';
import type { TocsinClient } from '../../client/tocsin-client';
import { INCIDENT_WORKFLOW } from '../../domain/incident/contract';
import type { ActionLinks } from '../../platform/links/action-link';
import { DEFAULT_PACKS } from '../../policy/load-policy';
import { createServer } from '../../server/create-server';
import { LocalAuthenticator } from '../../server/identity/local';
import { Seal } from '../../server/identity/seal';
import { Sessions } from '../../server/identity/sessions';
import type { NoticeTexts } from '../../server/pages/notice-texts';
import type { RegisterReader } from '../../server/pages/register-page';
import type { Role } from '../../server/roles';
import type { Story } from '../unit/cli/helpers';

const KEY = 'the-key-of-this-session';
const ORIGIN = 'http://127.0.0.1:8440';
const seal = new Seal([KEY]);
const sessions = new Sessions(seal, false, '8440');

export function pagesOver(
  client: Partial<TocsinClient>,
  texts?: NoticeTexts,
  register?: RegisterReader,
  links?: ActionLinks,
): Promise<FastifyInstance> {
  return createServer({
    authenticator: new LocalAuthenticator(KEY, 'ann'),
    local: true,
    origins: [],
    namespace: 'default',
    client: client as TocsinClient,
    temporal: async () => {},
    pages: {
      sessions,
      policy: { packs: DEFAULT_PACKS },
      ...(texts && { texts }),
      ...(register && { register }),
      ...(links && { links }),
    },
  });
}

/** What the client answers of an incident, at an instant. */
export function clientOf(story: Story, now: string): Partial<TocsinClient> {
  const view = {
    state: story.state,
    clock: { incidentAt: now, realAt: now, rate: 0 },
    registerBacklog: 0,
    inFlight: [],
    nextDueAt: null,
  };
  return {
    find: async () => ({ workflow: INCIDENT_WORKFLOW, open: true, status: 'RUNNING' }),
    view: async () => view as never,
    timeline: async () => story.events as never,
    explain: async () => [],
    mark: async () => 'a mark',
  };
}

export async function browse(
  app: FastifyInstance,
  url: string,
  {
    form,
    roles = ['owner', 'counsel'],
    endsIn = 600,
    by = 'bea@acme.dev',
  }: { form?: Record<string, string>; roles?: Role[]; endsIn?: number; by?: string } = {},
) {
  const actor = { by, subject: by.split('@')[0]!, roles };
  const endsAt = Math.floor(Date.now() / 1000) + endsIn;
  const cookie = await seal.seal('session', { ...actor, browser: 'b', endsAt }, 600);
  const csrf = sessions.formToken({ actor, browser: 'b', endsAt });
  const { statusCode, body, headers, cookies } = await app.inject({
    method: form ? 'POST' : 'GET',
    url,
    headers: {
      host: '127.0.0.1:8440',
      cookie: `tocsin-session-8440=${cookie}`,
      ...(form && { origin: ORIGIN, 'content-type': 'application/x-www-form-urlencoded' }),
    },
    ...(form && { payload: new URLSearchParams({ csrf, ...form }).toString() }),
  });
  return { status: statusCode, body, to: headers.location, cookies };
}

/** What a page's form sends if nobody types anything. */
export function hiddenIn(body: string): Record<string, string> {
  const inputs = body.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)">/g);
  return Object.fromEntries([...inputs].map(([, name, value]) => [name!, value!]));
}
