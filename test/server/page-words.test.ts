// How pages say things: what a time is for, duties and authorities by their names, acts as requests, whole sentences.
import { refused } from '../../client/errors';
import { leftText } from '../../domain/kernel/time';
import { ruleOf } from '../../domain/policy/policy';
import { actWords } from '../../server/pages/act-words';
import { byTitle } from '../../server/pages/acts-in-text';
import { letter } from '../../server/pages/letter';
import { sentence } from '../../server/pages/sentence';
import { timeLeft } from '../../server/pages/times';
import { pack, Story } from '../unit/cli/helpers';
import { browse, clientOf, pagesOver } from './browser';

const HOUR = '2026-04-01T01:00:00.000Z';
const IN_TWO = '2026-04-01T03:00:00.000Z';
const DUTIES = new Map([
  ['gdpr-art34-individuals', 'Notice to affected individuals'],
  ['containment', 'Containment'],
]);

test('a sentence begins with a capital and ends, and ids, names and commands stay as they are', () => {
  expect(sentence('the incident refused it')).toBe('The incident refused it.');
  expect(sentence('is that so?')).toBe('Is that so?');
  for (const text of ['INC-1 is open.', 'gdpr-art34-individuals: still open.', 'ann@acme.dev has assessed it.'])
    expect(sentence(text)).toBe(text);
  expect(sentence('')).toBe('');
});

test('duties are called by their titles wherever they stand, but in commands and where their id is a word', () => {
  expect(byTitle('gdpr-art34-individuals: still open', DUTIES)).toBe('Notice to affected individuals: still open');
  expect(byTitle('it lacks gdpr-art34-individuals, due soon: `npx tocsin draft gdpr-art34-individuals`', DUTIES)).toBe(
    'it lacks “Notice to affected individuals”, due soon: `npx tocsin draft gdpr-art34-individuals`',
  );
  expect(byTitle('its containment is over', DUTIES)).toBe('its containment is over');
  const address = 'see https://acme.example/gdpr-art34-individuals and gdpr-art34-individuals@acme.example';
  expect(byTitle(address, DUTIES)).toBe(address);
});

test('a time that is left says what for, and the minute itself is now', () => {
  const text = (...given: Parameters<typeof timeLeft>) => String(timeLeft(...given));
  expect(text(IN_TWO, HOUR, '', { of: ['Containment', 'Status page update'] })).toContain('>Containment and 1 more<');
  expect(text(IN_TWO, HOUR, '')).not.toContain('class="of"');
  expect(text(HOUR, HOUR, '')).toMatch(/>now<\/strong> <span>due at /);
  expect([leftText(IN_TWO, HOUR), leftText(HOUR, IN_TWO), leftText(HOUR, HOUR)]).toEqual([
    '2 h left',
    '2 h overdue',
    'due now',
  ]);
});

test('a heading that is underlined in the plain text of a notice stands there as a heading', () => {
  const text = 'Hello,\n\nWhat happened\n-------------\n\nA <key> leaked.\n\n-----\n\nReference: INC-1';
  expect(String(letter({ subject: 'Your data', text }, 'en'))).toBe(
    '<div class="letter" lang="en"><b>Your data</b>Hello,\n\n<strong>What happened</strong>\n\nA &lt;key&gt; leaked.\n\n-----\n\nReference: INC-1</div>',
  );
});

describe('the page of an incident', () => {
  const page = async (story = new Story(), nextDueAt: string | null = null, now = HOUR) => {
    const client = clientOf(story, now);
    const view = { ...((await client.view!('INC-1')) as object), nextDueAt };
    const app = await pagesOver({ ...client, view: async () => view as never });
    const { body } = await browse(app, '/incidents/INC-1');
    await app.close();
    return body;
  };

  test('says what its next deadline is of', async () => {
    const story = new Story();
    const { dueAt } = story.state.obligations.containment!;
    expect(await page(story, dueAt!)).toMatch(/class="left big"[^\n]*<span class="of">Containment( and \d+ more)?</);
  });

  test('folds what is settled away below what is owed', async () => {
    const [owed, settled] = (await page()).split('<summary>Settled</summary>');
    expect(owed).toContain('<th scope="row">Containment<');
    expect(owed).not.toContain('>fulfilled<');
    expect(settled).toContain('>fulfilled<');
    // On a telephone no head of a table says which time it is.
    expect(settled).toMatch(/>fulfilled<\/span><\/td><td class="time" data-label="Due"><time/);
  });

  test('breaks no instant and no length of time over two lines', async () => {
    const [, told] = (await page()).split('<h2>What happened</h2>');
    expect(told).toMatch(
      /due <span class="whole">\d{4}-\d{2}-\d{2} \d{2}:\d{2} UTC<\/span>, <span class="whole">\d+ h<\/span>/,
    );
  });

  test('lists an alarm that is repeated once, with how late it is now and how often it was raised', async () => {
    const story = new Story();
    for (const hour of ['03', '07', '11']) story.do(`2026-04-01T${hour}:00:00.000Z`, { command: 'tick' });
    const rung = story.events.filter(
      ({ kind, data }) =>
        kind === 'alarm-raised' && (data as { about: { title?: string } }).about.title === 'Containment',
    );
    expect(rung.length).toBeGreaterThan(2);
    const body = await page(story, null, '2026-04-01T12:30:00.000Z');
    const [, alarms] = /<h2>Open alarms<\/h2>(.*?)<\/section>/s.exec(body)!;
    expect(alarms!.match(/Containment: /g)).toHaveLength(1);
    // How late it is now, as everywhere else on the page, and not when it rang last.
    expect(alarms).toContain('Containment: 10 h 30 min overdue<');
    expect(alarms).toContain(`raised ${rung.length} times, first `);
  });

  test('lists alarms about different things each, also where their words begin alike', async () => {
    const story = new Story();
    story.do('2026-04-01T03:00:00.000Z', { command: 'tick' });
    const [seq] = story.state.unacknowledged ?? [];
    const alarm = story.events.find((event) => event.seq === seq) as Extract<
      (typeof story.events)[number],
      { kind: 'alarm-raised' }
    >;
    const others = [
      { about: { kind: 'measure', measure: 'M1' }, threshold: { kind: 'failed' } },
      { about: { kind: 'measure', measure: 'M2' }, threshold: { kind: 'failed' } },
      { about: alarm.data.about, threshold: { kind: 'undecided' } },
    ].map((data, n) => ({ ...alarm, seq: 900 + n, data: { ...alarm.data, ...data } }));
    story.events.push(...(others as typeof story.events));
    story.state = { ...story.state, unacknowledged: [seq!, 900, 901, 902] };
    const [, alarms] = /<h2>Open alarms<\/h2>(.*?)<\/section>/s.exec(await page(story))!;
    expect(alarms!.match(/<li>/g)).toHaveLength(4);
  });
});

describe('a form', () => {
  const form = async (path: string, story = new Story(), client: object = {}) => {
    const app = await pagesOver({ ...clientOf(story, HOUR), ...client });
    const { body } = await browse(app, path);
    await app.close();
    return body;
  };

  test('lets authorities be chosen by their names, and duties without their ids', async () => {
    const body = await form('/incidents/INC-1/filed');
    const { key, name } = pack.authorities.find(({ country }) => country === 'IE')!;
    expect(body).toContain(`<option value="${key}">${name} (IE)</option>`);
    expect(body).not.toContain('Its key, like');
    // Of the duties those that are reports, and none by its id.
    expect(body).not.toContain('<option value="containment"');
    expect(await form('/incidents/INC-1/hold')).toContain('<option value="containment">Containment</option>');
    expect(body).toContain('<h1>Record the filing</h1>');
  });

  test('offers the grounds of the law for the duty that it is about, and keeps one that the policy does not have', async () => {
    const withGrounds = pack.grounds[0]!;
    const rule = withGrounds.waives.find((id) => ruleOf(pack, id))!;
    const story = new Story();
    const o = { id: rule, rule, round: 1, purpose: 'first', status: 'pending', because: [], supplements: [] } as never;
    story.state = { ...story.state, obligations: { ...story.state.obligations, [rule]: o } };
    const body = await form(`/incidents/INC-1/waive?obligation=${rule}&ground=of-yore`, story);
    expect(body).toContain(`<option value="${withGrounds.id}">`);
    expect(body).toContain('<option value="of-yore" selected>of-yore</option>');
  });

  test('to declare folds away what can follow, and opens it where something is typed or wrong', async () => {
    const folded = await form('/incidents/new');
    const [asked, later] = folded.split('<details class="card">');
    for (const name of ['title', 'severity', 'detectedAt', 'awareAt']) expect(asked).toContain(`field-${name}"`);
    for (const name of ['credentials', 'systems']) expect(later).toContain(`field-${name}"`);
    const refuses = async () => {
      throw refused('the declaration is not valid', ['publicSummary: is too long']);
    };
    const app = await pagesOver({ ...clientOf(new Story(), HOUR), declare: refuses as never });
    const sent = await browse(app, '/incidents', {
      form: {
        key: 'k1',
        title: 'A',
        kind: 'other',
        severity: 'sev2',
        affects: 'integrity',
        serviceAffecting: 'no',
        publicSummary: 'x',
      },
    });
    expect(sent.body).toContain('<details class="card" open>');
    const empty = await browse(app, '/incidents', { form: { key: 'k2', title: 'A', kind: 'other' } });
    expect(empty.body).toContain('<a href="#field-severity">Severity</a>: choose one<');
    expect(empty.body).toContain('<a href="#field-affects">What is affected</a>: choose at least one<');
    await app.close();
  });
});

test('every act of a form is something to do', () => {
  expect(actWords('filed')).toBe('Record the filing');
  expect(actWords('acknowledge-alarms')).toBe('Acknowledge alarms');
});
