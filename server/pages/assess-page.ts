/**
 * Assessing an incident: the questions that could change a duty, each with what hangs on it, filled in with what is known. What
 * the answers would change is shown before anything is sent; a person sends it.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { API_COMMAND } from '../../domain/case/command-ids';
import { isRepeat } from '../../domain/case/messages';
import { keyOf, OF_THE_SERVER } from '../api/bodies';
import { mustBe } from '../api/must-be';
import { Refusal } from '../problem';
import { ASSESS_SCHEMA, bodyOf, factsFrom, isOnTop, readFacts, revisionOf, saysWhatWasTaken } from './assess-facts';
import { assessForm, factsDiff } from './assess-form';
import type { PageDeps } from './deps';
import { messageTyped, typedOf } from './fields';
import { sendForm } from './form';
import { asRefusal, asShown } from './form-errors';
import { sendPage } from './layout';
import { addressOf } from './links';
import { type LookedAt, lookAt } from './looked-at';
import { mustBeFresh, SHOWN_AGAIN, sendMessage } from './sending';
import { subjectOf } from './subject';
import { type Typed, textOf } from './typed';
import { visitorOf } from './visitor';

type OfCase = { Params: { id: string } };

export function assessPage(app: FastifyInstance, deps: PageDeps): void {
  const { client, sessions, policy } = deps;
  app.get<OfCase & { Querystring: Typed }>('/incidents/:id/assess', async (request, reply) => {
    const looked = await lookAt(client, request.params.id, policy).catch(asRefusal);
    const { personalData } = request.query;
    return show(request, reply, looked, { ...(personalData && { 'q.personalData': personalData }) });
  });
  app.post<OfCase>('/incidents/:id/assess', SHOWN_AGAIN, async (request, reply) => {
    const { id } = request.params;
    const typed = request.body as Typed;
    const looked = await lookAt(client, id, policy).catch((error) => {
      throw request.stale ?? asShown(error);
    });
    const send = async (body: Record<string, unknown>) => {
      await sendMessage(deps, request, reply, { kind: 'incident', id, name: 'assess', body, key: typed.key });
      return reply.redirect(addressOf(id), 303);
    };
    try {
      mustBeFresh(request);
      const key = keyOf(typed.key ?? '', request.actor, id, 'assess');
      if (key && isRepeat(looked.view.state, `${API_COMMAND}${key}`)) {
        // A double click, or a form that is sent again as nobody knew whether it was taken: it was.
        if (saysWhatWasTaken(looked, typed, key)) return reply.redirect(addressOf(id), 303);
        throw new Refusal(
          'key-used',
          'what you changed since is below, over what was taken: send it again if it is right',
        );
      }
      mustBeOnTop(looked, typed);
      if (!looked.known) {
        await mustBe(client, 'incident', id);
        return await send(messageTyped(ASSESS_SCHEMA, typed));
      }
      const { facts, wrong } = readFacts(looked, typed);
      if (wrong.length > 0) throw new Refusal('invalid', 'correct the answers named', wrong);
      if (typed.do !== 'send') return show(request, reply, looked, typed);
      return await send(bodyOf(looked, facts, typed));
    } catch (error) {
      const refusal = asShown(error);
      return show(request, reply.code(refusal.status), looked, typed, refusal);
    }
  });

  function show(
    request: FastifyRequest,
    reply: FastifyReply,
    looked: LookedAt,
    typed: Typed,
    refusal?: Refusal,
  ): FastifyReply {
    const { id, known } = looked;
    const visitor = visitorOf(request, sessions)!;
    if (known)
      return sendPage(reply, {
        title: `Assess · ${id}`,
        visitor,
        body: assessForm(looked, typed, visitor, refusal),
      });
    // Without the policy nobody knows here which questions matter: the plain form, filled in with what is known.
    const { facts } = looked.view.state.assessment ?? {};
    const filled = { personalData: typed['q.personalData'], assessment: typedOf(facts), ...typed };
    const own = factsFrom(textOf(filled.assessment));
    const form = {
      title: 'Assess',
      about:
        'Tocsin has no copy of this incident’s policy here, so it cannot ask what matters: state the facts as a whole.',
      action: `${addressOf(id)}/assess`,
      schema: ASSESS_SCHEMA,
      without: OF_THE_SERVER,
      typed: filled,
      choices: {},
      back: addressOf(id),
      subject: subjectOf(looked),
      fixed: { revision: revisionOf(looked) },
      ...(refusal && !isOnTop(looked, typed) && 'facts' in own && { shown: factsDiff(looked, own.facts) }),
    };
    return sendForm(reply, visitor, form, refusal);
  }
}

/** What is typed rests on one assessment: another person's that came meanwhile is not overwritten unseen. */
function mustBeOnTop(looked: LookedAt, typed: Typed): void {
  if (isOnTop(looked, typed)) return;
  const { by } = looked.view.state.assessment ?? {};
  throw new Refusal(
    'refused',
    `${by ?? 'somebody'} has assessed it since you opened this form. Below is what you typed, and what it would change now: send it again if it is right`,
  );
}
