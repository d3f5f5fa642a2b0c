// What pages say and send, over incidents that the domain plays: the answer a button leads to is the answer it names.
import { refused, UnknownOutcome } from '../../client/errors';
import { Story, T0 } from '../unit/cli/helpers';
import { browse, clientOf, hiddenIn, pagesOver } from './browser';

const HOUR = '2026-04-01T01:00:00.000Z';
const ASKED_AT = '2026-03-31T20:00:00.000Z';

/** Somebody asked to change the instant of the detection. */
function asked(awareAt = ASKED_AT): Story {
  const story = new Story();
  const change = { awareAt, basis: 'certain', previousAt: T0, reason: 'the log says so', by: 'ann@acme.dev', at: T0 };
  story.state = { ...story.state, awaitsSecond: { detection: change as never } };
  return story;
}

describe('a change that waits for a second person', () => {
  test('can be declined: the button leads to a form that shows the change and declines that one alone', async () => {
    const send = jest.fn(async (..._: unknown[]) => ({ events: [] }));
    const app = await pagesOver({ ...clientOf(asked(), HOUR), send: send as never });
    const { body } = await browse(app, '/incidents/INC-1');
    const link = /href="([^"]+)">Decline</.exec(body)![1]!.replaceAll('&amp;', '&');
    expect(body).toContain('>Confirm</a>');
    const form = await browse(app, link);
    expect(form.body).toContain('You decline the detection: 2026-03-31 20:00 UTC');
    expect(form.body).toContain('as ann@acme.dev asked: the log says so');
    expect(form.body).toContain('<button>Decline</button>');
    const fixed = hiddenIn(form.body);
    expect(fixed).toMatchObject({ change: 'detection', at: ASKED_AT, decline: 'yes' });
    await browse(app, '/incidents/INC-1/confirm', { form: fixed });
    expect(send.mock.calls[0]!.slice(1)).toEqual([
      'confirm',
      expect.objectContaining({ change: 'detection', at: ASKED_AT, decline: true, by: 'bea@acme.dev' }),
    ]);
    await app.close();
  });

  test('is confirmed as it was shown: the form of the button "Confirm" carries its instant', async () => {
    const app = await pagesOver(clientOf(asked(), HOUR));
    const { body } = await browse(app, '/incidents/INC-1/confirm?change=detection');
    expect(hiddenIn(body)).toMatchObject({ change: 'detection', at: ASKED_AT, decline: 'no' });
    expect(body).toContain('Decline it instead');
    await app.close();
  });
});

test('what nobody knows is not told as "nothing was changed": the same form with its key settles it', async () => {
  const away = async () => {
    throw new UnknownOutcome('what answered is no answer');
  };
  const app = await pagesOver({ ...clientOf(asked(), HOUR), send: away, declare: away });
  const form = { key: 'k1', change: 'detection', at: ASKED_AT, decline: 'yes', reason: 'no log' };
  const { status, body } = await browse(app, '/incidents/INC-1/confirm', { form });
  expect(status).toBe(503);
  expect(body).not.toContain('Nothing was changed');
  expect(body).toContain('It is not known whether this was taken');
  expect(body).toContain('Send this form again as it is: it counts once.');
  expect(body).toContain('no log');
  expect(hiddenIn(body)).toMatchObject({ key: 'k1', change: 'detection', at: ASKED_AT, decline: 'yes' });
  await app.close();
});

describe('a notice', () => {
  const DRAFT = {
    fingerprint: 'ab12',
    renderings: [
      { language: 'en', sha256: 'c'.repeat(64), template: 't', templateSha256: 'd', own: { sha256: 'e', count: 3 } },
    ],
    missing: ['the number of people'],
  };
  const DUTY = 'status-page-update';
  const at = `/incidents/INC-1/notices/${DUTY}`;
  const read = async () => ({ subject: 'What happened', text: 'A key leaked.' });
  const withNotice = (over: object = {}, id = DUTY): Story => {
    const story = new Story();
    const before = story.state.obligations[id] ?? {
      id,
      rule: id,
      round: 1,
      purpose: 'first',
      because: [],
      supplements: [],
    };
    const o = { ...before, status: 'drafted', draft: DRAFT, ...over } as never;
    story.state = { ...story.state, obligations: { ...story.state.obligations, [id]: o } };
    return story;
  };

  test('says what silence does and when, who gets other numbers, and what a change of facts does', async () => {
    const story = withNotice();
    const app = await pagesOver(clientOf(story, HOUR), read);
    const { body } = await browse(app, at);
    const { marginAt } = story.state.obligations[DUTY]!;
    expect(body).toContain(`If nobody objects, it is sent automatically at <time datetime="${marginAt}">`);
    expect(body).toContain('3 workspaces get a version with their own numbers in place of this one.');
    expect(body).toContain('If the facts change first, this draft is not sent');
    const held = await pagesOver(clientOf(withNotice({ hold: { by: 'bea', reason: 'wait' } }), HOUR), read);
    expect((await browse(held, at)).body).not.toContain('it is sent automatically');
    await Promise.all([app.close(), held.close()]);
  });

  test('whose approval is refused is shown again with the refusal and what was typed, and can be approved', async () => {
    const no = async () => {
      throw refused('the incident refused it', ['incompleteBecause: the notice lacks what the law requires']);
    };
    const app = await pagesOver({ ...clientOf(withNotice(), HOUR), send: no }, read);
    const form = { key: 'k1', obligation: DUTY, draft: 'ab12', incompleteBecause: 'still counting' };
    const { status, body } = await browse(app, '/incidents/INC-1/approve', { form });
    expect(status).toBe(409);
    expect(body).toContain('the notice lacks what the law requires');
    expect(body).toContain(`href="${at}">Back to the notice`);
    expect(body).toContain('still counting</textarea>');
    expect(body).toContain('A key leaked.');
    expect(hiddenIn(body)).toMatchObject({ draft: 'ab12', obligation: DUTY });
    expect(hiddenIn(body).key).not.toBe('k1');
    await app.close();
  });

  test('whose approval nobody knows of keeps its key, for the same text alone', async () => {
    const away = async () => {
      throw new UnknownOutcome('no answer');
    };
    const app = await pagesOver({ ...clientOf(withNotice(), HOUR), send: away }, read);
    const approve = (draft: string) =>
      browse(app, '/incidents/INC-1/approve', { form: { key: 'k1', obligation: DUTY, draft } });
    const same = await approve('ab12');
    expect([same.status, hiddenIn(same.body).key]).toEqual([503, 'k1']);
    expect(same.body).toContain('Send this form again as it is: it counts once.');
    const other = await approve('ab11');
    expect(hiddenIn(other.body).key).not.toBe('k1');
    expect(other.body).toContain('Here is how the notice stands now');
    await app.close();
  });

  test('that a person files leads to its dossier, and takes no approval', async () => {
    const id = 'gdpr-art33-authority';
    const draft = { ...DRAFT, url: 'https://staff.acme.dev/dossiers/INC-1/a.html' };
    const app = await pagesOver(clientOf(withNotice({ draft, status: 'filing' }, id), HOUR), read);
    const { body } = await browse(app, `/incidents/INC-1/notices/${id}`);
    expect(body).toContain(`<a href="${draft.url}"`);
    expect(body).toContain('Record the filing');
    expect(body).not.toContain('cannot be read');
    expect(body).not.toContain('/approve"');
    await app.close();
  });
});
