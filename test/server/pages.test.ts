// What pages say and send, over incidents that the domain plays: the answer a button leads to is the answer it names.
import { ValueError } from '@temporalio/common';
import { OtherKeys, refused, UnknownOutcome } from '../../client/errors';
import { closeProblems } from '../../domain/incident/close-problems';
import { NO_FACTS } from '../../domain/incident/guide';
import { noticeNow } from '../../domain/incident/notice-now';
import { NO_TALLY } from '../../domain/incident/tally';
import { commandLine } from '../../domain/kernel/command-lines';
import { ruleOf } from '../../domain/policy/policy';
import { withActs } from '../../server/pages/acts-in-text';
import { actionOf } from '../../server/pages/links';
import { listedDetections, pack, Story, T0 } from '../unit/cli/helpers';
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

describe('the form of a message', () => {
  const main = (body: string) => body.slice(body.indexOf('<main'));

  test('names its incident, and the time left: of the duty that it is about, else of the next deadline', async () => {
    const { state } = new Story();
    const { view } = clientOf(new Story(), HOUR) as { view: () => Promise<object> };
    const nextDueAt = '2026-04-01T02:00:00.000Z';
    const app = await pagesOver({
      ...clientOf(new Story(), HOUR),
      view: async () => ({ ...(await view()), nextDueAt }) as never,
    });
    const form = main((await browse(app, '/incidents/INC-1/measure')).body);
    expect(form).toContain(`<span>INC-1</span><b>${state.declaration.severity}</b>`);
    expect(form).toContain(state.declaration.title);
    expect(form).toContain(`left, until <time datetime="${nextDueAt}"`);
    const o = state.obligations['status-page-update']!;
    const held = main((await browse(app, '/incidents/INC-1/hold?obligation=status-page-update')).body);
    expect(held).toContain('<span class="of">Status page update</span>');
    expect(held).toContain(`datetime="${o.dueAt}"`);
    await app.close();
  });

  test('that nothing waits for is not offered, and has nothing to fill in', async () => {
    const app = await pagesOver(clientOf(new Story(), HOUR));
    const { body } = await browse(app, '/incidents/INC-1');
    for (const name of ['confirm', 'release', 'reopen']) expect(body).not.toContain(`href="/incidents/INC-1/${name}"`);
    expect(body).toContain('href="/incidents/INC-1/close"');
    const confirm = main((await browse(app, '/incidents/INC-1/confirm')).body);
    expect(confirm).toContain('Nothing of this kind is waiting for anybody now.');
    expect(confirm).not.toContain('<form class="form"');
    await app.close();
  });

  test('of a closed incident is offered where it is still taken, and no other', async () => {
    const story = new Story();
    story.state = { ...story.state, closedAt: HOUR };
    const app = await pagesOver(clientOf(story, HOUR));
    const { body } = await browse(app, '/incidents/INC-1');
    const offered = [...main(body).matchAll(/href="\/incidents\/INC-1\/([\w-]+)"/g)].map(([, name]) => name);
    expect(offered.toSorted()).toEqual(['follow-up', 'link', 'reopen']);
    await app.close();
  });
});

describe('a wide block that one person asked for', () => {
  const source = 'country:kp';
  const id = `block-source ${source}`;
  const step = { id, measure: { action: 'block-source', source }, state: 'awaits-second', askedBy: 'ann', round: 0 };

  test('is agreed to by one button and withdrawn by the other, each named for what it does', async () => {
    const story = new Story();
    story.state = { ...story.state, containment: { [id]: step as never } };
    const send = jest.fn(async (..._: unknown[]) => ({ events: [] }));
    const app = await pagesOver({ ...clientOf(story, HOUR), send: send as never });
    const { body } = await browse(app, '/incidents/INC-1');
    expect(body).not.toMatch(/class="button[^>]*>(Contain|Ask for a measure)</);
    expect(body).toMatch(/href="[^"]*\/contain\?undo=block-source\+country%3Akp">Withdraw</);
    const link = /href="([^"]+)">Agree: block country:kp</.exec(body)![1]!.replaceAll('&amp;', '&');
    const form = await browse(app, link);
    const [, measure] = /<input id="field-measure"[^>]* value="([^"]+)"/.exec(form.body)!;
    expect(measure).toBe(`block ${source}`);
    await browse(app, '/incidents/INC-1/contain', { form: { ...hiddenIn(form.body), measure: measure!, undo: '' } });
    expect(send.mock.calls[0]!.slice(1)).toEqual([
      'contain',
      expect.objectContaining({ measure: expect.objectContaining({ action: 'block-source', source }) }),
    ]);
    expect(send.mock.calls[0]![2]).not.toHaveProperty('undo');
    await app.close();
  });

  test('that failed is asked for again as a block, and what is undone again is no withdrawal', () => {
    const actor = { by: 'bea', subject: 'bea', roles: ['owner' as const] };
    const label = (given: Record<string, string>) =>
      String(actionOf('INC-1', commandLine('contain', { id: 'INC-1', ...given }), actor, true));
    expect(label({ 'block-source': '203.0.113.7' })).toContain('>Block 203.0.113.7<');
    expect(label({ undo: id })).toContain('>Undo<');
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

test('where this server has other keys than the workers, the form says so beside that nobody knows', async () => {
  const send = async () => {
    throw new ValueError('a payload is sealed with the key "k2", which is not in TOCSIN_ENCRYPTION_KEYS');
  };
  const app = await pagesOver({ ...clientOf(new Story(), HOUR), send });
  const { status, body } = await browse(app, '/incidents/INC-1/measure', { form: { key: 'k1', text: 'All keys' } });
  expect(status).toBe(503);
  expect(body).toContain('It is not known whether this was taken');
  expect(body).toContain('must give it the TOCSIN_ENCRYPTION_KEYS of the workers.');
  await app.close();
});

describe('a notice', () => {
  const DUTY = 'status-page-update';
  const { state } = new Story();
  /** Of what is known: another draft is on its way to be written anew, and is approved by nobody. */
  const NOW = noticeNow(state.obligations[DUTY]!, ruleOf(pack, DUTY)!, state, pack).fingerprint;
  const DRAFT = {
    fingerprint: NOW,
    renderings: [
      { language: 'en', sha256: 'c'.repeat(64), template: 't', templateSha256: 'd', own: { sha256: 'e', count: 3 } },
    ],
    missing: ['the number of people'],
  };
  const at = `/incidents/INC-1/notices/${DUTY}`;
  const DATA = 'd'.repeat(64);
  const read = {
    text: async () => ({ subject: 'What happened', text: 'A key leaked.' }),
    own: async () => ({ 'ws-1': 'f'.repeat(64) }),
    file: async (sha256: string) =>
      sha256 === DATA ? '{"incident":"INC-1"}' : `<footer>As data, SHA-256 <code>${DATA}</code></footer>`,
  };
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
    const form = { key: 'k1', obligation: DUTY, draft: NOW, incompleteBecause: 'still counting' };
    const { status, body } = await browse(app, '/incidents/INC-1/approve', { form });
    expect(status).toBe(409);
    expect(body).toContain('the notice lacks what the law requires');
    expect(body).toContain(`href="${at}">Back to the notice`);
    expect(body).toContain('still counting</textarea>');
    expect(body).toContain('A key leaked.');
    expect(hiddenIn(body)).toMatchObject({ draft: NOW, obligation: DUTY });
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
    const same = await approve(NOW);
    expect([same.status, hiddenIn(same.body).key]).toEqual([503, 'k1']);
    expect(same.body).toContain('Send this form again as it is: it counts once.');
    const other = await approve('ab11');
    expect(hiddenIn(other.body).key).not.toBe('k1');
    expect(other.body).toContain('Here is how the notice stands now');
    await app.close();
  });

  test('that says less than is known now is approved by nobody until it is written anew', async () => {
    const app = await pagesOver(clientOf(withNotice({ draft: { ...DRAFT, fingerprint: 'ab12' } }), HOUR), read);
    const { body } = await browse(app, at);
    expect(body).toContain('This text is being written anew');
    expect(body).not.toContain('/approve"');
    await app.close();
  });

  test('that Statuspage refused says so of the text before, not of the one that nobody has tried', async () => {
    const refused = { at: T0, detail: 'answered 422 (Name is too long)' };
    const id = 'status-page-update';
    const app = await pagesOver(clientOf(withNotice({ refused }, id), HOUR), read);
    const { body } = await browse(app, `/incidents/INC-1/notices/${id}`);
    expect(body).toContain('<b>Statuspage did not take the last text</b><p>answered 422 (Name is too long)</p>');
    await app.close();
  });

  test('that is being mailed has a button to stop it, and says who stopped it, why, and how many were told', async () => {
    const send = jest.fn(async (..._: unknown[]) => ({ events: [] }));
    const id = 'enterprise-notice';
    const page = async (over: object) => {
      const app = await pagesOver({ ...clientOf(withNotice(over, id), HOUR), send: send as never }, read);
      return { app, body: (await browse(app, `/incidents/INC-1/notices/${id}`)).body };
    };
    const sending = await page({ status: 'dispatching' });
    const [, link] = /class="button" href="([^"]+)">Stop sending</.exec(sending.body)!;
    const form = await browse(sending.app, link!.replaceAll('&amp;', '&'));
    expect(form.body).toContain('Stop sending');
    await browse(sending.app, '/incidents/INC-1/stop-sending', {
      form: { ...hiddenIn(form.body), obligation: id, reason: 'the wrong product' },
    });
    expect(send.mock.calls[0]!.slice(1)).toEqual([
      'stop-sending',
      expect.objectContaining({ obligation: id, reason: 'the wrong product', by: 'bea@acme.dev' }),
    ]);
    await sending.app.close();
    const by = { by: 'ann@acme.dev', at: T0, reason: 'the wrong product' };
    const stopping = await page({ status: 'dispatching', stopped: by });
    expect(stopping.body).toContain('It is being stopped by ann@acme.dev');
    expect(stopping.body).not.toContain('>Stop sending<');
    await stopping.app.close();
    const stopped = await page({ status: 'drafted', round: 2, purpose: 'new-recipients', stopped: by });
    expect(stopped.body).toContain('Stopped by ann@acme.dev');
    expect(stopped.body).toContain('the wrong product');
    expect(stopped.body).toContain('Whoever of them was told already is not mailed again.');
    await stopped.app.close();
  });

  test('whose workspaces have versions of their own shows each of them, and what is different in it', async () => {
    const texts = {
      text: async (sha256: string) => ({
        subject: 'What happened',
        text: sha256[0] === 'f' ? 'Of 5 people.' : 'Of 9 people.',
      }),
      file: read.file,
      own: async () => ({ 'ws-1': 'f'.repeat(64), 'ws-2': 'f'.repeat(64) }),
    };
    const app = await pagesOver(clientOf(withNotice(), HOUR), texts);
    const list = await browse(app, `${at}/own?language=en`);
    expect(list.body).toContain(`href="${at}/own?language=en&amp;workspace=ws-1">ws-1`);
    const one = await browse(app, `${at}/own?language=en&workspace=ws-1`);
    expect(one.body).toContain('Of 5 people.</div>');
    expect(one.body).toMatch(/<del>.*Of 9 people/);
    expect((await browse(app, `${at}/own?language=en&workspace=ws-9`)).status).toBe(404);
    await app.close();
  });

  test.each([
    [{ mailed: ['ws-1', 'ws-2'] }, 'Everybody it goes to was told'],
    [{ mailed: ['ws-1'], left: ['ws-2'] }, 'It is settled: 1 told, 1 left untold by decision'],
    [{ mailed: [], settled: ['not-named'], none: true }, 'It is settled by decision: 0 told'],
  ])('that is settled with %j says so as it is', async ({ none, ...tally }: Record<string, unknown>, said) => {
    const id = 'enterprise-notice';
    const story = withNotice({ status: 'fulfilled', tally: { ...NO_TALLY, counted: true, ...tally } }, id);
    const facts = { ...NO_FACTS, personalData: 'yes' as const, workspaces: none ? [] : ['ws-1', 'ws-2'] };
    story.state = { ...story.state, assessment: { revision: 1, by: 'ann', at: T0, facts } };
    const app = await pagesOver(clientOf(story, HOUR), read);
    const { body } = await browse(app, `/incidents/INC-1/notices/${id}`);
    expect(body).toContain(`<b>${said}</b>`);
    expect(body.includes('Everybody it goes to was told')).toBe(said.startsWith('Everybody'));
    await app.close();
  });

  test('that a person files leads to its dossier, and takes no approval', async () => {
    const id = 'gdpr-art33-authority';
    const draft = { ...DRAFT, url: 'https://staff.acme.dev/dossiers/INC-1/a.html' };
    const app = await pagesOver(clientOf(withNotice({ draft, status: 'filing' }, id), HOUR), read);
    const { body } = await browse(app, `/incidents/INC-1/notices/${id}`);
    const dossier = `/incidents/INC-1/notices/${id}`;
    expect(body).toContain(`href="${dossier}/index.html">Read the dossier</a>`);
    expect(body).toContain('Record the filing');
    expect(body).not.toContain('cannot be read');
    expect(body).not.toContain('/approve"');
    // The page and its data, as they were frozen; its policy lets nothing in it run.
    const page = await browse(app, `${dossier}/index.html`);
    expect([page.status, page.body]).toEqual([200, await read.file('')]);
    expect(page.policy).toContain("default-src 'none'; style-src 'unsafe-inline'");
    expect(JSON.parse((await browse(app, `${dossier}/dossier.json`)).body)).toEqual({ incident: 'INC-1' });
    for (const none of ['index.de.html', 'passwords.txt', 'dossier.html'])
      expect([none, (await browse(app, `${dossier}/${none}`)).status]).toEqual([none, 404]);
    expect((await browse(app, `${at}/index.html`)).status).toBe(404);
    const incident = await browse(app, '/incidents/INC-1');
    expect(incident.body).toContain(`href="/incidents/INC-1/notices/${id}">Read the dossier</a>`);
    await app.close();
  });
});

test('the detections that belong to an incident are on its page, each with a link; what was taken out says by whom and why', async () => {
  const listed = listedDetections(T0, 'An <b>alert</b>');
  const left = { ...listed, caseId: 'TRG-0b2d9f3a5c1e', left: { by: 'bob', at: T0, reason: 'another actor' } };
  const story = new Story();
  story.state = { ...story.state, detections: [listed, left] };
  const app = await pagesOver(clientOf(story, HOUR));
  const { body } = await browse(app, '/incidents/INC-1');
  expect(body).toContain('href="/triage-cases/TRG-9f3a5c1e0b2d"');
  expect(body).toContain('An &lt;b&gt;alert&lt;/b&gt;');
  expect(body).toContain('3 detections from monitoring, sev2');
  expect(body).toContain('merged by anna');
  expect(body).toContain('taken out by bob: another actor');
  await app.close();
});

test('an incident that has stopped says so first, counts nothing down and offers nothing', async () => {
  const story = new Story();
  story.do('2026-04-01T01:00:00.000Z', { command: 'tick' });
  const stopped = { how: 'terminated', at: HOUR } as const;
  const app = await pagesOver({
    ...clientOf(story, HOUR),
    find: async () => ({ workflow: 'incident', open: false, status: 'TERMINATED', mark: '' }),
    stands: async () => stopped,
  });
  const { body } = await browse(app, '/incidents/INC-1');
  const main = body.slice(body.indexOf('<main'));
  expect(main.indexOf('INC-1 has stopped: its workflow was terminated at 2026-04-01 01:00 UTC')).toBeGreaterThan(0);
  expect(main.indexOf('has stopped')).toBeLessThan(main.indexOf('<h1>'));
  expect(main).not.toContain('left, until');
  expect(main.slice(main.indexOf('Open alarms'))).toContain('Containment: 50 % of the clock<br>');
  // What happened says how long was left then.
  expect(main.slice(0, main.indexOf('What happened'))).not.toMatch(/\d (h|min) (left|overdue)/);
  expect(main).not.toContain('What to do next');
  expect(main).not.toContain('Everything you can do');
  await app.close();
});

describe('a declaration', () => {
  const form = {
    ...{ key: 'k1', title: 'Leaked key', kind: 'credential-leak', severity: 'sev1' },
    ...{ affects: 'confidentiality', serviceAffecting: 'yes' },
  };

  test('that no worker has opened yet is said to wait, with a link', async () => {
    const declare = async ({ declaration: { id } }: { declaration: { id: string } }) => ({
      ...{ id, created: true, waiting: true },
    });
    const app = await pagesOver({ ...clientOf(new Story(), HOUR), declare: declare as never });
    const { status, body } = await browse(app, '/incidents', { form });
    expect(status).toBe(202);
    expect(body).toMatch(/<h1>INC-\S+ is kept, and not opened yet<\/h1><p>Its deadlines count from your declaration/);
    expect(body).toMatch(/href="\/incidents\/INC-/);
    await app.close();
  });

  test('that the workers cannot read has begun nothing: that is told, and why, and its key is kept', async () => {
    const declare = async () => {
      throw new OtherKeys('incident "INC-1" is not opened: the workers cannot read what was sealed here', [
        'TOCSIN_ENCRYPTION_KEYS: seals with "k1" here, and with "k2" at the workers: set those of the workers',
        'no clock runs, nothing is contained and nobody is told',
      ]);
    };
    const app = await pagesOver({ ...clientOf(new Story(), HOUR), declare });
    const { status, body } = await browse(app, '/incidents', { form });
    expect(status).toBe(503);
    expect(body).not.toContain('It is not known whether this was taken');
    expect(body).toContain('Nothing has begun');
    expect(body).toContain('no clock runs, nothing is contained and nobody is told');
    expect(body).toContain('set those of the workers');
    expect(hiddenIn(body).key).toBe('k1');
    await app.close();
  });

  test('under a key that another one has is refused, and says what differs', async () => {
    const declare = async () => ({ id: 'INC-1', created: false });
    const app = await pagesOver({ ...clientOf(new Story(), HOUR), declare: declare as never });
    const { status, body } = await browse(app, '/incidents', { form: { ...form, title: 'Another' } });
    expect(status).toBe(422);
    expect(body).toContain('What you sent first was taken; what you changed since was not');
    expect(body).toContain('<a href="/incidents/INC-1">Open INC-1</a>');
    expect(body).not.toMatch(/nothing was changed/i);
    expect(body).toContain('<a href="#field-title">Title</a>: differs from what was declared');
    await app.close();
  });
});

test('whoever has no role, or whose session has ended, can log out', async () => {
  const app = await pagesOver(clientOf(new Story(), HOUR));
  const refused = await browse(app, '/', { roles: [] });
  expect([refused.status, refused.body.includes('Log in again')]).toEqual([403, true]);
  for (const who of [{ roles: [] }, { endsIn: -60 }]) {
    const { status, to, cookies } = await browse(app, '/logout', { form: {}, ...who });
    expect([status, to, cookies.find(({ name }) => name.includes('session'))?.value]).toEqual([303, '/logged-out', '']);
  }
  await app.close();
});

test('a step without a form says its command, and one that the roles do not include says that', async () => {
  const story = new Story();
  story.state = { ...story.state, unacknowledged: [40] };
  story.events.push({
    ...story.events[0]!,
    seq: 40,
    kind: 'alarm-raised',
    data: {
      threshold: { kind: 'due' },
      about: { kind: 'incident' },
      todo: 'verify-register',
      commands: [{ verb: 'register verify', given: {} }],
    },
  } as never);
  story.state = { ...story.state, policy: { ...story.state.policy, sha256: 'f'.repeat(64) } };
  const app = await pagesOver(clientOf(story, HOUR));
  const { body } = await browse(app, '/incidents/INC-1', { roles: ['service'] });
  expect(body).toContain('On the command line: <code>npx tocsin register verify</code>');
  expect(body).toContain('Your roles do not include this.');
  await app.close();
});

test('a batch of mails is settled by its form, filled in with what the step says', () => {
  const actor = { by: 'bea', subject: 'bea', roles: ['owner' as const] };
  const line = commandLine('notice settle', { id: 'INC-1', obligation: 'a-duty', 'not-accepted': true });
  expect(String(actionOf('INC-1', line, actor, true))).toContain(
    '/incidents/INC-1/settle?obligation=a-duty&amp;accepted=no">Settle: not accepted<',
  );
  const hold = commandLine('hold', { id: 'INC-1', obligation: 'a-duty', ground: 'g', until: HOUR });
  expect(String(actionOf('INC-1', hold, actor, true))).toContain('ground=g&amp;until=2026-04-01T01%3A00%3A00.000Z');
});

describe('what stands in the way of closing', () => {
  const problems = closeProblems(new Story().state, pack);
  const refuses = async () => {
    throw refused('the incident refused it', problems);
  };

  test('is told with links to the forms, and with no command', async () => {
    const app = await pagesOver({ ...clientOf(new Story(), HOUR), send: refuses });
    expect(problems.join()).toContain('`npx tocsin ');
    const before = await browse(app, '/incidents/INC-1/close');
    const after = await browse(app, '/incidents/INC-1/close', { form: { key: 'k1' } });
    expect([before.status, after.status]).toEqual([200, 409]);
    for (const { body } of [before, after]) {
      expect(body).not.toMatch(/npx|<code>/);
      expect(body).toContain(
        'not resolved yet: <a href="/incidents/INC-1/status?status=resolved">Status: resolved</a>',
      );
      expect(body).toContain('see <a href="/incidents/INC-1#why">why each duty applies or not</a>');
      expect(body).toContain('see <a href="/incidents/INC-1/review">Review</a>');
      expect(body).toContain('<li>Status page update: still open');
      expect(body).not.toMatch(/<li>[a-z-]+: (still|not decided|begins)/);
    }
    expect(before.body).toContain('<summary>All that is in the way</summary>');
    await app.close();
  });

  test('names what the roles of a person do not include, without a link to it', () => {
    const actor = { by: 'cai', subject: 'cai', roles: ['auditor' as const] };
    const said = problems.map((each) => String(withActs(each, actor))).join();
    expect(said).toContain('<b>Status: resolved</b>');
    expect(said).not.toMatch(/npx|\/status\?/);
  });
});
