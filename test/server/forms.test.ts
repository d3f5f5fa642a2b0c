// Nothing that somebody typed is lost when a form is not taken, and nothing is sent that nobody may send.
import { UnknownOutcome } from '../../client/errors';
import { KEY_USED } from '../../domain/case/messages';
import type { Assessment } from '../../domain/incident/assessment';
import { NO_FACTS } from '../../domain/incident/guide';
import { Seal } from '../../server/identity/seal';
import { type Session, Sessions } from '../../server/identity/sessions';
import { Story } from '../unit/cli/helpers';
import { browse, clientOf, filledIn, hiddenIn, pagesOver } from './browser';

const HOUR = '2026-04-01T01:00:00.000Z';
const REVIEW = { key: 'k1', rootCause: 'a key in a log', controls: 'Keys live\nfor an hour', shareSummary: 'no' };

/** The pages over an incident, and what is sent to it. */
async function opened(over: object = {}) {
  const send = jest.fn(async (..._: unknown[]) => ({ events: [] }));
  const app = await pagesOver({ ...clientOf(new Story(), HOUR), send: send as never, ...over });
  return { app, send };
}

test('a form of an earlier session is shown again as it was typed, and goes out with its new token', async () => {
  const { app, send } = await opened();
  const stale = await browse(app, '/incidents/INC-1/review', { form: { ...REVIEW, csrf: 'of-another-session' } });
  expect(stale.status).toBe(403);
  expect(stale.body).toContain('a key in a log</textarea>');
  expect(stale.body).toContain('Keys live\nfor an hour</textarea>');
  expect(stale.body).toContain('read it, and send it again');
  expect(send).not.toHaveBeenCalled();
  const again = { ...REVIEW, ...hiddenIn(stale.body) };
  expect((await browse(app, '/incidents/INC-1/review', { form: again })).status).toBe(303);
  expect(send.mock.calls[0]![2]).toMatchObject({ rootCause: 'a key in a log', by: 'bea@acme.dev' });
  await app.close();
});

test.each([
  ['/incidents', { title: 'Leaked key' }, 'Leaked key'],
  ['/incidents/INC-1/assess', { 'q.howItOccurred': 'a log', do: 'send' }, 'a log'],
  [
    '/incidents/INC-1/edit-draft',
    { subject: 'Hello', body: 'Dear all', obligation: 'o', language: 'en', draft: 'ab' },
    'Dear all',
  ],
])('a stale form of %s is shown again too', async (url, form, typed) => {
  const { app, send } = await opened();
  const { status, body } = await browse(app, url, { form: { ...form, csrf: '' } });
  expect([status, body.includes(typed)]).toEqual([403, true]);
  expect(send).not.toHaveBeenCalled();
  await app.close();
});

test('what the roles do not allow is told with what was typed, without the key and the token', async () => {
  const { app, send } = await opened();
  const { status, body } = await browse(app, '/incidents/INC-1/review', { form: REVIEW, roles: ['auditor'] });
  expect(status).toBe(403);
  expect(body).toContain('Your roles do not allow this');
  expect(body).toContain('a key in a log');
  expect(body).not.toContain('>k1<');
  expect(body).not.toContain('<dt>Csrf');
  expect(send).not.toHaveBeenCalled();
  await app.close();
});

test('while no worker answers a form keeps what was typed and its key, so that it counts once', async () => {
  const away = async () => {
    throw new UnknownOutcome('no worker');
  };
  const { app } = await opened({ send: away, view: away, timeline: away, explain: away });
  const { status, body } = await browse(app, '/incidents/INC-1/review', { form: REVIEW });
  expect(status).toBe(503);
  expect(body).toContain('Send this form again as it is: it counts once.');
  expect(body).toContain('a key in a log</textarea>');
  expect(hiddenIn(body).key).toBe('k1');
  await app.close();
});

test('what was corrected after the first was taken is told as that, with the way to what it did', async () => {
  const send = async () => ({ events: [], note: KEY_USED });
  const { app } = await opened({ send });
  const { status, body } = await browse(app, '/incidents/INC-1/review', { form: REVIEW });
  expect(status).toBe(422);
  expect(body).toContain('<h2>What you sent first was taken; what you changed since was not</h2>');
  expect(body).toMatch(/role="alert"[\s\S]*<a href="\/incidents\/INC-1">See how it stands</);
  expect(body).not.toMatch(/Nothing was changed|nothing was done|Idempotency-Key/);
  expect(body).toContain('a key in a log</textarea>');
  await app.close();
});

test('a form that was opened before the keys were rotated is good, as its session is', () => {
  const session: Session = { actor: { by: 'ann', subject: 'ann', roles: ['owner'] }, browser: 'b', endsAt: 0 };
  const [before, after, other] = [['old'], ['new', 'old'], ['other']].map(
    (keys) => new Sessions(new Seal(keys), false, ''),
  );
  expect(after!.isFormToken(session, before!.formToken(session))).toBe(true);
  expect(after!.formToken(session)).not.toBe(before!.formToken(session));
  expect(after!.isFormToken(session, other!.formToken(session))).toBe(false);
});

describe('an assessment', () => {
  test('asks what matters, says what an answer would change, and sends it only when it is told to', async () => {
    const { app, send } = await opened();
    const asked = await browse(app, '/incidents/INC-1/assess?personalData=yes');
    expect(asked.body).toContain('Which data set is affected?');
    const answers = {
      ...hiddenIn(asked.body),
      'q.personalData': 'yes',
      ...{ 'new-set.title': 'Account data', 'new-set.role': 'controller' },
    };
    const looked = await browse(app, '/incidents/INC-1/assess', { form: { ...answers, do: 'look' } });
    expect(looked.body).toContain('What this changes, once it is sent');
    expect(looked.body).toContain('Account data: where do the people live?');
    expect(send).not.toHaveBeenCalled();
    await browse(app, '/incidents/INC-1/assess', { form: { ...answers, do: 'send' } });
    expect(send.mock.calls[0]![2]).toMatchObject({
      assessment: { personalData: 'yes', dataSets: [{ id: 'account-data', role: 'controller' }] },
    });
    await app.close();
  });

  test('says of how many people a data set is as surely as it was stated', async () => {
    const [individuals, role] = [{ atLeast: 5 }, 'controller'];
    const story = new Story({
      assessment: { personalData: 'yes', dataSets: [{ id: 'a', title: 'Accounts', role, individuals }] },
    });
    const app = await pagesOver(clientOf(story, HOUR));
    expect((await browse(app, '/incidents/INC-1/assess')).body).toContain('controller, at least 5 individuals');
    await app.close();
  });

  test('that another person has assessed meanwhile is not overwritten unseen', async () => {
    const { app, send } = await opened();
    const form = { key: 'k1', revision: '7', 'q.personalData': 'no', do: 'send' };
    const { status, body } = await browse(app, '/incidents/INC-1/assess', { form });
    expect(status).toBe(409);
    expect(body).toContain('has assessed it since you opened this form');
    expect(send).not.toHaveBeenCalled();
    const again = { ...form, ...hiddenIn(body) };
    expect((await browse(app, '/incidents/INC-1/assess', { form: again })).status).toBe(303);
    await app.close();
  });

  test('says beside the answer what is wrong with it, and keeps it', async () => {
    const { app } = await opened();
    const form = { key: 'k1', revision: '0', 'q.personalData': 'yes', 'new-set.title': 'Accounts', do: 'send' };
    const { status, body } = await browse(app, '/incidents/INC-1/assess', { form });
    expect(status).toBe(422);
    expect(body).toContain('say in which role you hold it');
    expect(body).toContain('value="Accounts"');
    await app.close();
  });

  describe('that nobody knew whether it was taken, and was', () => {
    const AT = '/incidents/INC-1/assess';
    const ANSWERS = {
      'q.personalData': 'yes',
      'q.plainSummary': 'A key leakd.',
      reason: 'the log says so',
      do: 'send',
    };
    const SET = { 'new-set.title': 'Accounts', 'new-set.role': 'processor' };
    /** A form that went out, was taken and got no answer, as it is shown again. */
    async function unanswered(answers: Record<string, string> = { ...ANSWERS, ...SET }) {
      const story = new Story();
      const sent: Record<string, unknown>[] = [];
      const send = async (_id: unknown, _name: unknown, message: Record<string, unknown>) => {
        sent.push(message);
        story.do(HOUR, { command: 'message', message: { ...message, message: 'assess' } } as never);
        if (sent.length === 1) throw new UnknownOutcome('no worker');
        return { events: [] };
      };
      const view = async () => ({ ...(await clientOf(story, HOUR).view!('INC-1')) }) as never;
      const app = await pagesOver({ ...clientOf(story, HOUR), view, send: send as never });
      const { body } = await browse(app, `${AT}${answers['q.personalData'] ? '?personalData=yes' : ''}`);
      const first = { ...hiddenIn(body), ...answers, facts: filledIn(body, 'field-facts') };
      const shown = await browse(app, AT, { form: first });
      expect(shown.status).toBe(503);
      const facts = filledIn(shown.body, 'field-facts');
      const { 'new-set.title': _title, 'new-set.role': _role, ...kept } = answers;
      const again = { ...hiddenIn(shown.body), ...kept, facts };
      return { app, story, sent, first, again };
    }

    test('counts once when it is sent again as it was, also as a double click', async () => {
      const { app, sent, first, again } = await unanswered();
      expect(await browse(app, AT, { form: again })).toMatchObject({ status: 303 });
      expect(await browse(app, AT, { form: first })).toMatchObject({ status: 303 });
      expect(sent).toHaveLength(1);
      await app.close();
    });

    test.each([
      ['an answer', 'q.plainSummary', 'A key leaked.'],
      ['what stands beside the facts', 'reason', 'the log of the build says so'],
    ])('loses no word of %s that was corrected meanwhile', async (_what, field, corrected) => {
      const { app, sent, again } = await unanswered();
      const refused = await browse(app, AT, { form: { ...again, [field]: corrected } });
      expect(refused.status).toBe(422);
      expect(refused.body).toContain('What you sent first was taken; what you changed since was not');
      expect(filledIn(refused.body, `field-${field}`)).toBe(corrected);
      const next = { ...ANSWERS, [field]: corrected, facts: filledIn(refused.body, 'field-facts') };
      const sentAgain = await browse(app, AT, { form: { ...next, ...hiddenIn(refused.body) } });
      if (field === 'reason') return void (await app.close());
      expect(sentAgain.status).toBe(303);
      expect(sent[1]).toMatchObject({ assessment: { plainSummary: corrected, dataSets: [{ id: 'accounts' }] } });
      expect((sent[1]!.assessment as Assessment).dataSets).toHaveLength(1);
      await app.close();
    });

    const AWARE = { awareAt: '2026-04-01T00:30:00.000Z', do: 'send' };

    test('counts once when it said only when somebody became aware, and is sent again as it was', async () => {
      const { app, sent, again } = await unanswered(AWARE);
      expect(sent[0]).not.toHaveProperty('assessment');
      expect((await browse(app, AT, { form: again })).status).toBe(303);
      expect(sent).toHaveLength(1);
      await app.close();
    });

    test('keeps an answer that was given only when it was sent again', async () => {
      const { app, sent, again } = await unanswered(AWARE);
      const refused = await browse(app, AT, { form: { ...again, 'q.personalData': 'yes' } });
      expect(refused.status).toBe(422);
      expect(refused.body).toContain('What you sent first was taken; what you changed since was not');
      expect(refused.body).toContain('name="q.personalData" value="yes" checked');
      const facts = filledIn(refused.body, 'field-facts');
      const next = { ...AWARE, ...hiddenIn(refused.body), 'q.personalData': 'yes', facts };
      expect((await browse(app, AT, { form: next })).status).toBe(303);
      expect(sent[1]).toMatchObject({ assessment: { personalData: 'yes' } });
      await app.close();
    });

    test.each([
      ['a set of data without its role', { 'new-set.title': 'Invoices' }, 'value="Invoices"'],
      ['an answer that cannot be read', { 'q.dataSets.0.individuals': 'a lot' }, 'value="a lot"'],
      ['facts that are no JSON', { facts: '{"personalData": "yes"' }, '{&quot;personalData&quot;: &quot;yes&quot;'],
    ])('keeps %s that was added when it was sent again', async (_what, added, kept) => {
      const { app, sent, again } = await unanswered();
      const refused = await browse(app, AT, { form: { ...again, ...added } as Record<string, string> });
      expect(refused.status).toBe(422);
      expect(refused.body).toContain(kept);
      expect(sent).toHaveLength(1);
      await app.close();
    });
  });

  describe('of which another person has stated facts since it was opened', () => {
    const FACTS = { ...NO_FACTS, personalData: 'yes' as const, workspaces: ['ws-1'], plainSummary: 'A key leaked.' };
    const assess = (story: Story, assessment: Assessment) => {
      const revision = (story.state.assessment?.revision ?? 0) + 1;
      story.events.push({ ...story.events[0]!, kind: 'assessed', data: { revision, assessment } } as never);
      story.state = { ...story.state, assessment: { revision, by: 'carl@acme.dev', at: HOUR, facts: assessment } };
    };
    /** A form that is opened, and then the facts of another person. */
    async function overtaken(policy?: object) {
      const story = new Story();
      if (policy) story.state = { ...story.state, policy: { ...story.state.policy, ...policy } };
      assess(story, FACTS);
      const send = jest.fn(async (..._: unknown[]) => ({ events: [] }));
      const client = { ...clientOf(story, HOUR), send: send as never };
      const view = async () => ({ ...(await clientOf(story, HOUR).view!('INC-1')) }) as never;
      const app = await pagesOver({ ...client, view });
      const { body } = await browse(app, AT);
      assess(story, { ...FACTS, workspaces: ['ws-1', 'ws-2'], likelyConsequences: 'Spam.' });
      return { app, send, body };
    }
    const AT = '/incidents/INC-1/assess';
    const formIn = (body: string) => ({
      ...hiddenIn(body),
      'q.personalData': 'yes',
      ...Object.fromEntries(['q.workspaces', 'q.plainSummary', 'facts'].map((n) => [n, filledIn(body, `field-${n}`)])),
      do: 'send',
    });

    test('keeps those facts where nobody touched them, and shows all that differs', async () => {
      const { app, send, body } = await overtaken();
      const form = { ...formIn(body), 'q.plainSummary': 'A deploy key leaked.' };
      const refused = await browse(app, AT, { form });
      expect(refused.status).toBe(409);
      expect(refused.body).toContain('carl@acme.dev has assessed it since you opened this form');
      expect(refused.body).toMatch(/<del>.*A key leaked\./);
      expect(refused.body).not.toMatch(/<del>.*(ws-2|Spam)/);
      expect(send).not.toHaveBeenCalled();
      await browse(app, AT, { form: formIn(refused.body) });
      expect(send.mock.calls[0]![2]).toMatchObject({
        assessment: {
          plainSummary: 'A deploy key leaked.',
          workspaces: ['ws-1', 'ws-2'],
          likelyConsequences: 'Spam.',
        },
      });
      await app.close();
    });

    test('shows which of those facts it would take away, where the whole was typed anew', async () => {
      const { app, send, body } = await overtaken();
      const facts = JSON.stringify({ ...FACTS, howItOccurred: 'A log.' });
      const refused = await browse(app, AT, { form: { ...formIn(body), facts, do: 'look' } });
      expect(refused.status).toBe(409);
      expect(refused.body).toMatch(/<del>.*Spam\./);
      expect(refused.body).toMatch(/<del>.*ws-2/);
      expect(refused.body).toMatch(/<ins>.*A log\./);
      expect(send).not.toHaveBeenCalled();
      await app.close();
    });

    test('keeps an answer to a question that the other person has answered too, and shows both', async () => {
      const { app, body } = await overtaken();
      const form = { ...formIn(body), 'q.likelyConsequences': 'Fraud.' };
      const refused = await browse(app, AT, { form });
      expect(refused.body).toMatch(/<del>.*Spam\./);
      expect(refused.body).toMatch(/<ins>.*Fraud\./);
      await app.close();
    });

    test('is refused too where the policy is not installed, with all that differs', async () => {
      const { app, send, body } = await overtaken({ sha256: 'f'.repeat(64) });
      const form = { ...hiddenIn(body), assessment: JSON.stringify(FACTS) };
      const refused = await browse(app, AT, { form });
      expect(refused.status).toBe(409);
      expect(refused.body).toMatch(/<del>.*Spam\./);
      expect(send).not.toHaveBeenCalled();
      const again = { ...form, ...hiddenIn(refused.body) };
      expect((await browse(app, AT, { form: again })).status).toBe(303);
      expect(send).toHaveBeenCalledTimes(1);
      await app.close();
    });

    test('takes away what was emptied', async () => {
      const { app, send, body } = await overtaken();
      const refused = await browse(app, AT, { form: formIn(body) });
      await browse(app, AT, { form: { ...formIn(refused.body), 'q.workspaces': '', 'q.plainSummary': '' } });
      const [, , { assessment }] = send.mock.calls[0] as [unknown, unknown, { assessment: Assessment }];
      expect(assessment).toMatchObject({ workspaces: [], likelyConsequences: 'Spam.' });
      expect(assessment.plainSummary).toBeUndefined();
      await app.close();
    });
  });
});
