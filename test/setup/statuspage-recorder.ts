/**
 * Answers as Statuspage's API does to what Tocsin asks (https://developer.statuspage.io: incidents of a page are listed from
 * the newest, created with 201, updated with PATCH; `body` becomes an update; metadata holds objects alone). It publishes nothing.
 */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { FaultBox } from '../../stack/faults';
import { createLocalApp, type LocalServer, listen } from '../../stack/local-server';
import { afterFile } from './helpers';

export interface RecordedIncident {
  id: string;
  page_id: string;
  name: string;
  status: string;
  created_at: string;
  shortlink: string | null;
  metadata: Record<string, unknown>;
  /** From the newest. */
  incident_updates: Array<{ id: string; status: string; body: string; deliver_notifications: boolean }>;
}

export interface StatuspageRecorder extends LocalServer {
  /** Refuses with these, in this order, before anything is done. */
  refuse(...answers: Array<{ status: number; headers?: Record<string, string>; body?: object }>): void;
  /** The next request with this method is carried out, and nobody hears of it. */
  losesAnswerTo(method: 'POST' | 'PATCH'): void;
  /** The next request with this method is carried out so much later, and answered then. */
  isLate(method: 'POST' | 'PATCH', ms: number): void;
  /** Refuses the next request with this method, before anything is done. */
  refuseNext(method: 'POST' | 'PATCH', status: number): void;
  /** Pages by id, their incidents from the newest. */
  pages: Map<string, RecordedIncident[]>;
  /** `METHOD path`, in order. */
  calls: string[];
}

export const STATUSPAGE_KEY = 'a-key-of-statuspage';
const FIELDS = ['name', 'status', 'body', 'deliver_notifications', 'metadata'];

type Request = FastifyRequest<{
  Params: { page: string; id?: string };
  Querystring: { limit?: string; page?: string };
  Body: { incident?: Record<string, unknown> };
}>;

/** Started with these pages; stops with the file. */
export async function startStatuspageRecorder(pageIds: string[] = ['page1']): Promise<StatuspageRecorder> {
  const app = createLocalApp();
  const faults = new FaultBox();
  const refusals: Parameters<StatuspageRecorder['refuse']> = [];
  const pages = new Map<string, RecordedIncident[]>(pageIds.map((id) => [id, []]));
  const calls: string[] = [];
  let made = 0;
  let lost: string | undefined;
  let late: { method: string; ms: number } | undefined;
  let refusedNext: { method: string; status: number } | undefined;

  const answer =
    (status: number, act: (request: Request, incidents: RecordedIncident[]) => object) =>
    async (request: Request, reply: FastifyReply) => {
      calls.push(`${request.method} ${request.url}`);
      if (late?.method === request.method) {
        const { ms } = late;
        late = undefined;
        await new Promise((resolve) => setTimeout(resolve, ms));
      }
      if (refusedNext?.method === request.method) {
        const { status: code } = refusedNext;
        refusedNext = undefined;
        return reply.code(code).send({ error: 'told to' });
      }
      const refusal = refusals.shift();
      if (refusal)
        return reply
          .code(refusal.status)
          .headers(refusal.headers ?? {})
          .send(refusal.body ?? { error: 'told to' });
      if (request.headers.authorization !== `OAuth ${STATUSPAGE_KEY}`)
        return reply.code(401).send({ error: 'Could not authenticate' });
      const incidents = pages.get(request.params.page);
      if (!incidents) return reply.code(404).send({ error: 'Record not found' });
      try {
        const body = act(request, incidents);
        if (lost === request.method) {
          lost = undefined;
          faults.set({ dropNext: 1 });
        }
        if (faults.losesAnswer(reply)) return reply;
        return reply.code(status).send(body);
      } catch (error) {
        const { code = 422, message } = error as { code?: number; message: string };
        return reply.code(code).send({ error: [message] });
      }
    };
  const put = (incident: RecordedIncident, fields: Record<string, unknown> = {}) => {
    const unknown = Object.keys(fields).filter((name) => !FIELDS.includes(name));
    if (unknown.length > 0) throw new Error(`Unknown ${unknown.join(', ')}`);
    const {
      name,
      status,
      body,
      metadata,
      deliver_notifications = true,
    } = fields as Partial<RecordedIncident> & Partial<RecordedIncident['incident_updates'][number]>;
    if (name !== undefined && name.length > 255) throw new Error('Name is too long (maximum is 255 characters)');
    if (body !== undefined && body.length > 25_000) throw new Error('Body is too long');
    if (Object.values(metadata ?? {}).some((value) => typeof value !== 'object'))
      throw new Error('Metadata must hold objects');
    Object.assign(incident, { ...(name && { name }), ...(status && { status }), ...(metadata && { metadata }) });
    if (body)
      incident.incident_updates.unshift({
        id: `update${++made}`,
        status: incident.status,
        body,
        deliver_notifications,
      });
    return incident;
  };

  app.get(
    '/v1/pages/:page',
    answer(200, ({ params }) => ({ id: params.page, name: 'Example status' })),
  );
  app.get(
    '/v1/pages/:page/incidents',
    answer(200, ({ query }, incidents) => {
      const limit = Math.min(Number(query.limit ?? 100), 100);
      const from = (Number(query.page ?? 1) - 1) * limit;
      return incidents.slice(from, from + limit);
    }),
  );
  app.post(
    '/v1/pages/:page/incidents',
    answer(201, ({ params, body }, incidents) => {
      const id = `incident${++made}`;
      const bare = { id, page_id: params.page, name: '', status: 'investigating', metadata: {}, incident_updates: [] };
      const incident = put(
        { ...bare, created_at: new Date().toISOString(), shortlink: `http://stspg.example/${id}` },
        body.incident,
      );
      incidents.unshift(incident);
      return incident;
    }),
  );
  app.patch(
    '/v1/pages/:page/incidents/:id',
    answer(200, ({ params, body }, incidents) => {
      const incident = incidents.find(({ id }) => id === params.id);
      if (!incident) throw Object.assign(new Error('Record not found'), { code: 404 });
      return put(incident, body.incident);
    }),
  );
  const server = await listen(app, 'The recorder of Statuspage');
  afterFile(() => server.stop());
  const losesAnswerTo = (method: string) => {
    lost = method;
  };
  return {
    ...server,
    refuse: (...answers) => void refusals.push(...answers),
    losesAnswerTo,
    isLate: (method, ms) => {
      late = { method, ms };
    },
    refuseNext: (method, status) => {
      refusedNext = { method, status };
    },
    pages,
    calls,
  };
}
