/** Confirming an instant: what waits is shown first, and asked for or needs --yes; an instant that is named is enough. */
import { minuteText } from '../../../domain/kernel/time';
import { assessment, at, stored } from '../domain/helpers/facts';
import { Story } from '../domain/helpers/story';
import { pack, tocsin } from './helpers';

const REASON = 'the analyst saw the session only some minutes later';

/** A client of an incident in which a later awareness waits for a second person, or nothing does. */
function asking(waits = true) {
  const story = new Story({ serviceAffecting: false }, pack).to(1);
  story.send('assess', { assessment: assessment({ dataSets: [stored()] }), awareAt: at(1) });
  if (waits) story.to(2).send('assess', { awareAt: at(1.5), reason: REASON });
  const sent: unknown[] = [];
  const client = {
    view: async () => ({ state: story.state }),
    send: async (_id: string, name: string, body: unknown) => {
      sent.push([name, body]);
      return { events: [] };
    },
  } as never;
  return { client, sent };
}

test.each([[['--decline']], [[]]])('without a terminal, %j alone sends nothing, and asks for --yes', async (flags) => {
  const { client, sent } = asking();
  const { exitCode, err } = await tocsin(['confirm', 'INC-1', ...flags], client);
  expect(exitCode).toBe(2);
  expect(err).toContain('use --yes');
  expect(sent).toEqual([]);
});

test('with --yes it says what is confirmed, who asked for it and why, and confirms the very instant that was shown', async () => {
  const { client, sent } = asking();
  const { exitCode, out } = await tocsin(['confirm', 'INC-1', '--yes'], client);
  expect(exitCode).toBe(0);
  expect(out).toContain(
    `${minuteText(at(1.5))} UTC; in place of ${minuteText(at(1))} UTC, as oncall@example.com asked`,
  );
  expect(out).toContain(REASON);
  expect(sent).toEqual([['confirm', expect.objectContaining({ change: 'awareness', at: at(1.5) })]]);
});

test('an instant that is named is confirmed without a question', async () => {
  const { client, sent } = asking();
  expect(await tocsin(['confirm', 'INC-1', 'awareness', '--at', at(1.5)], client)).toMatchObject({ exitCode: 0 });
  expect(sent).toEqual([['confirm', expect.objectContaining({ at: at(1.5) })]]);
});

test('where nothing waits nobody is asked: the incident says so', async () => {
  const { client, sent } = asking(false);
  expect(await tocsin(['confirm', 'INC-1'], client)).toMatchObject({ exitCode: 0 });
  expect(sent).toHaveLength(1);
});
