/**
 * The codec server of Temporal's Web UI and `temporal` command: opens what the keys sealed, and seals what a message is
 * to say for one workflow. Who may ask is decided by whoever mounts it.
 * https://docs.temporal.io/production-deployment/data-encryption
 */
import type { Payload, PayloadCodec } from '@temporalio/common';
import { temporal } from '@temporalio/proto';
import type { FastifyInstance, FastifyReply } from 'fastify';

const { Payloads } = temporal.api.common.v1;

type Body = { payloads?: unknown[] };

/**
 * `POST /codec/decode` opens payloads; `POST /codec/WORKFLOW-ID/encode` seals them for that workflow, and its `/decode`
 * opens them. Nothing is logged or kept.
 */
export function codecRoutes(app: FastifyInstance, codec: PayloadCodec, namespace: string): void {
  const contextOf = (workflowId: string) => ({ type: 'workflow', namespace, workflowId }) as const;
  const answer = async (body: unknown, reply: FastifyReply, work: (payloads: Payload[]) => Promise<Payload[]>) => {
    // A message without arguments comes without the list.
    const given = typeof body === 'object' && body !== null ? ((body as Body).payloads ?? []) : undefined;
    if (!Array.isArray(given)) return reply.code(400).send({ message: 'payloads: must be a list of payloads' });
    try {
      return Payloads.toObject(
        Payloads.create({ payloads: await work(Payloads.fromObject({ payloads: given }).payloads as Payload[]) }),
        {
          bytes: String,
        },
      );
    } catch (error) {
      return reply.code(400).send({ message: (error as Error).message });
    }
  };
  /** What is not sealed is shown as it is: the Web UI asks for all that it shows. */
  const opened = (payloads: Payload[]) =>
    Promise.all(payloads.map(async (payload) => (await codec.decode([payload]).catch(() => [payload]))[0]!));

  app.post('/codec/decode', ({ body }, reply) => answer(body, reply, opened));
  app.post('/codec/encode', (_request, reply) =>
    reply.code(400).send({ message: 'a message is sealed for one workflow: use --codec-endpoint …/codec/WORKFLOW-ID' }),
  );
  app.post<{ Params: { workflowId: string } }>('/codec/:workflowId/decode', ({ body }, reply) =>
    answer(body, reply, opened),
  );
  app.post<{ Params: { workflowId: string } }>('/codec/:workflowId/encode', ({ body, params }, reply) =>
    answer(body, reply, (payloads) => codec.encode(payloads, contextOf(params.workflowId))),
  );
}
