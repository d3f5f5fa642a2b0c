/** A browser on the pages, over incidents that the domain plays: forms and links alone, and no Temporal. */
import type { FastifyInstance } from 'fastify';
import type { RegisteredCases } from '../../client/lost-cases';
import type { TocsinClient } from '../../client/tocsin-client';
import { INCIDENT_WORKFLOW } from '../../domain/incident/contract';
import type { ActionLinks } from '../../platform/links/action-link';
import { DEFAULT_PACKS } from '../../policy/load-policy';
import type { PolicySource } from '../../policy/settings';
import { createServer } from '../../server/create-server';
import type { Actor } from '../../server/identity/actor';
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
  policy: PolicySource = { packs: DEFAULT_PACKS },
  registered?: RegisteredCases,
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
      policy,
      ...(texts && { texts }),
      ...(register && { register }),
      ...(links && { links }),
      ...(registered && { registered }),
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
    find: async () => ({ workflow: INCIDENT_WORKFLOW, open: true, status: 'RUNNING', mark: 'a mark' }),
    view: async () => view as never,
    timeline: async () => story.events as never,
    explain: async () => [],
  };
}

export const COOKIE = 'tocsin-session-8440';

/** The value of the cookie of a session that ends then, in seconds since 1970. */
export function cookieOf(actor: Actor, endsAt: number): Promise<string> {
  return seal.seal('session', { ...actor, browser: 'b', endsAt }, 600);
}

export async function browse(
  app: FastifyInstance,
  url: string,
  {
    form,
    files,
    roles = ['owner', 'counsel'],
    endsIn = 600,
    by = 'bea@acme.dev',
  }: {
    form?: Record<string, string>;
    files?: [field: string, file: File][];
    roles?: Role[];
    endsIn?: number;
    by?: string;
  } = {},
) {
  const actor = { by, subject: by.split('@')[0]!, roles };
  const endsAt = Math.floor(Date.now() / 1000) + endsIn;
  const cookie = await cookieOf(actor, endsAt);
  const csrf = sessions.formToken({ actor, browser: 'b', endsAt });
  const sent = form && (await bodyOf({ csrf, ...form }, files));
  const { statusCode, body, headers, cookies } = await app.inject({
    method: form ? 'POST' : 'GET',
    url,
    headers: {
      host: '127.0.0.1:8440',
      cookie: `${COOKIE}=${cookie}`,
      ...(sent && { origin: ORIGIN, 'content-type': sent.type }),
    },
    ...(sent && { payload: sent.payload }),
  });
  return { status: statusCode, body, to: headers.location, policy: headers['content-security-policy'], cookies };
}

/** As a browser sends it: with files as `multipart/form-data`. */
async function bodyOf(form: Record<string, string>, files: [field: string, file: File][] | undefined) {
  if (!files) return { type: 'application/x-www-form-urlencoded', payload: new URLSearchParams(form).toString() };
  const data = new FormData();
  for (const [name, value] of Object.entries(form)) data.append(name, value);
  for (const [name, file] of files) data.append(name, file);
  const sent = new Response(data);
  return { type: sent.headers.get('content-type')!, payload: Buffer.from(await sent.arrayBuffer()) };
}

/** What a page's form sends if nobody types anything. */
export function hiddenIn(body: string): Record<string, string> {
  const inputs = body.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)">/g);
  return Object.fromEntries([...inputs].map(([, name, value]) => [name!, plain(value!)]));
}

/** The text of an attribute or an element. */
export function plain(escaped: string): string {
  return escaped.replaceAll('&quot;', '"').replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
}

/** What a text field of a page is filled in with. */
export function filledIn(body: string, id: string): string {
  const [, text = ''] = new RegExp(`<textarea id="${id}"[^>]*>\n([^<]*)<`).exec(body) ?? [];
  return plain(text);
}
