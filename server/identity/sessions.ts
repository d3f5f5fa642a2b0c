/**
 * Sessions of people in browsers. Who acts stands in a sealed cookie, so that any copy of the server knows them and none
 * keeps them. A session counts for pages alone: the API takes tokens, and no cookie.
 */
import { createHmac, randomBytes } from 'node:crypto';
import { parse, serialize } from 'cookie';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { isSameSecret } from '../../platform/same-secret';
import { Refusal } from '../problem';
import { ROLES } from '../roles';
import type { Actor } from './actor';
import type { PendingLogin } from './login';
import type { Seal } from './seal';

/** Roles are read at a login, so a role that was taken away is gone after this at the latest. */
const SESSION_SECONDS = 3_600;
/** How long a form that was opened can be sent after its session ended and its person logged in again. */
const FORM_SECONDS = 24 * 3_600;
const LOGIN_SECONDS = 600;
const SAID_SECONDS = 60;

/** Who acts in a browser, until when, and what their forms are known by. */
export interface Session {
  actor: Actor;
  /** Random; not enough to act. Stays the same while one person logs in again and again, so that open forms stay good. */
  browser: string;
  /** Seconds since the epoch. */
  endsAt: number;
}

/** What a page says once, after a message was sent. */
export interface Said {
  /** The case. */
  id: string;
  message: string;
  /** Numbers of the entries that it caused. */
  entries: number[];
  note?: string;
}

/** What the cookie of a session holds. Another release may have written it. */
const ContentSchema = z.object({
  by: z.string(),
  subject: z.string(),
  roles: z.array(z.enum(ROLES)),
  browser: z.string(),
  endsAt: z.number(),
});

declare module 'fastify' {
  interface FastifyRequest {
    /** There on every page that is not for anybody. */
    session?: Session;
  }
}

export class Sessions {
  /** @param isSecure the pages are reached over TLS. @param suffix tells cookies of several servers on one host apart. */
  constructor(
    private readonly seal: Seal,
    private readonly isSecure: boolean,
    private readonly suffix: string,
  ) {}

  /** Who has a session that holds. */
  async of(request: FastifyRequest): Promise<Session | undefined> {
    const kept = await this.kept(request);
    return kept && kept.endsAt * 1000 > Date.now() ? kept : undefined;
  }

  async begin(request: FastifyRequest, reply: FastifyReply, actor: Actor): Promise<void> {
    const before = await this.kept(request);
    const browser = before?.actor.subject === actor.subject ? before.browser : randomBytes(18).toString('base64url');
    const endsAt = Math.floor(Date.now() / 1000) + SESSION_SECONDS;
    const content = { ...actor, roles: [...actor.roles], browser, endsAt };
    this.set(reply, 'session', await this.seal.seal('session', content, FORM_SECONDS), FORM_SECONDS);
  }

  end(reply: FastifyReply): void {
    this.drop(reply, 'session');
  }

  /** What a form carries to show that a page of ours made it for this session. */
  formToken(session: Session): string {
    return this.formTokens(session)[0]!;
  }

  /** Also of a form that was opened before the keys were rotated, as its session is good too. */
  isFormToken(session: Session, given: unknown): boolean {
    return typeof given === 'string' && this.formTokens(session).some((token) => isSameSecret(given, token));
  }

  private formTokens({ browser, actor }: Session): string[] {
    const signed = JSON.stringify([actor.subject, browser]);
    return this.seal
      .derived('tocsin forms')
      .map((secret) => createHmac('sha256', secret).update(signed).digest('base64url'));
  }

  async keepLogin(reply: FastifyReply, pending: PendingLogin): Promise<void> {
    const sealed = await this.seal.seal('login', { ...pending }, LOGIN_SECONDS);
    this.set(reply, loginOf(pending.state), sealed, LOGIN_SECONDS);
  }

  /** The login that an answer of the issuer belongs to, once. Throws a Refusal where this browser began none. */
  async takeLogin(request: FastifyRequest, reply: FastifyReply, state: unknown): Promise<PendingLogin> {
    if (typeof state === 'string') {
      const name = loginOf(state);
      const opened = await this.seal.open('login', this.get(request, name));
      this.drop(reply, name);
      if (opened?.state === state) return opened as unknown as PendingLogin;
    }
    throw new Refusal(
      'login-failed',
      'this browser did not begin this login, or began it more than ten minutes ago: log in again',
    );
  }

  async say(reply: FastifyReply, said: Said): Promise<void> {
    this.set(reply, 'said', await this.seal.seal('said', { ...said }, SAID_SECONDS), SAID_SECONDS);
  }

  /** What is to be said of a case now, and then no more. */
  async takeSaid(request: FastifyRequest, reply: FastifyReply, id: string): Promise<Said | undefined> {
    const said = await this.seal.open('said', this.get(request, 'said'));
    if (said?.id !== id) return undefined;
    this.drop(reply, 'said');
    return said as unknown as Said;
  }

  /** What the cookie holds, also when the session in it has ended. */
  private async kept(request: FastifyRequest): Promise<Session | undefined> {
    const opened = ContentSchema.safeParse(await this.seal.open('session', this.get(request, 'session')));
    if (!opened.success) return undefined;
    const { browser, endsAt, ...actor } = opened.data;
    return { actor, browser, endsAt };
  }

  private get(request: FastifyRequest, name: string): string | undefined {
    return parse(request.headers.cookie ?? '')[this.name(name)];
  }

  private set(reply: FastifyReply, name: string, value: string, maxAge: number): void {
    reply.header('set-cookie', serialize(this.name(name), value, { ...this.options, maxAge }));
  }

  private drop(reply: FastifyReply, name: string): void {
    this.set(reply, name, '', 0);
  }

  private get options() {
    return { path: '/', httpOnly: true, sameSite: 'lax', secure: this.isSecure } as const;
  }

  /** Browsers keep a `__Host-` cookie to this host alone; on loopback they send cookies to every port. */
  private name(name: string): string {
    return this.isSecure ? `__Host-tocsin-${name}` : `tocsin-${name}-${this.suffix}`;
  }
}

/** A login of each tab of a browser has a cookie of its own. */
function loginOf(state: string): string {
  return `login-${state.replaceAll(/[^A-Za-z0-9_-]/g, '').slice(0, 12)}`;
}
