/** What our servers answer when they do not do what was asked: RFC 9457 problem details that never repeat what was sent. */
import type { FastifyReply } from 'fastify';
import type { Logger } from 'pino';

/** The media type of an answer about a problem (RFC 9457). */
const PROBLEM_TYPE = 'application/problem+json; charset=utf-8';

/** The kinds of problem of a server: the last part of its `type`, its status and its title. */
export type ProblemKinds<Kind extends string> = Readonly<Record<Kind, readonly [status: number, title: string]>>;

/** After the kind: `detail` says what to do; neither it nor `errors` holds a value or a secret of the request. */
export type RefusalParts = [
  detail: string,
  errors?: { field: string; problem: string }[],
  /** When to come again, in seconds. */
  retryAfterSeconds?: number,
];

/** Thrown wherever a request is refused. Each server has a class of its own, with its kinds. */
export class HttpRefusal<Kind extends string> extends Error {
  readonly status: number;
  readonly detail: string;
  readonly errors: NonNullable<RefusalParts[1]>;
  readonly retryAfterSeconds?: number;
  readonly #title: string;
  constructor(
    kinds: ProblemKinds<Kind>,
    readonly kind: Kind,
    ...[detail, errors = [], retryAfterSeconds]: RefusalParts
  ) {
    super(detail);
    [this.status, this.#title] = kinds[kind];
    this.detail = detail;
    this.errors = errors;
    this.retryAfterSeconds = retryAfterSeconds;
  }

  /** The body of the answer. */
  problem() {
    const { kind, status, detail, errors } = this;
    const head = { type: `urn:tocsin:problem:${kind}`, title: this.#title, status, detail };
    return errors.length > 0 ? { ...head, errors } : head;
  }
}

/** Sends a problem, with what the client is to prove itself by. What stands in its headers is ours alone. */
export function sendProblem(reply: FastifyReply, refusal: HttpRefusal<string>, challenge?: string): FastifyReply {
  const { status, retryAfterSeconds } = refusal;
  if (retryAfterSeconds !== undefined) reply.header('retry-after', retryAfterSeconds);
  if (challenge !== undefined) reply.header('www-authenticate', challenge);
  return reply.code(status).type(PROBLEM_TYPE).send(JSON.stringify(refusal.problem()));
}

/** Logs a refusal by its kind, what was asked (`asked`), and the code of the fault behind it: nothing of the request. */
export function logRefusal(log: Logger | undefined, refusal: HttpRefusal<string>, asked: object): void {
  const cause = refusal.cause as { code?: string; name?: string } | undefined;
  log?.[refusal.status >= 500 ? 'error' : 'info'](
    { kind: refusal.kind, ...asked, ...(cause && { code: cause.code ?? cause.name }) },
    'a request was refused',
  );
}
