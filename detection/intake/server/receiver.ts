/** Takes a signed request of a source: verified, read, stored for good, each once. Knows no HTTP server. */
import { LRUCache } from 'lru-cache';
import type { DeliveryEvent } from '../../../activities/delivery/ledger/delivery-events';
import type { Detection } from '../../../domain/detection/detection';
import type { Problem } from '../../../domain/kernel/problems';
import type { AdvisoryConsumer, AdvisoryRecord } from '../../../domain/patch/advisory';
import type { AuthEventConsumer } from '../../../domain/sessions/auth-event';
import { TokenBucket } from '../../../platform/token-bucket';
import { isRefusedForGood } from '../../../postgres/outage';
import { type Source, secretsAt } from '../config';
import { Refusal } from '../refusal';
import type { Parsed, SourceRequest, Untaken } from '../sources/adapter';

/** Where requests end up. Each function resolves only when what it was given is stored for good. */
export interface ReceiverDeps {
  store: (detections: Detection[]) => Promise<void>;
  authEvents?: AuthEventConsumer;
  advisories?: AdvisoryConsumer;
  /** What became of mails. */
  deliveryEvents?: { keep(events: DeliveryEvent[]): Promise<unknown> };
  /** Counts what could not be taken, so that a person sees it. Without it the sender alone is told. */
  untaken?: { keep(source: string, items: Untaken[]): Promise<void> };
  now?: () => number;
}

/** What came of a request. `repeated`: all of it was stored before. */
export interface Received {
  detections: number;
  authEvents: number;
  deliveryEvents?: number;
  repeated: boolean;
  note?: string;
  /** What is wrong with what was not taken beside the rest. */
  refused?: Problem[];
  /** Of kinds that nothing is known about: counted, and kept for a person to look at. */
  unknown?: number;
}

/** Ids that are remembered, of requests and of detections: about 20 MB at most. */
const REMEMBERED = 50_000;

export class Receiver {
  private readonly sources: Map<string, { source: Source; bucket: TokenBucket }>;
  /** Ids of what is stored, filled after the commit and never before. Losing it costs a look into the table. */
  private readonly stored = new LRUCache<string, true>({ max: REMEMBERED });
  /** Requests under way, by id: a repeat waits for the first one's outcome. */
  private readonly inFlight = new Map<string, Promise<Received>>();
  private readonly now: () => number;

  constructor(
    sources: readonly Source[],
    private readonly deps: ReceiverDeps,
  ) {
    this.now = deps.now ?? Date.now;
    this.sources = new Map(
      sources.map((source) => [source.name, { source, bucket: new TokenBucket(source.perMinute, this.now()) }]),
    );
    const unheard = sources.find(({ adapter }) => adapter.format === 'authentication' && !deps.authEvents);
    if (unheard)
      throw new Error(`the source "${unheard.name}" sends authentication events, and nothing takes them here`);
    const unread = sources.find(({ adapter }) => adapter.format === 'osv' && !deps.advisories);
    if (unread) throw new Error(`the source "${unread.name}" sends advisories, and nothing takes them here`);
    const untold = sources.find(({ adapter }) => adapter.format === 'resend' && !deps.deliveryEvents);
    if (untold) throw new Error(`the source "${untold.name}" sends what became of mails, and nothing takes that here`);
  }

  /** Refuses a source that there is not, or a content type that it does not take, before the body is read. */
  check(name: string, contentType: string | undefined): void {
    const known = this.sources.get(name);
    if (!known) throw new Refusal('unknown-source', 'check the address: the sources stand in the file TOCSIN_SOURCES');
    const { contentTypes } = known.source.adapter;
    const type = (contentType ?? '').split(';', 1)[0]!.trim().toLowerCase();
    if (!contentTypes.includes(type)) {
      throw new Refusal('wrong-content-type', `send it as ${contentTypes.join(' or ')}`);
    }
  }

  /** Takes a request, or throws a Refusal. */
  async receive(name: string, request: SourceRequest): Promise<Received> {
    const known = this.sources.get(name);
    if (!known) throw new Refusal('unknown-source', 'check the address: the sources stand in the file TOCSIN_SOURCES');
    const { source, bucket } = known;
    const now = this.now();
    source.adapter.verify(request, secretsAt(source, now), now);
    const waitSeconds = bucket.take(now);
    if (waitSeconds > 0) throw new Refusal('too-many', 'send fewer requests', [], waitSeconds);
    const delivery = source.adapter.deliveryId?.(request);
    if (delivery === undefined) return this.take(source, request, now);
    const key = `delivery ${name} ${delivery}`;
    if (this.stored.get(key)) return REPEATED;
    const first = this.inFlight.get(key);
    if (first) return first.then((received) => ({ ...received, repeated: true }));
    const taking = this.take(source, request, now);
    this.inFlight.set(key, taking);
    try {
      const received = await taking;
      this.stored.set(key, true);
      return received;
    } finally {
      this.inFlight.delete(key);
    }
  }

  private async take(source: Source, request: SourceRequest, now: number): Promise<Received> {
    const context = { source: source.name, scope: source.scope, now };
    const {
      detections,
      authEvents = [],
      deliveryEvents = [],
      advisories = [],
      untaken: unread = [],
      note,
    } = await this.parse(source, () => source.adapter.parse(request, context));
    // Before their detections, which have the dependency check started: it finds them.
    const untaken = [...unread, ...(await this.keep(advisories))];
    const keyOf = (detection: Detection) => `event ${detection.source} ${detection.eventId}`;
    const fresh = detections.filter((detection) => !this.stored.has(keyOf(detection)));
    if (fresh.length > 0) {
      await this.deps.store(fresh);
      for (const detection of fresh) this.stored.set(keyOf(detection), true);
    }
    const unheard = await storeEach(authEvents, (events) => this.deps.authEvents!.consume(source.name, events));
    const untold = await storeEach(deliveryEvents, (events) => this.deps.deliveryEvents!.keep(events));
    untaken.push(...unheard, ...untold);
    const taken = {
      detections: detections.length,
      authEvents: authEvents.length - unheard.length,
      deliveryEvents: deliveryEvents.length - untold.length,
    };
    const events = taken.detections + taken.authEvents + taken.deliveryEvents;
    // What a repeated event was taken without was counted with it; its sender is told again.
    const news = new Set(fresh.map(({ eventId }) => eventId));
    await this.count(
      source,
      untaken.filter(({ of }) => of === undefined || news.has(of)),
    );
    const refused = untaken.flatMap(({ problems }) => problems).slice(0, MOST_PROBLEMS);
    const faults = untaken.filter(({ problems }) => problems.length > 0).length;
    if (faults > 0 && events === 0) {
      throw new Refusal('invalid', 'correct the fields named and send it again', refused);
    }
    return {
      detections: taken.detections,
      authEvents: taken.authEvents,
      ...(taken.deliveryEvents > 0 && { deliveryEvents: taken.deliveryEvents }),
      repeated: detections.length > 0 && fresh.length === 0 && untaken.every(({ of }) => of !== undefined),
      note: note ?? (events + untaken.length === 0 ? 'it holds no event' : undefined),
      ...(faults > 0 && { refused }),
      ...(untaken.length > faults && { unknown: untaken.length - faults }),
    };
  }

  /** Reads the request. What is refused whole is counted too: many senders never look at the answer. */
  private async parse(source: Source, read: () => Parsed): Promise<Parsed> {
    try {
      return read();
    } catch (error) {
      if (error instanceof Refusal) {
        const { errors, detail } = error;
        const problems = errors.length > 0 ? errors : [{ field: '(body)', problem: detail }];
        await this.count(source, [{ kind: 'refused', problems, value: undefined }]);
      }
      throw error;
    }
  }

  private async count(source: Source, untaken: Untaken[]): Promise<void> {
    if (untaken.length === 0) return;
    try {
      await this.deps.untaken?.keep(source.name, untaken);
    } catch (cause) {
      throw unavailable(cause);
    }
  }

  private async keep(advisories: AdvisoryRecord[]): Promise<Untaken[]> {
    const keyOf = ({ id, modified }: AdvisoryRecord) => `advisory ${id} ${modified}`;
    const fresh = advisories.filter((advisory) => !this.stored.has(keyOf(advisory)));
    // Where nothing takes them they are detections alone; a source that sends nothing else is refused at the start.
    const { advisories: consumer } = this.deps;
    if (!consumer) return [];
    return storeEach(fresh, async (some) => {
      await consumer.consume(some);
      for (const advisory of some) this.stored.set(keyOf(advisory), true);
    });
  }
}

/** Stores all of them, but for those that can never be: each of these costs itself, found by halves. */
async function storeEach<T>(items: T[], store: (items: T[]) => Promise<unknown>): Promise<Untaken[]> {
  if (items.length === 0) return [];
  try {
    await store(items);
    return [];
  } catch (cause) {
    if (!isRefusedForGood(cause)) throw unavailable(cause);
  }
  if (items.length === 1) return [{ kind: 'refused', problems: [CANNOT_BE_STORED], value: undefined }];
  const middle = items.length >> 1;
  return [...(await storeEach(items.slice(0, middle), store)), ...(await storeEach(items.slice(middle), store))];
}

const CANNOT_BE_STORED: Problem = {
  field: '(event)',
  problem: 'holds a value that the database refuses, such as a character U+0000 or a time out of its range',
};
/** Problems in one answer. */
const MOST_PROBLEMS = 20;
const REPEATED: Received = { detections: 0, authEvents: 0, repeated: true };
const COME_AGAIN_SECONDS = 5;
/** Of one request a part may be stored before another cannot be; when it comes again that part is known. */
const NOT_ALL_STORED = 'it was not stored, or not all of it: send it all again later';

/** Nothing could take it: the sender shall come again. The cause is for the log. */
export function unavailable(cause: unknown): Refusal {
  const refusal = new Refusal('unavailable', NOT_ALL_STORED, [], COME_AGAIN_SECONDS);
  refusal.cause = cause;
  return refusal;
}
