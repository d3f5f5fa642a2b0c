/**
 * Tells open pages that what they show has changed, where browsers run the page's small script (server-sent events, WHATWG
 * HTML section 9.2). Nothing of a case is in what is sent: the page is asked for again, by the rules of any page. One look at
 * Temporal serves all who watch the same case; it needs no worker, and asks no workflow.
 */
import { createHash } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { COLLECTIONS } from '../../client/kinds';
import type { RegisteredCases } from '../../client/lost-cases';
import type { TocsinClient } from '../../client/tocsin-client';
import { KIND_NAMES } from '../api/kinds';
import { mustBe } from '../api/must-be';
import { Refusal } from '../problem';
import { type Listed, lookedAt, openCases } from './board-page';
import { asRefusal } from './form-errors';
import { addressOf } from './links';

const EVERY_MS = 2_000;
/** The board asks visibility, which costs more. */
const BOARD_EVERY_MS = 5_000;
/** A proxy ends a connection on which nothing is said. */
const QUIET_MS = 20_000;
/** The mark of a case that Temporal has no more: its page says so once it is asked for again. */
const GONE = 'gone';
/** Open streams, at most, and of one person: pages that nobody sees have none. */
const MOST = 500;
const MOST_OF_ONE = 20;

/** Where a page hears of changes of its case since it was made. */
export function changesOf({ id, mark }: { id: string; mark: string }): string {
  return `${addressOf(id)}/changes?since=${encodeURIComponent(mark)}`;
}

/** Where the board hears of changes since these were listed. To be asked for before what it looks at is. */
export async function changesOfBoard(client: TocsinClient, lists: readonly Listed[]): Promise<string> {
  return `/changes?since=${encodeURIComponent(await markOf(client, lists))}`;
}

/** One look after the other at something, for as long as somebody watches it. */
class Watched {
  private readonly watchers = new Set<(mark: string) => void>();
  private timer: NodeJS.Timeout | undefined;
  private mark: string | undefined;

  constructor(
    private readonly look: () => Promise<string | undefined>,
    private readonly everyMs: number,
    private readonly onEmpty: () => void,
  ) {}

  /** `tell` is told at once where something has changed since `since`. */
  add(tell: (mark: string) => void, since: string | undefined): () => void {
    const first = (mark: string) => {
      if (mark !== since) tell(mark);
    };
    this.watchers.add(tell);
    if (this.mark !== undefined) first(this.mark);
    else void this.once().then(() => this.mark !== undefined && this.watchers.has(tell) && first(this.mark));
    this.timer ??= setTimeout(() => void this.round(), this.everyMs);
    return () => {
      this.watchers.delete(tell);
      if (this.watchers.size > 0) return;
      clearTimeout(this.timer);
      this.timer = undefined;
      this.onEmpty();
    };
  }

  private async round(): Promise<void> {
    const before = this.mark;
    await this.once();
    if (this.mark !== undefined && before !== undefined && this.mark !== before)
      for (const tell of this.watchers) tell(this.mark);
    if (this.watchers.size > 0) this.timer = setTimeout(() => void this.round(), this.everyMs);
  }

  /** While Temporal does not answer nothing is known to have changed. */
  private async once(): Promise<void> {
    this.mark = (await this.look().catch(() => undefined)) ?? this.mark;
  }
}

export function changePages(app: FastifyInstance, client: TocsinClient, registered?: RegisteredCases): void {
  const watched = new Map<string, Watched>();
  /** What ends each, and who watches. */
  const open = new Map<() => void, string>();
  const of = (key: string, look: () => Promise<string | undefined>, everyMs: number): Watched => {
    const known = watched.get(key) ?? new Watched(look, everyMs, () => watched.delete(key));
    watched.set(key, known);
    return known;
  };
  // Streams never end by themselves: the server would wait for them when it stops.
  app.addHook('preClose', async () => {
    for (const end of [...open.keys()]) end();
  });

  app.get('/changes', (request, reply) =>
    stream(request, reply, () =>
      of('', async () => markOf(client, await openCases(client, registered)), BOARD_EVERY_MS),
    ),
  );
  for (const kind of KIND_NAMES)
    app.get<{ Params: { id: string } }>(`/${COLLECTIONS[kind]}/:id/changes`, async (request, reply) => {
      const { id } = request.params;
      await mustBe(client, kind, id).catch(asRefusal);
      return stream(request, reply, () => of(id, async () => (await client.find(id))?.mark ?? GONE, EVERY_MS));
    });

  function stream(request: FastifyRequest, reply: FastifyReply, from: () => Watched): FastifyReply {
    const { subject } = request.actor;
    const theirs = [...open.values()].filter((each) => each === subject).length;
    if (open.size >= MOST || theirs >= MOST_OF_ONE)
      throw new Refusal('unavailable', 'too many pages are watching: look again yourself', [], 60);
    if (!(request.headers.accept ?? '').includes('text/event-stream'))
      throw new Refusal('bad-request', 'here changes are told as text/event-stream alone: open the page itself');
    const { since } = request.query as { since?: unknown };
    const last = request.headers['last-event-id'] ?? since;
    reply.hijack();
    const { raw } = reply;
    raw.writeHead(200, {
      ...reply.getHeaders(),
      'content-type': 'text/event-stream',
      'x-accel-buffering': 'no',
      // A server that stops waits for no connection that was kept for more.
      connection: 'close',
    } as never);
    raw.write('retry: 5000\n\n');
    const quiet = setInterval(() => raw.write(': still here\n\n'), QUIET_MS);
    // No longer than the session: then the page must be opened again.
    const over = setTimeout(() => end(), request.session!.endsAt * 1000 - Date.now());
    const remove = from().add(
      (mark) => raw.write(`event: changed\nid: ${mark}\ndata: \n\n`),
      typeof last === 'string' ? last : undefined,
    );
    const end = () => {
      if (!open.delete(end)) return;
      clearInterval(quiet);
      clearTimeout(over);
      remove();
      raw.end();
    };
    open.set(end, subject);
    raw.on('close', end);
    return reply;
  }
}

/** Of what the board lists, and of the incidents that it looks at, as a digest. */
async function markOf(client: TocsinClient, lists: readonly Listed[]): Promise<string> {
  const looked = await Promise.all(lookedAt(lists).map(async (id) => (await client.find(id))?.mark));
  return createHash('sha256')
    .update(JSON.stringify([lists.map(({ unread: _, ...list }) => list), looked]))
    .digest('base64url')
    .slice(0, 22);
}
