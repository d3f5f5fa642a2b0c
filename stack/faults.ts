import type { FastifyInstance, FastifyReply } from 'fastify';
import { z } from 'zod';

/** Faults that a local stand-in plays, so that tests can prove what happens to the caller. All off by default. */
export const faultsSchema = z.strictObject({
  /** The next requests that are refused before anything is done. */
  failNext: z.number().int().min(0).default(0),
  /** The status of those. */
  failStatus: z.number().int().min(400).max(599).default(500),
  /** The provider's own name for that failure, where it has several of one status. */
  failName: z.string().optional(),
  /** Only requests to this path fail; all of them when it is not set. */
  failPath: z.string().optional(),
  /** The next requests that are carried out and then cut off without an answer: an unknown outcome for the caller. */
  dropNext: z.number().int().min(0).default(0),
  /** Waits this long, in milliseconds, before each request is carried out. */
  delayMs: z.number().int().min(0).default(0),
  /** Requests a second before 429; undefined leaves the server's own limit. */
  ratePerSecond: z.number().int().min(1).optional(),
});

/** The faults in force; the counters go down as they are played. */
export type Faults = z.infer<typeof faultsSchema>;

/** Faults to set; what is missing is off. */
export type FaultSettings = z.input<typeof faultsSchema>;

/** Holds the faults of one server and offers them at `/_faults`: GET shows, PUT sets, DELETE ends them. */
export class FaultBox {
  current: Faults;
  /** How many requests were refused, came too often or were cut off since the faults were set. */
  played = 0;

  constructor(initial: FaultSettings = {}) {
    this.current = faultsSchema.parse(initial);
  }

  /** Sets the faults, replacing those in force. Throws a ZodError on an unknown or impossible one. */
  set(settings: FaultSettings): void {
    this.current = faultsSchema.parse(settings);
    this.played = 0;
  }

  /** Waits as told; then the status to refuse this request with, or undefined to carry it out. */
  async before(path = ''): Promise<number | undefined> {
    const { failPath } = this.current;
    if (this.current.failNext > 0 && (failPath === undefined || failPath === path)) {
      this.current.failNext--;
      this.played++;
      return this.current.failStatus;
    }
    if (this.current.delayMs > 0) await new Promise((resolve) => setTimeout(resolve, this.current.delayMs));
    return undefined;
  }

  /** Whether the answer to this request, now carried out, is to be lost. Cuts the connection if so. */
  losesAnswer(reply: FastifyReply): boolean {
    if (this.current.dropNext === 0) return false;
    this.current.dropNext--;
    this.played++;
    reply.hijack();
    reply.raw.destroy();
    return true;
  }

  /** Adds the `/_faults` endpoints. */
  route(app: FastifyInstance): void {
    app.get('/_faults', async () => this.current);
    app.put('/_faults', async (request, reply) => {
      const parsed = faultsSchema.safeParse(request.body);
      if (!parsed.success) return reply.code(422).send({ message: z.prettifyError(parsed.error) });
      this.set(parsed.data);
      return this.current;
    });
    app.delete('/_faults', async () => {
      this.set({});
      return this.current;
    });
  }
}
