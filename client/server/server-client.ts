/** Cases through `tocsin serve`: the second transport of the typed client. Who acts is who the token names. */
import { createHash, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Receipt } from '../../domain/case/contract';
import type { IncidentInput } from '../../domain/incident/contract';
import type { Explanation } from '../../domain/incident/explain';
import { tocsin } from '../../domain/kernel/command-lines';
import type { CaseClient, Started } from '../cases';
import { declared, notDeclared } from '../declaration';
import {
  type CommandError,
  NotDone,
  OtherKeys,
  refused,
  ServerAway,
  UnknownCase,
  UnknownOutcome,
  usage,
} from '../errors';
import {
  type Answers,
  COLLECTIONS,
  KINDS,
  type KindName,
  kindOf,
  type MessageInput,
  type MessageName,
  messageProblems,
} from '../kinds';
import type { ListedCase, ListedUpTo } from '../listed-case';
import { type Standing, stoppedError } from '../stopped';
import { type Answer, ask, PROBLEM_TYPE, type ServerTarget } from './request';

/** Who one is to the server. */
export interface Me {
  /** As entries name them. */
  by: string;
  roles: string[];
}

/** Whoever waits at a terminal hears within this that nobody answers. */
const CONNECT_MS = 8_000;
const PAGE = 200;
const LOOK_MS = 2_000;
/** How Temporal names the end of a workflow. */
const ENDED = { running: 'running', closed: 'completed', 'never opened': 'failed' };
/** As the server takes a key of idempotency. */
const KEY = /^[\x21-\x7e]{1,200}$/;

/** Asks the server who one is to it. Throws a CommandError that says what to do where it is away or takes no such token. */
export async function connectServer(target: ServerTarget): Promise<ServerClient> {
  const answer = await ask(target, '/v1/me', { timeoutMs: CONNECT_MS });
  if (answer.status !== 200) throw problemOf(answer, target, 'the server');
  return new ServerClient(target, answer.json as Me);
}

export class ServerClient implements CaseClient {
  constructor(
    private readonly target: ServerTarget,
    /** Who acts: entries name them. */
    readonly me: Me,
  ) {}

  async close(): Promise<void> {}

  async declare(input: IncidentInput): Promise<Started> {
    const { policy, exercise, recorded } = input;
    if (policy ?? exercise ?? recorded ?? input.declaration.recordedAt)
      throw usage('exercises and records of past incidents are declared straight at Temporal, not through the server');
    declared(input);
    const { declaredBy, declaredAt: _, detectedAs: _d, awareAs: _a, breakGlass: _b, ...body } = input.declaration;
    this.mustBeMe('declaredBy', declaredBy);
    const { id } = input.declaration;
    const repeat = `Repeat it with --id ${id}: the same id twice is one incident`;
    const answer = await ask(this.target, '/v1/incidents', { method: 'POST', body, repeat });
    if ([200, 201].includes(answer.status)) return answer.json as Started;
    if (kindOfProblem(answer) === 'not-opened')
      throw new OtherKeys(`the server at ${this.target.url} says: ${answer.json.detail}`, linesOf(answer));
    if (kindOfProblem(answer) === 'not-done') throw this.problem(answer, named(id));
    if (answer.status >= 500)
      throw new UnknownOutcome(
        `whether incident "${id}" was declared is not known: the server at ${this.target.url} could not tell. ${repeat}`,
      );
    // The same id twice is one incident, and nothing of the second declaration is kept.
    if (answer.status === 409 && (await this.stands(id))) return { id, created: false };
    if (answer.status === 422) throw notDeclared(linesOf(answer));
    throw this.problem(answer, `incident "${id}"`);
  }

  async send<N extends MessageName>(id: string, name: N, message: MessageInput<N>): Promise<Receipt> {
    const answer = await this.post(id, name, message);
    if (answer.status !== 200) throw await this.refusal(answer, id);
    const { repeated: _, ...receipt } = answer.json as Receipt & { repeated?: boolean };
    return receipt;
  }

  /** The server knows which messages a closed incident takes. */
  async sendEvenIfClosed<N extends MessageName>(id: string, name: N, message: MessageInput<N>): Promise<Receipt> {
    return this.send(id, name, message);
  }

  async signal<N extends MessageName>(id: string, name: N, message: MessageInput<N>): Promise<void> {
    const problems = messageProblems(kindOf(id) ?? 'incident', name, message);
    if (problems.length > 0) throw usage(`the message "${name}" is not valid`, problems);
    const answer = await this.post(id, name, message, { prefer: 'respond-async' });
    if (answer.status !== 202) throw await this.refusal(answer, id);
  }

  async view<K extends KindName = 'incident'>(id: string): Promise<Answers[K]['view'] | undefined> {
    const { id: _, kind: _k, ...view } = await this.get(id);
    return view as Answers[K]['view'];
  }

  async timeline<K extends KindName = 'incident'>(id: string): Promise<Array<Answers[K]['event']>> {
    return (await this.get(id, '/timeline')).items as Array<Answers[K]['event']>;
  }

  async explain(id: string): Promise<Explanation[]> {
    return (await this.get(id, '/explain')).items as Explanation[];
  }

  async list(
    kind: KindName = 'incident',
    { open = true, limit = 500 }: { open?: boolean; limit?: number } = {},
  ): Promise<ListedCase[]> {
    return (await this.listUpTo(kind, { open, limit })).cases;
  }

  async listUpTo(kind: KindName, { open, limit }: { open: boolean; limit: number }): Promise<ListedUpTo> {
    let [unread, incomplete] = [false, false];
    const cases: ListedCase[] = [];
    let cursor: string | undefined;
    do {
      const query = new URLSearchParams({ open: String(open), limit: String(PAGE), ...(cursor && { cursor }) });
      const answer = await ask(this.target, `/v1/${COLLECTIONS[kind]}?${query}`);
      if (answer.status !== 200) throw this.problem(answer, 'the list');
      cases.push(...(answer.json.items as ListedCase[]));
      cursor = answer.json.next as string | undefined;
      unread ||= answer.json.unread === true;
      incomplete ||= answer.json.incomplete === true && answer.json.unread !== true;
    } while (cursor && cases.length < limit);
    const cut = incomplete || cursor !== undefined || cases.length > limit;
    return { cases: cases.slice(0, limit), cut, ...(unread && { unread }) };
  }

  async stands(id: string): Promise<Standing | undefined> {
    const answer = await ask(this.target, `${pathOf(id)}/standing`);
    if (kindOfProblem(answer) === 'lost') return { how: 'missing' };
    if (answer.status === 404) return undefined;
    if (answer.status !== 200) throw this.problem(answer, named(id));
    const { standing, ...stopped } = answer.json;
    return standing === 'stopped' ? stopped : standing;
  }

  /** An id that is no case of the kind that it names is not found. */
  async find(id: string): Promise<{ workflow: string; open: boolean; status: string } | undefined> {
    const standing = await this.stands(id);
    if (standing === undefined) return undefined;
    const status = typeof standing === 'object' ? standing.how : ENDED[standing];
    const { workflow } = KINDS[kindOf(id) ?? 'incident'];
    return { workflow, open: standing === 'running', status: status.toUpperCase().replace(' ', '_') };
  }

  async finished(id: string): Promise<void> {
    for (;;) {
      const standing = await this.stands(id);
      if (standing === undefined || standing === 'never opened')
        throw new UnknownCase(KINDS[kindOf(id) ?? 'incident'].noun, id);
      if (typeof standing === 'object') throw stoppedError(id, standing);
      if (standing !== 'running') return;
      await sleep(LOOK_MS);
    }
  }

  private async get(id: string, view = '') {
    const answer = await ask(this.target, `${pathOf(id)}${view}`);
    if (answer.status !== 200) throw this.problem(answer, named(id), id);
    return answer.json;
  }

  /** By, time and the key are the server's to set: the key of a repeat goes beside the message. */
  private async post(id: string, name: string, message: object, headers: Record<string, string> = {}): Promise<Answer> {
    const { by, commandId = randomUUID(), sentAt: _, breakGlass: _b, ...body } = message as Record<string, unknown>;
    this.mustBeMe('by', by);
    const key = KEY.test(String(commandId)) ? String(commandId) : digestOf(String(commandId));
    return ask(this.target, `${pathOf(id)}/${encodeURIComponent(name)}`, {
      method: 'POST',
      body,
      headers: { ...headers, 'idempotency-key': key },
    });
  }

  private mustBeMe(field: string, by: unknown): void {
    if (by === undefined || by === this.me.by) return;
    throw usage(`${field}: is set by the server, which knows you as "${this.me.by}": leave it out, or give that name`);
  }

  /** What a case says against a message, in the words of the other transport. */
  private async refusal(answer: Answer, id: string): Promise<CommandError> {
    const about = named(id);
    if (answer.status === 422) return refused(`${about} refused the message; nothing was changed`, linesOf(answer));
    if (kindOfProblem(answer) === 'unavailable')
      return new UnknownOutcome(
        `${about} has not confirmed the message: ${whyAway(answer)}. Look with \`${tocsin('show', { id })}\` before you send it again, or repeat it with the same command id`,
      );
    return this.problem(answer, about, id);
  }

  private problem(answer: Answer, about: string, id?: string): CommandError {
    return problemOf(answer, this.target, about, id, this.me);
  }
}

function problemOf(answer: Answer, { url, remedy }: ServerTarget, about: string, id?: string, me?: Me): CommandError {
  const { title, detail } = answer.json as { title: string; detail: string };
  const said = `${title}: ${detail}`;
  switch (kindOfProblem(answer)) {
    case 'no-token':
    case 'invalid-token':
      return refused(`the server at ${url} does not accept the token: ${detail}. ${remedy}`);
    case 'not-allowed': {
      const who = me ? `; you are ${me.by}, ${me.roles.join(', ') || 'without a role'}` : '';
      return refused(`your roles do not allow this: ${detail}${who}`, linesOf(answer));
    }
    case 'not-found':
      if (id !== undefined) return new UnknownCase(KINDS[kindOf(id) ?? 'incident'].noun, id);
      return refused(`the server at ${url} has no such route: is it Tocsin, and of this version?`);
    case 'lost':
    case 'refused':
      return refused(detail, linesOf(answer));
    case 'not-done':
      return new NotDone(`the server at ${url} says: ${detail}`);
    case 'unknown-outcome':
      return new UnknownOutcome(detail);
    case 'unavailable':
      return new ServerAway(
        about === 'the server'
          ? `the server at ${url} cannot tell who you are now: ${detail}`
          : `${about} cannot be read now: ${detail}`,
      );
    case 'fault':
      return new UnknownOutcome(`the server at ${url} failed: ${said}. Its log has more`);
    default:
      return refused(said, linesOf(answer));
  }
}

/** `unknown-outcome` of `urn:tocsin:problem:unknown-outcome`. */
function kindOfProblem({ json }: Answer): string {
  return String(json?.type ?? '').replace(PROBLEM_TYPE, '');
}

/** Why it is not known whether a message was taken. Of keys of idempotency, which the server speaks of, who types a command knows nothing. */
function whyAway({ json }: Answer): string {
  const detail = String(json?.detail);
  return detail.includes('Idempotency-Key')
    ? 'Temporal or its workers did not answer the server'
    : `the server says that ${detail}`;
}

/** The fields that are wrong, a line each, as the case itself tells them. */
function linesOf({ json }: Answer): string[] {
  const errors = (json?.errors ?? []) as Array<{ field: string; problem: string }>;
  return errors.map(({ field, problem }) => (field === '(body)' ? problem : `${field}: ${problem}`));
}

function pathOf(id: string): string {
  return `/v1/${COLLECTIONS[kindOf(id) ?? 'incident']}/${encodeURIComponent(id)}`;
}

function named(id: string): string {
  return `${KINDS[kindOf(id) ?? 'incident'].noun} "${id}"`;
}

function digestOf(commandId: string): string {
  return `sha256:${createHash('sha256').update(commandId).digest('hex')}`;
}
