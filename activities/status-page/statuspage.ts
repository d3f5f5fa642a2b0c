/**
 * Status pages at Statuspage (Atlassian). The API has no idempotency key: each time the incident is looked for first, by our
 * incident's id in its metadata, where every update that went out is noted by the same request that published it. So a
 * repeat finds what an attempt did of which nobody heard.
 */
import { failure } from '../failures';
import { sha256Hex } from '../storage/artefacts';
import type { StatusPagePort, StatusUpdate } from './status-page-port';
import {
  LISTED,
  type StatuspageClient,
  type StatuspageConfig,
  type StatuspageIncident,
  statuspageClient,
} from './statuspage-client';

/** Under this name stands in the metadata of an incident what is ours. Others' names are left as they are. */
const OURS = 'tocsin';
/** All calls of one update: less than a minute, after which Temporal begins the next attempt. */
const UPDATE_MS = 45_000;
/** Lists of a hundred incidents that are looked through at most. */
const MOST_LISTS = 20;
/** Of what happens now, as opposed to maintenance. */
const OF_INCIDENTS = ['investigating', 'identified', 'monitoring', 'resolved'];

/**
 * Publishes each update once on every page, whatever is repeated: on the incident that has our id in its metadata or, made
 * by hand, in its name, else on a new one. Updates go one after the other. Live incidents only. Throws the failures of the
 * client, when the other pages were tried, and ExerciseNotContained.
 */
export function createStatuspage(config: StatuspageConfig): StatusPagePort {
  const client = statuspageClient(config);
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
        onEach(config.pages, (page) => publishOn(client, page, config.notify, update, until)),
      );
      return { url: urls[0]! };
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

/** The values, or what a repeat may help, else what it cannot. */
function allOf<T>(all: PromiseSettledResult<T>[]): T[] {
  const failed = all.flatMap((each) => (each.status === 'rejected' ? [each.reason as { nonRetryable?: boolean }] : []));
  if (failed.length > 0) throw failed.find(({ nonRetryable }) => !nonRetryable) ?? failed[0];
  return all.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
}

async function publishOn(
  client: StatuspageClient,
  page: string,
  notify: boolean,
  update: StatusUpdate,
  until: number,
): Promise<string> {
  const { incidentId, obligation, round, status, subject, text } = update;
  const found = await find(client, page, update, until);
  const noted = found ? ours(found) : {};
  const key = `${obligation}/${round}`;
  if (found && noted[key] !== undefined) return client.addressOf(page, found);
  const body = text.trim();
  const fields = {
    name: subject,
    status,
    body,
    deliver_notifications: notify,
    metadata: {
      ...found?.metadata,
      [OURS]: { ...noted, incident: incidentId, [key]: sha256Hex(`${status}\n${subject}\n${body}`) },
    },
  };
  const done = found ? await client.update(page, found.id, fields, until) : await client.create(page, fields, until);
  return client.addressOf(page, done);
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
