/**
 * A public communication in place of notices to each person (GDPR Art. 34(3)(c); SOR/2018-64 s. 5): it must inform the people
 * "in an equally effective manner". A page that stands somewhere informs nobody: a person records by which channels it was
 * made public, when, and in which languages. It is fulfilled once that was done in every language of its text.
 */
import { inexactOf, latestOf, type When } from '../kernel/inexact-instant';
import { type Instant, toMs } from '../kernel/time';
import type { ObligationRule } from '../policy/rule';
import type { EventOf, NewEvent, Publication } from './events';
import type { Evidence } from './evidence';
import type { MessageBody } from './messages';
import { isPublicChannel, PUBLIC_CHANNELS, reachesPeople } from './public-channels';
import { isPublicCommunication, PUBLIC_NOTICE } from './readers';
import type { Line } from './said';
import { isSettled, type Obligation } from './state';

/** What a decision answers when it causes no events. */
interface Answers {
  rejected(...problems: string[]): NewEvent[];
  noted(note: string): NewEvent[];
}

/** The languages in which it must be made public: those of its page, else of its draft. */
function languagesOf({ delivery, draft }: Obligation): string[] {
  const renderings = delivery?.renderings ?? draft?.renderings ?? [];
  return [...new Set(renderings.map(({ language }) => language))];
}

/** What was recorded of the present round. */
function ofRound({ publications = [], round }: Obligation): Publication[] {
  return publications.filter((each) => each.round === round);
}

/** The languages in which it was not made public yet by a channel that reaches the people; one at least where no text is known. */
export function notYetPublicIn(o: Obligation): string[] {
  const told = new Set(ofRound(o).flatMap(({ channel, languages }) => (reachesPeople(channel) ? languages : [])));
  const wanted = languagesOf(o);
  if (wanted.length === 0) return told.size > 0 ? [] : ['any language'];
  return wanted.filter((language) => !told.has(language));
}

/** `newspaper (fr), website (en, fr)`: how it was made public so far; empty while it was not. */
export function madePublicText(publications: Array<Pick<Publication, 'channel' | 'languages'>>): string {
  return publications
    .map(({ channel, languages }) => `${PUBLIC_CHANNELS[channel]} (${languages.join(', ')})`)
    .join(', ');
}

/** By which channels and when it was made public, each round; else that it will be. */
export function publicityLines(o: Obligation, citation: string): Line[] {
  const made = (o.publications ?? []).map(({ channel, languages, at, inexact }): Line => {
    return { is: 'made-public', citation, by: { channel, languages, at, ...(inexact && { latest: true }) } };
  });
  if (made.length > 0 || !o.dueAt || isSettled(o)) return made;
  return [{ is: 'made-public', citation, before: o.dueAt }];
}

/** How a public communication stands that is not fulfilled, in words. */
export function publicStanding(o: Obligation): { told: string; untold: string } {
  const page = o.delivery ? 'its page stands' : 'no page stands yet';
  const made = madePublicText(ofRound(o));
  return { told: `${page}; made public: ${made || 'not yet'}`, untold: notYetPublicIn(o).join(', ') };
}

/** Why a public communication is still open once its page stands. */
export function publicOpen(o: Obligation): string {
  return `${o.id}: its page alone informs nobody; record how it was made public in: ${notYetPublicIn(o).join(', ')}`;
}

/** A person records one channel by which the notice was made public. */
export function onMadePublic(
  { o, answer }: { o: Obligation; answer: Answers },
  { channel, languages, workspaces, people, rest, note, evidence }: MessageBody<'told'>,
  when: When,
): NewEvent[] {
  if (isSettled(o)) return answer.noted(`${o.id} is already ${o.status}`);
  if (!languages || workspaces || people || rest)
    return answer.rejected(
      `languages: ${o.id} is a public communication: say in which languages it was made public, and name no workspaces or people`,
    );
  if (!isPublicChannel(channel))
    return answer.rejected(
      `channel: ${channel} makes nothing public; use one of: ${Object.keys(PUBLIC_CHANNELS).join(', ')}`,
    );
  const inexact = inexactOf(when);
  const said = { channel, languages: [...new Set(languages)].sort() };
  const known = ofRound(o).some(
    (each) => madePublicText([each]) === madePublicText([said]) && each.at === latestOf(when),
  );
  if (known) return answer.noted(`${o.id}: this is on record already`);
  return [
    {
      kind: 'made-public',
      data: {
        obligation: o.id,
        round: o.round,
        at: latestOf(when),
        ...(inexact && { inexact }),
        ...said,
        ...(note && { note }),
        ...(evidence && { evidence }),
      },
    },
  ];
}

/** Folds that its page stands, or that it was made public. */
export function foldMadePublic(o: Obligation, event: EventOf<'page-published' | 'made-public'>): Obligation {
  if (event.kind === 'page-published')
    return { ...o, status: 'partly-told', delivery: event.data.evidence, covers: undefined };
  const { obligation: _, ...data } = event.data;
  return { ...o, publications: [...(o.publications ?? []), { ...data, by: event.by }] };
}

/** Made public in each of its languages, it is fulfilled: when the last of them was, by the first channel in it. */
export function everybodyCouldRead(
  o: Obligation,
  rule: ObligationRule,
  fulfil: (at: When, evidence: Evidence) => NewEvent,
): NewEvent[] {
  if (!isPublicCommunication(rule) || !['pending', 'drafted', 'partly-told'].includes(o.status)) return [];
  const made = ofRound(o);
  if (made.length === 0 || notYetPublicIn(o).length > 0) return [];
  const reaching = made.filter(({ channel }) => reachesPeople(channel)).sort((a, b) => toMs(a.at) - toMs(b.at));
  const wanted = languagesOf(o).length > 0 ? languagesOf(o) : [...new Set(reaching.flatMap((each) => each.languages))];
  const first = wanted.map((language) => reaching.find(({ languages }) => languages.includes(language))!);
  const last = first.reduce((a, b) => (toMs(b.at) > toMs(a.at) ? b : a));
  const instants: { firstToldAt: Instant; lastToldAt: Instant } = {
    firstToldAt: reaching[0]!.at,
    lastToldAt: last.at,
  };
  const page = o.delivery ?? {};
  return [
    fulfil(last.inexact ?? last.at, { ...page, channel: PUBLIC_NOTICE, note: madePublicText(made), ...instants }),
  ];
}
