/**
 * Other organisations and government institutions that may be able to reduce the risk of harm or mitigate it: a bank, a
 * payment provider, the police (PIPEDA s. 10.2(1)). Which those are is what the notifying organisation believes, so a named
 * person says whom it told, how and when, and that these are all; or waives the duty, as it believes that none could help.
 */
import { ask, type CommandLine, commandLine } from '../kernel/command-lines';
import { inexactOf, latestOf, type When } from '../kernel/inexact-instant';
import { toMs } from '../kernel/time';
import type { Policy } from '../policy/policy';
import type { ObligationRule } from '../policy/rule';
import { stateWords } from './board-words';
import { CHANNELS, isChannel } from './counted';
import type { EventOf, NewEvent, OrganisationsTold } from './events';
import type { Evidence } from './evidence';
import { groundsOf } from './grounds';
import type { MessageBody } from './messages';
import type { Obligation } from './state';

/** What a decision answers when it causes no events. */
interface Answers {
  rejected(...problems: string[]): NewEvent[];
  noted(note: string): NewEvent[];
}

/** The channel in the evidence: by whom it was told stands in the records of the telling. */
export const ORGANISATIONS = 'organisations';

/** A duty to tell other organisations. */
export function tellsOrganisations({ recipient }: Pick<ObligationRule, 'recipient'>): boolean {
  return recipient.to === 'organisations';
}

/** A person records whom of them was told, and whether those are all. */
export function onOrganisationsTold(
  { o, answer }: { o: Obligation; answer: Answers },
  { channel, organisations = [], workspaces, people, languages, rest, note, evidence }: MessageBody<'told'>,
  when: When,
): NewEvent[] {
  if (o.status === 'not-required') return answer.noted(`${o.id} is already ${stateWords(o.status)}`);
  if (workspaces || people || languages)
    return answer.rejected(
      `organisations: ${o.id} tells other organisations and institutions: name those that were told`,
    );
  if (!isChannel(channel))
    return answer.rejected(
      `channel: ${channel} is for a public communication; ${o.id} tells each: use one of ${CHANNELS.join(', ')}`,
    );
  const before = o.organisations ?? [];
  const names = [...new Set(organisations)];
  if (names.length === 0 && before.length === 0)
    return answer.rejected(
      `organisations: name who was told; where none could reduce the harm, waive ${o.id} with the reason`,
    );
  const known = new Set(before.flatMap((each) => each.organisations));
  const isComplete = before.some(({ all }) => all);
  if (names.every((name) => known.has(name)) && (isComplete || !rest))
    return answer.noted(`${o.id}: this is on record already`);
  const inexact = inexactOf(when);
  return [
    {
      kind: 'organisations-told',
      data: {
        ...{ obligation: o.id, round: o.round, at: latestOf(when) },
        ...(inexact && { inexact }),
        ...{ channel, organisations: names },
        ...(rest && { all: rest }),
        ...(note && { note }),
        ...(evidence && { evidence }),
      },
    },
  ];
}

/** Folds that some of them were told. */
export function foldOrganisations(o: Obligation, { by, data }: EventOf<'organisations-told'>): Obligation {
  const { obligation: _, ...told } = data;
  return { ...o, organisations: [...(o.organisations ?? []), { ...told, by }] };
}

/**
 * Fulfilled once a person has said that all were told: when the last of them was. Also after it was waived, as none was
 * believed able to help and then one was. One more that is told later is added to the record.
 */
export function organisationsTold(
  o: Obligation,
  rule: ObligationRule,
  fulfil: (at: When, evidence: Evidence) => NewEvent,
): NewEvent[] {
  const { organisations: told = [] } = o;
  if (!tellsOrganisations(rule) || !['pending', 'waived'].includes(o.status) || !told.some(({ all }) => all)) return [];
  const inOrder = told.filter(({ organisations }) => organisations.length > 0).sort((a, b) => toMs(a.at) - toMs(b.at));
  const [first, last] = [inOrder[0]!, inOrder.at(-1)!];
  // How many: their names stand in the events of the telling, where they can be withheld and erased.
  const names = new Set(told.flatMap(({ organisations }) => organisations));
  const instants = { firstToldAt: first.at, lastToldAt: last.at };
  return [fulfil(last.inexact ?? last.at, { channel: ORGANISATIONS, told: names.size, ...instants })];
}

/** `Royal Bank of Canada, Garda (phone)`: who was told, and how. */
export function organisationsText(told: ReadonlyArray<Pick<OrganisationsTold, 'organisations' | 'channel'>>): string {
  return told
    .filter(({ organisations }) => organisations.length > 0)
    .map(({ organisations, channel }) => `${organisations.join(', ')} (${channel})`)
    .join(', ');
}

/** How such a duty stands that is open, in words. */
export function organisationsStanding({ organisations: told = [] }: Obligation): { told: string; untold: string } {
  return {
    told: organisationsText(told) || 'nobody yet',
    untold: 'whoever else may be able to reduce the harm, until a person says that these are all',
  };
}

/** How it ends where nobody could help: waived, with the reason, on the ground that its law has. */
export function nobodyCouldHelp(id: string, obligation: string, rule: ObligationRule, pack: Policy): CommandLine[] {
  return groundsOf(rule, pack).map((ground) =>
    commandLine('waive', { id, obligation, reason: ask('reason'), ground: ground.id, by: ask('by') }),
  );
}
