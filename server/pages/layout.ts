/** The frame of every page: who acts, where they are, and what browsers may do with it. */
import type { FastifyReply } from 'fastify';
import { type Html, type HtmlPart, html } from '../../platform/html';
import { STYLESHEET_ADDRESS } from '../../platform/stylesheet';
import { allows } from '../access';
import type { Session } from '../identity/sessions';
import { DECLARERS, READERS } from '../roles-of-messages';
import { LIVE, LIVE_POLICY } from './live';

const POLICY =
  "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/** Nothing runs, nothing is framed, nothing is loaded from elsewhere, and forms go to this server alone. */
export const PAGE_HEADERS = {
  'content-security-policy': POLICY,
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=()',
  // With no-referrer a browser would not say of a form which page sends it.
  'referrer-policy': 'same-origin',
  vary: 'cookie',
} as const;

/** A page of somebody who is logged in, or of nobody. */
export interface Page {
  title: string;
  body: Html;
  /** Who acts, and the token of their forms. */
  visitor?: Visitor;
  /** The place in the navigation. */
  at?: 'board' | 'declare' | 'register';
  /** Where it hears of changes, with what it shows: browsers with scripts then keep it up to date. */
  changes?: string;
}

export interface Visitor {
  session: Session;
  formToken: string;
}

export function sendPage(reply: FastifyReply, page: Page): FastifyReply {
  if (page.changes) reply.header('content-security-policy', `${POLICY}; ${LIVE_POLICY}`);
  return reply.type('text/html; charset=utf-8').send(whole(page).toString());
}

function whole({ title, body, visitor, at, changes }: Page): Html {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title} · Tocsin</title>
<link rel="icon" href="/favicon.ico" type="image/svg+xml">
<link rel="stylesheet" href="${STYLESHEET_ADDRESS}">
</head>
<body>
<a class="skip" href="#main">Skip to the content</a>
<header class="top"><div>
<a class="brand" href="/"><img src="/favicon.ico" alt="" width="22" height="22">Tocsin</a>
${visitor && navigation(visitor, at)}
</div></header>
<main id="main"${changes && html` data-changes="${changes}"`}>
${body}
</main>
${changes && LIVE}
</body>
</html>
`;
}

function navigation({ session: { actor, endsAt }, formToken }: Visitor, at: Page['at']): Html {
  const current = (name: Page['at']): HtmlPart => at === name && html` aria-current="page"`;
  return html`<nav aria-label="Main">
<a href="/"${current('board')}>Board</a>
${allows(DECLARERS, actor.roles) && html`<a href="/incidents/new"${current('declare')}>Declare</a>`}
${allows(READERS, actor.roles) && html`<a href="/register"${current('register')}>Register</a>`}
</nav>
<form class="who" method="post" action="/logout">
<input type="hidden" name="csrf" value="${formToken}">
<span>${actor.by}<span class="vh">, logged in until ${new Date(endsAt * 1000).toISOString().slice(11, 16)} UTC</span></span>
<button class="link">Log out</button>
</form>`;
}

/** A box that says something before all else. */
export function say(kind: 'bad' | 'warn' | 'good' | 'note', what: HtmlPart, role: 'alert' | 'status' = 'status'): Html {
  return html`<div class="say ${kind}" role="${role}">${what}</div>`;
}
