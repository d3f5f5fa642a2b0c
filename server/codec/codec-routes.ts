/**
 * The codec server of Temporal's Web UI and `temporal` command: opens what the keys sealed, and seals what a message is
 * to say for one workflow. Who may ask is decided by whoever mounts it.
 * https://docs.temporal.io/production-deployment/data-encryption
 */
import type { Payload, PayloadCodec } from '@temporalio/common';
import { temporal } from '@temporalio/proto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { sendProblem } from '../../platform/http-problem';
import { Refusal } from '../problem';

const { Payloads } = temporal.api.common.v1;

/** What it opens and seals with, and for which namespace. */
export interface CodecOptions {
  codec: PayloadCodec;
  namespace: string;
  /** What of a payload is sealed for whoever asks; throws where nothing is. Without it, all as it is. */
  admit?: (payload: Payload, request: FastifyRequest) => Payload;
}

/** A page of a history, at two megabytes a payload at the very most. */
const BODY_LIMIT = 10 * 1_048_576;
const MOST_PAYLOADS = 10_000;

const base64 = z.base64();
/** As Temporal's JSON has them. A message without arguments comes without the list. */
export const PayloadsSchema = z.object({
  payloads: z
    .array(z.object({ metadata: z.record(z.string().max(200), base64).nullish(), data: base64.nullish() }))
    .max(MOST_PAYLOADS)
    .default([]),
});

type OfWorkflow = { Params: { workflowId: string } };

/**
 * `POST /codec/decode` opens payloads; `POST /codec/WORKFLOW-ID/encode` seals them for that workflow, and its `/decode`
 * opens them. Nothing is logged or kept.
 */
export function codecRoutes(app: FastifyInstance, { codec, namespace, admit = (payload) => payload }: CodecOptions) {
  const route = { bodyLimit: BODY_LIMIT };
  const answer = async (body: unknown, reply: FastifyReply, work: (payloads: Payload[]) => Promise<Payload[]>) => {
    const read = PayloadsSchema.safeParse(body);
    if (!read.success)
      return sendProblem(
        reply,
        new Refusal('bad-request', `payloads: must be a list of at most ${MOST_PAYLOADS} payloads`),
      );
    const payloads = Payloads.fromObject(read.data).payloads as Payload[];
    return Payloads.toObject(Payloads.create({ payloads: await work(payloads) }), { bytes: String });
  };
  /** What is not sealed is shown as it is: the Web UI asks for all that it shows. */
  const opened = (payloads: Payload[]) =>
    Promise.all(payloads.map(async (payload) => (await codec.decode([payload]).catch(() => [payload]))[0]!));

  app.post('/codec/decode', route, ({ body }, reply) => answer(body, reply, opened));
  app.post('/codec/encode', route, ({ body }, reply) =>
    answer(body, reply, async (payloads) => {
      if (payloads.length === 0) return [];
      throw new Refusal(
        'bad-request',
        'a message is sealed for one workflow: use --codec-endpoint …/codec/WORKFLOW-ID',
      );
    }),
  );
  app.post<OfWorkflow>('/codec/:workflowId/decode', route, ({ body }, reply) => answer(body, reply, opened));
  app.post<OfWorkflow>('/codec/:workflowId/encode', route, (request, reply) => {
    if (request.params.workflowId === '') return reply.callNotFound();
    return answer(request.body, reply, (payloads) => {
      const { workflowId } = request.params;
      const admitted = payloads.map((payload) => admit(payload, request));
      return codec.encode(admitted, { type: 'workflow', namespace, workflowId });
    });
  });
}
