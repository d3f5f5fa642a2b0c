/** Approving a mail: it says to how many, in which languages, what is open in it, and asks or needs --yes. */

import { boardLines } from '../../../cli/rendering/board-lines';
import { Output } from '../../../cli/rendering/output';
import { assessment, at, stored } from '../domain/helpers/facts';
import { Story } from '../domain/helpers/story';
import { pack, Screen, tocsin } from './helpers';

const ID = 'enterprise-notice';

/** A client of an incident whose notice is drafted, with what the directory said. */
function drafted() {
  const story = new Story({}, pack).to(1);
  story.send('assess', { assessment: assessment({ dataSets: [stored()] }), awareAt: at(1) });
  const o = story.state.obligations[ID]!;
  const draft = { ...o.draft!, reach: { languages: { en: 1200, de: 3 }, unreachable: 2 } };
  const state = { ...story.state, obligations: { ...story.state.obligations, [ID]: { ...o, draft } } };
  const sent: unknown[] = [];
  const client = {
    view: async () => ({ state }),
    explain: async () => [],
    send: async (_id: string, name: string, body: unknown) => {
      sent.push([name, body]);
      return { events: [] };
    },
  } as never;
  return { client, sent, fingerprint: draft.fingerprint };
}

test('without a terminal it sends nothing, and asks for --yes', async () => {
  const { client, sent } = drafted();
  const { exitCode, err } = await tocsin(['approve', 'INC-1', ID], client);
  expect(exitCode).toBe(2);
  expect(err).toContain('use --yes');
  expect(sent).toEqual([]);
});

test('with --yes it says what it sends, and approves the very draft that was shown', async () => {
  const { client, sent, fingerprint } = drafted();
  const { exitCode, out } = await tocsin(['approve', 'INC-1', ID, '--yes'], client);
  expect(exitCode).toBe(0);
  expect(out).toContain(
    'enterprise-notice is mailed to 1,203 recipients (1,200 in en, 3 in de). 2 cannot be reached by mail: the notice stays open until they are told by other means. Not yet established: Measures taken.',
  );
  expect(sent).toEqual([['approve', { by: 'oncall', obligation: ID, draft: fingerprint }]]);
});

test('what mails nobody is approved without a question', async () => {
  const { client, sent } = drafted();
  expect(await tocsin(['approve', 'INC-1', 'status-page-update'], client)).toMatchObject({ exitCode: 0 });
  expect(sent).toHaveLength(1);
});

test('show names who is still untold and the commands that settle it', () => {
  const story = new Story({}, pack, { unreached: { 'ws-2': 1 } }).to(1);
  story.send('assess', { assessment: assessment({ dataSets: [stored()] }), awareAt: at(1) });
  story.send('approve', { obligation: ID });
  const view = { state: story.state, registerBacklog: 0, inFlight: [] } as never;
  const lines = boardLines(view, [], pack, story.now, new Output(new Screen(), {}), 0).join('\n');
  expect(lines).toContain('partly told: 1 of 2');
  expect(lines).toContain('Still untold of enterprise-notice');
  expect(lines).toContain('- ws-2 (no usable address in the directory)');
  expect(lines).toContain(
    'npx tocsin told INC-2026-001 enterprise-notice --channel phone --workspaces ws-2 --by you@example.com',
  );
});
