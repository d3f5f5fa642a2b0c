/**
 * Status pages at Statuspage (Atlassian). The API has no idempotency key: each time the incident is looked for first, by our
 * incident's id in its metadata, where every update that went out is noted by the same request that published it. So a
 * repeat finds what an attempt did of which nobody heard, and gives it time: what was sent may be carried out later.
 */
import type { ApplicationFailure } from '@temporalio/common';
import { failure } from '../failures';
import { sha256Hex } from '../storage/artefacts';
import type { StatusPagePort, StatusUpdate } from './status-page-port';
import {
  isUnknown,
  LISTED,
  type StatuspageClient,
  type StatuspageConfig,
  type StatuspageIncident,
  statuspageClient,
  UNKNOWN_MS,
  unavailable,
} from './statuspage-client';

/** Under this name stands in the metadata of an incident what is ours. Others' names are left as they are. */
const OURS = 'tocsin';
/** All calls of one update: less than a minute, after which Temporal begins the next attempt. */
const UPDATE_MS = 45_000;
/** Lists of a hundred incidents that are looked through at most. */
const MOST_LISTS = 20;
/** What is said of a refusal: other than the doctor, this asks again. */
const GOES_ON = '; it is tried again by itself';
/** Of what happens now, as opposed to maintenance. */
const OF_INCIDENTS = ['investigating', 'identified', 'monitoring', 'resolved'];

/** Acts while nobody else does under that name, in any process; `busy` where somebody does. */
export type Alone = <T>(name: string, act: () => Promise<T>) => Promise<{ did: T } | 'busy'>;
/** About as long as one update takes, of four attempts before a person is alarmed. */
const BUSY_ELSEWHERE_MS = 15_000;

/**
 * Publishes each update on every page: on the incident that has our id in its metadata or, made by hand, in its name, else on
 * a new one. A repeat adds it only where it is not there; after a create or update whose outcome nobody knows, not within
 * `UNKNOWN_MS`. One that a person wrote there by hand, in the same words, is noted as published. A correction follows what
 * stands there in other words; in the same words nobody is told again. Updates of an
 * incident go one after the other. Live incidents only. Throws the failures of the client, when the other pages were tried, and ExerciseNotContained.
 */
export function createStatuspage(
  config: StatuspageConfig,
  { alone = async (_name, act) => ({ did: await act() }), callMs }: { alone?: Alone; callMs?: number } = {},
): StatusPagePort {
  const client = statuspageClient(config, { goesOn: GOES_ON, ...(callMs !== undefined && { callMs }) });
  /** When (epoch, ms) this process gave up a create or update, by page and incident. */
  const givenUp = new Map<string, number>();
  // Of two that look at the same time, both would create.
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(act: () => Promise<T>): Promise<T> => {
    const mine = last.then(act);
    last = mine.catch(() => undefined);
    return mine;
  };
  return {
    async publish(update) {
      if (update.exercise)
        throw failure(
          'ExerciseNotContained',
          'an update of an exercise must not reach Statuspage: it was not sent; exercises have a page on this machine',
        );
      const until = Date.now() + UPDATE_MS;
      const urls = await inTurn(() =>
        alone(`statuspage ${update.incidentId}`, () =>
          onEach(config.pages, (page) => publishOn({ client, page, notify: config.notify, givenUp }, update, until)),
        ),
      );
      if (urls === 'busy')
        throw unavailable('another worker publishes an update of this incident: this one follows', BUSY_ELSEWHERE_MS);
      return { url: urls.did[0]! };
    },
  };
}

/** Several status pages as one: an update is on all of them or it fails, and what fails on one keeps no other from it. */
export function severalStatusPages(pages: StatusPagePort[]): StatusPagePort {
  return {
    async publish(update) {
      const all = await Promise.allSettled(pages.map((page) => page.publish(update)));
      return allOf(all)[0]!;
    },
  };
}

async function onEach<T>(pages: string[], publish: (page: string) => Promise<T>): Promise<T[]> {
  const all: PromiseSettledResult<T>[] = [];
  for (const page of pages) all.push(...(await Promise.allSettled([publish(page)])));
  return allOf(all);
}

/** The values, or what a repeat may help, with the longest pause that one of them asks for, else what it cannot. */
function allOf<T>(all: PromiseSettledResult<T>[]): T[] {
  const failed = all.flatMap((each) =>
    each.status === 'rejected' ? [each.reason as Partial<ApplicationFailure>] : [],
  );
  const pauseOf = ({ nonRetryable, nextRetryDelay }: Partial<ApplicationFailure>) =>
    nonRetryable ? -1 : typeof nextRetryDelay === 'number' ? nextRetryDelay : 0;
  if (failed.length > 0) throw failed.reduce((one, other) => (pauseOf(other) > pauseOf(one) ? other : one));
  return all.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
}

interface On {
  client: StatuspageClient;
  page: string;
  notify: boolean;
  givenUp: Map<string, number>;
}

async function publishOn(on: On, update: StatusUpdate, until: number): Promise<string> {
  const { client, page, notify, givenUp } = on;
  const { incidentId, obligation, round, status, subject, text, correction } = update;
  const found = await find(client, page, update, until);
  const noted = found ? ours(found) : {};
  const key = `${obligation}/${round}`;
  const body = text.trim();
  const digest = sha256Hex(body);
  const stands = noted[key] === digest;
  const isDone = correction === undefined ? noted[key] !== undefined : stands && found?.name === subject;
  if (found && isDone) return client.addressOf(page, found);
  const place = `${page}/${incidentId}`;
  const waitMs = (givenUp.get(place) ?? 0) + UNKNOWN_MS - Date.now();
  if (waitMs > 0)
    throw unavailable(
      `what was last sent to page ${page} is not there, and may be carried out yet: nothing is written before it is looked for once more`,
      waitMs,
    );
  givenUp.delete(place);
  // A text whose place another takes is still an update of ours there.
  const before = noted[key] !== undefined && !stands ? { [`${key} before ${correction}`]: noted[key] } : {};
  const metadata = { ...found?.metadata, [OURS]: { ...noted, ...before, incident: incidentId, [key]: digest } };
  const fields = { name: subject, status, body, deliver_notifications: notify, metadata };
  const write = () => {
    if (!found) return client.create(page, fields, until);
    // Published by hand: it is noted, and nobody is told again. Without a text no update is added.
    const quiet = { metadata, deliver_notifications: false };
    if (stands) return client.update(page, found.id, { ...quiet, name: subject }, until);
    return client.update(page, found.id, isWrittenByHand(found, noted, body) ? quiet : fields, until);
  };
  const done = await write().catch((error: unknown) => {
    if (isUnknown(error)) givenUp.set(place, Date.now());
    throw error;
  });
  return client.addressOf(page, done);
}

/** Whether a person added an update of this text: more of them stand there than were noted, of any text and of this one. */
function isWrittenByHand(found: StatuspageIncident, noted: Record<string, unknown>, body: string): boolean {
  const updates = found.incident_updates ?? [];
  const { incident: _, ...published } = noted;
  const digests = Object.values(published);
  const same = updates.filter((each) => asOneLine(each.body ?? '') === asOneLine(body)).length;
  return updates.length > digests.length && same > digests.filter((each) => each === sha256Hex(body)).length;
}

function asOneLine(text: string): string {
  return text.trim().replace(/\s+/g, ' ');
}

/** Our incident on a page: the oldest with its id in the metadata, else one that somebody made with its id in the name. */
async function find(
  client: StatuspageClient,
  page: string,
  { incidentId, detectedAt }: StatusUpdate,
  until: number,
): Promise<StatuspageIncident | undefined> {
  let named: StatuspageIncident | undefined;
  for (let number = 1; number <= MOST_LISTS; number++) {
    const list = await client.list(page, number, until);
    const own = list.filter((each) => ours(each).incident === incidentId);
    if (own.length > 0) return own.reduce((one, other) => (created(other) < created(one) ? other : one));
    named ??= list.find((each) => isByHand(each, incidentId));
    if (list.length < LISTED || isBefore(list, detectedAt)) break;
  }
  return named;
}

function ours({ metadata }: StatuspageIncident): Record<string, unknown> {
  const noted = metadata?.[OURS];
  return typeof noted === 'object' && noted !== null ? (noted as Record<string, unknown>) : {};
}

function isByHand({ name, status, metadata }: StatuspageIncident, incidentId: string): boolean {
  if (metadata?.[OURS] !== undefined || !OF_INCIDENTS.includes(status)) return false;
  return name.split(/[\s()[\],;]+/).some((word) => word.replace(/[.:]+$/, '') === incidentId);
}

/** Whether a list goes from the newest to the oldest and ends before an instant: nothing later follows. */
function isBefore(list: StatuspageIncident[], at: string): boolean {
  const isDescending = list.every((each, i) => i === 0 || created(each) <= created(list[i - 1]!));
  return isDescending && created(list.at(-1)!) < Date.parse(at);
}

function created({ created_at }: StatuspageIncident): number {
  return Date.parse(created_at);
}
