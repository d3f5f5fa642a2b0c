// What pages say and send, over incidents that the domain plays: the answer a button leads to is the answer it names.
import { UnknownOutcome } from '../../client/errors';
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
