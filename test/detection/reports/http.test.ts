// Reports over HTTP: taken once each, bounded, hostile in every field, and refused with where to mail them instead.

import { createHash } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import { PAGE_POLICY } from '../../../detection/reports/pages';
import { MOST_TEXT_BYTES } from '../../../detection/reports/parse-report';
import { acceptReport, commitmentOf } from '../../../detection/reports/store/accept-report';
import { eraseReport } from '../../../detection/reports/store/erase-report';
import { forgetRequests } from '../../../detection/reports/store/erased-requests';
import { readReport } from '../../../detection/reports/store/read-report';
import { claimReporterMail } from '../../../detection/reports/store/reporter';
import type { VulnerabilityReportInput } from '../../../domain/report/state';
import { createPool } from '../../../postgres/pool';
import { Appender } from '../../../register/append/appender';
import { thresholdName } from '../../setup/threshold-name';
import { CONTACT, type Intake, startIntake, WIDE } from './helpers';

const FORM = 'application/x-www-form-urlencoded';
/** How `tocsin up` is reached: links in mails lead there. */
const LOOPBACK = { host: '127.0.0.1:8787' };
const PUBLIC = { publicUrl: 'https://security.example.com' };
const HOSTILE = '<script>alert(1)</script>\u202e\u0007\u001b[31m"\'&{{7*7}}\r\n[x](javascript:alert(1))';
const SECRET = `whsec_${Buffer.from('a secret of the mail provider').toString('base64')}`;

let intake: Intake;

/** The input of a report's workflow, as soon as it is started. */
async function started(id: string): Promise<VulnerabilityReportInput> {
  for (let n = 0; n < 500 && !intake.started.has(id); n++) await new Promise((resolve) => setTimeout(resolve, 10));
  return intake.started.get(id)!;
}

beforeAll(async () => {
  intake = await startIntake({ mailSecret: SECRET });
});

test('the form is a page without scripts, and sends to itself', async () => {
  const page = await intake.app.inject({ url: '/security/report' });
  expect(page.statusCode).toBe(200);
  expect(page.headers['content-security-policy']).toBe(PAGE_POLICY);
  expect(PAGE_POLICY).not.toContain('unsafe');
  const style = /<style>([\s\S]*?)<\/style>/.exec(page.body)![1]!;
  expect(PAGE_POLICY).toContain(createHash('sha256').update(style).digest('base64'));
  expect(page.body).toContain('Example &amp; Sons &lt;Cloud&gt;');
  expect(page.body).not.toMatch(/<script|onerror|javascript:/i);
  // Every field has a label of its own.
  for (const [, id] of page.body.matchAll(/<(?:input|textarea)[^>]* id="([^"]+)"/g)) {
    expect(page.body).toContain(`<label for="${id}"`);
  }
});

test('a report by form: a receipt with its number, the content in Postgres alone, the workflow started', async () => {
  const answer = await intake.post({ text: HOSTILE, email: 'Ann@Reporter.example', name: 'Ann <b>', credit: 'named' });
  expect(answer.statusCode).toBe(201);
  expect(answer.body).not.toContain('alert(1)');
  const id = /VR-\d{8}-[0-9a-f]{8}/.exec(answer.body)![0];
  const stored = (await readReport(intake.pool, id))!;
  expect(stored).toMatchObject({
    reportId: id,
    via: 'form',
    receivedAt: '2026-06-02T15:00:00.000Z',
    content: { text: HOSTILE.replace('\r\n', '\n'), email: 'Ann@reporter.example', name: 'Ann <b>', credit: 'named' },
    matchesCommitment: true,
  });
  const input = await started(id);
  expect(input).toMatchObject({ reportId: id, via: 'form', reachable: true, commitment: stored.commitment });
  // Tuesday 11:00 in Toronto: two business days later, at the same time of day.
  expect(input.clock.dueAt).toBe('2026-06-04T15:00:00.000Z');
  expect(input.clock.alarms.map(({ threshold }) => thresholdName(threshold))).toEqual([
    'start',
    '50 %',
    '75 %',
    '90 %',
    'due',
  ]);
  expect(JSON.stringify(input)).not.toMatch(/alert|reporter\.example|Ann/i);
  expect(input.length).toBe(Buffer.byteLength(stored.content!.text));
});

test('a report by JSON: a receipt in JSON', async () => {
  const answer = await intake.json({ text: 'SQL injection in /search' });
  expect(answer.statusCode).toBe(201);
  expect(answer.json()).toEqual({
    id: expect.stringMatching(/^VR-20260602-[0-9a-f]{8}$/),
    receivedAt: '2026-06-02T15:00:00.000Z',
    acknowledgeBy: '2026-06-04T15:00:00.000Z',
  });
  expect((await started(answer.json().id)).reachable).toBe(false);
});

test('the same report within a day is one report, also 200 times at once; from another sender, or a day later, another', async () => {
  const before = await intake.count();
  const body = { text: 'the same thing', email: 'same@reporter.example' };
  const answers = await Promise.all(Array.from({ length: 200 }, () => intake.json(body)));
  expect(new Set(answers.map((answer) => answer.json().id)).size).toBe(1);
  expect(answers.filter(({ statusCode }) => statusCode === 201)).toHaveLength(1);
  expect(answers.filter(({ statusCode }) => statusCode === 200)).toHaveLength(199);
  // The sender is the mail address, whatever the network and the case.
  expect((await intake.json({ ...body, email: 'SAME@reporter.example' }, {}, '198.51.100.1')).statusCode).toBe(200);
  expect(await intake.count()).toBe(before + 1);
  expect((await intake.json({ ...body, email: 'other@reporter.example' })).statusCode).toBe(201);
  // Without an address the network address is the sender.
  expect((await intake.json({ text: 'the same thing' }, {}, '198.51.100.1')).statusCode).toBe(201);
  expect((await intake.json({ text: 'the same thing' }, {}, '198.51.100.2')).statusCode).toBe(201);
  intake.clock.now = new Date('2026-06-03T15:00:01.000Z');
  expect((await intake.json(body)).statusCode).toBe(201);
});

test('an Idempotency-Key makes a repeat one report, and refuses another content', async () => {
  const key = { 'idempotency-key': 'abc-1' };
  const first = await intake.json({ text: 'with a key' }, key, '198.51.100.9');
  const again = await intake.json({ text: 'with a key' }, key, '198.51.100.9');
  expect([first.statusCode, again.statusCode]).toEqual([201, 200]);
  expect(again.json().id).toBe(first.json().id);
  expect((await intake.json({ text: 'another' }, key, '198.51.100.9')).statusCode).toBe(422);
  expect((await intake.json({ text: 'x' }, { 'idempotency-key': 'k'.repeat(256) })).statusCode).toBe(400);
});

test.each([
  ['no text', {}, 422, /text: is missing/],
  ['blank text', { text: ' \n ' }, 422, /text: must not be empty/],
  ['a wrong address', { text: 'x', email: 'a@b' }, 422, /email: is not an email address/],
  ['two addresses', { text: 'x', email: 'a@b.example, c@d.example' }, 422, /email/],
  ['a header in the address', { text: 'x', email: 'a@b.example\r\nBcc: c@d.example' }, 422, /email/],
  ['the trap', { text: 'x', leave_empty: 'http://spam.example' }, 422, /must stay empty/],
  ['an unknown field', { text: 'x', admin: 'true' }, 422, /unknown field admin/],
  ['a wrong credit', { text: 'x', credit: 'rich' }, 422, /credit/],
  ['a list', { text: ['x'] }, 422, /text/],
  ['too long', { text: 'é'.repeat(MOST_TEXT_BYTES / 2 + 1) }, 413, /64 KiB/],
])('refused: %s', async (_what, body, status, problem) => {
  const before = await intake.count();
  const answer = await intake.json(body);
  expect(answer.statusCode).toBe(status);
  expect(answer.headers['content-type']).toContain('application/problem+json');
  expect(answer.json()).toMatchObject({ status, title: 'The report is not valid' });
  expect(answer.json().detail).toMatch(problem);
  expect(await intake.count()).toBe(before);
});

test('exactly 64 KiB is taken, also when every byte of it is escaped', async () => {
  const answer = await intake.post({ text: '%'.repeat(MOST_TEXT_BYTES) }, {}, '198.51.100.20');
  expect(answer.statusCode).toBe(201);
  expect((await intake.json(`{"text":"${'\\u0025'.repeat(MOST_TEXT_BYTES)}"}`, {}, '198.51.100.21')).statusCode).toBe(
    201,
  );
});

test.each([
  ['bytes that are no UTF-8', Buffer.from([0x7b, 0xff, 0x7d]), 'application/json', 400],
  ['no JSON', '{', 'application/json', 400],
  ['a JSON list', '[]', 'application/json', 400],
  ['deep JSON', '['.repeat(200_000), 'application/json', 400],
  ['a prototype', '{"__proto__":{"text":"x"}}', 'application/json', 422],
  ['no body', '', 'application/json', 400],
  ['escaped bytes that are no UTF-8', 'text=%ff%fe', 'application/x-www-form-urlencoded', 400],
  ['a broken escape', 'text=%2', 'application/x-www-form-urlencoded', 400],
  ['a field twice', 'text=a&text=b', 'application/x-www-form-urlencoded', 400],
  ['many fields', 'a=1&'.repeat(50_000), 'application/x-www-form-urlencoded', 400],
  ['a body above the limit', 'x'.repeat(500 * 1024), 'application/json', 413],
  ['another media type', 'text=x', 'multipart/form-data; boundary=x', 415],
  ['plain text', 'x', 'text/plain', 415],
])('refused before it is a report: %s', async (_what, payload, type, status) => {
  const answer = await intake.app.inject({
    method: 'POST',
    url: '/security/report',
    headers: { 'content-type': type, accept: 'application/json' },
    payload,
  });
  expect(answer.statusCode).toBe(status);
  expect(answer.headers['content-type']).toContain('application/problem+json');
});

test('a form with a mistake comes back with what was typed, inert', async () => {
  const answer = await intake.post({ text: HOSTILE, email: 'nobody', name: '"><script>x</script>' });
  expect(answer.statusCode).toBe(422);
  expect(answer.body).toContain('role="alert"');
  expect(answer.body).toContain('href="#email"');
  expect(answer.body).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
  expect(answer.body).not.toMatch(/<script|\p{Cf}|(?!\n)\p{Cc}/u);
  expect(answer.headers['content-security-policy']).toBe(PAGE_POLICY);
});

test('Temporal away: the report is taken, and its workflow starts when Temporal is back', async () => {
  intake.temporal.away = true;
  const answer = await intake.json({ text: 'while Temporal is away' });
  expect(answer.statusCode).toBe(201);
  const { id } = answer.json();
  expect(intake.started.has(id)).toBe(false);
  intake.temporal.away = false;
  for (let n = 0; n < 100 && !intake.started.has(id); n++) {
    await intake.json({ text: `another ${n}` });
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  expect(intake.started.get(id)?.receivedAt).toBe(answer.json().receivedAt);
});

test('Postgres away: 503, when to try again, and where to mail; what was typed is not lost', async () => {
  const pool = createPool('postgres://nobody@127.0.0.1:1/nothing');
  const away = await startIntake({ pool });
  const json = await away.json({ text: 'secret finding' });
  expect(json.statusCode).toBe(503);
  expect(json.headers['retry-after']).toBe('300');
  expect(json.json()).toMatchObject({ contact: CONTACT });
  const page = await away.post({ text: 'secret <finding>' });
  expect(page.statusCode).toBe(503);
  expect(page.body).toContain(`mailto:${CONTACT}`);
  expect(page.body).toContain('secret &lt;finding&gt;');
  expect(away.logged.join()).not.toContain('finding');
  expect((await away.app.inject('/.well-known/security.txt')).statusCode).toBe(200);
});

describe('floods', () => {
  const acknowledge = async (flooded: Intake, incidentId: string, by: string) => {
    const appender = new Appender(flooded.pool);
    const at = flooded.clock.now.toISOString();
    await appender.append([{ v: 1, incidentId, seq: 1, at, by, exercise: false, kind: 'acknowledged', data: {} }]);
    await appender.close();
  };

  test('one sender has at most so many reports open that nobody acknowledged', async () => {
    const flooded = await startIntake({}, { openFromOneSender: 3 });
    const send = (n: number, from: string) =>
      flooded.json({ text: `report ${n}`, email: 'flood@reporter.example' }, {}, from);
    const answers = await Promise.all(Array.from({ length: 40 }, (_, n) => send(n, `198.51.100.${n}`)));
    const taken = answers.filter(({ statusCode }) => statusCode === 201);
    expect(taken).toHaveLength(3);
    const refused = answers.find(({ statusCode }) => statusCode === 429)!;
    expect(refused.json().detail).toContain(CONTACT);
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
    expect(await flooded.count()).toBe(3);
    await acknowledge(flooded, taken[0]!.json().id, 'oncall');
    expect((await send(100, '198.51.100.200')).statusCode).toBe(201);
    expect((await send(101, '198.51.100.200')).statusCode).toBe(429);
    expect((await flooded.json({ text: 'x', email: 'quiet@reporter.example' })).statusCode).toBe(201);
  });

  test('one network address, all together, and one hour are bounded too', async () => {
    const flooded = await startIntake({}, { openFromOneOrigin: 2, open: 5, perHour: 6 });
    const from = async (address: string, n: number) =>
      (await flooded.json({ text: `report ${n}`, email: `r${n}@reporter.example` }, {}, address)).statusCode;
    // Two addresses of one IPv6 network are one origin.
    expect(await from('2001:db8:1:2::1', 1)).toBe(201);
    expect(await from('2001:db8:1:2:ffff::2', 2)).toBe(201);
    expect(await from('2001:db8:1:2:3:4:5:6', 3)).toBe(429);
    expect(await from('2001:db8:1:3::1', 4)).toBe(201);
    expect(await from('198.51.100.1', 5)).toBe(201);
    expect(await from('198.51.100.2', 6)).toBe(201);
    expect(await from('198.51.100.3', 7)).toBe(429); // five wait
    const { rows } = await flooded.pool.query('SELECT report_id AS id FROM tocsin.vulnerability_reports');
    for (const { id } of rows) await acknowledge(flooded, id, 'oncall');
    expect(await from('198.51.100.4', 8)).toBe(201);
    expect(await from('198.51.100.5', 9)).toBe(429); // six in this hour
    flooded.clock.now = new Date(flooded.clock.now.getTime() + 3_601_000);
    expect(await from('198.51.100.5', 9)).toBe(201);
  });

  test('six networks that fill the channel close it for themselves; whoever has not reported is heard', async () => {
    const flooded = await startIntake({}, { openFromOneOrigin: 10, openFromOneNetwork: 20, open: 200, perHour: 60 });
    const from = async (address: string, n: number) =>
      (await flooded.json({ text: `report ${n}` }, {}, address)).statusCode;
    for (let n = 0; n < 60; n++) expect(await from(`198.51.${n % 6}.7`, n)).toBe(201);
    for (let n = 0; n < 6; n++) expect(await from(`198.51.${n}.8`, 100 + n)).toBe(429);
    expect(await from('203.0.113.9', 200)).toBe(201);
    expect(await from('203.0.113.10', 201)).toBe(429);
    expect(await from('2001:db8:77::1', 202)).toBe(201);
  });

  test('one network has a budget of its own, however many addresses it has', async () => {
    const flooded = await startIntake({}, { openFromOneOrigin: 2, openFromOneNetwork: 3 });
    const from = async (address: string, n: number) =>
      (await flooded.json({ text: `report ${n}` }, {}, address)).statusCode;
    const statuses = [];
    for (let n = 0; n < 4; n++) statuses.push(await from(`2001:db8:9:${n}::1`, n));
    expect(statuses).toEqual([201, 201, 201, 429]);
    expect(await from('2001:db8:10::1', 9)).toBe(201);
  });

  test('requests to confirm cannot be aimed at strangers in number: one to an address, three from a network', async () => {
    const { json, pool } = await startIntake({}, {}, PUBLIC);
    let second = 0;
    const claimed = async (email: string, address: string, text: string) => {
      const { id } = (await json({ text, email }, LOOPBACK, address)).json() as { id: string };
      const now = new Date(Date.UTC(2026, 5, 2, 15, 0, ++second));
      const first = await claimReporterMail(pool, id, 'confirmation', now);
      expect(await claimReporterMail(pool, id, 'confirmation', now)).toEqual(first);
      return first.email ?? first.outcome;
    };
    expect(await claimed('a@victim.example', '198.51.100.1', '1')).toBe('a@victim.example');
    expect(await claimed('a@victim.example', '203.0.113.1', '2')).toBe('limited');
    for (const n of [2, 3])
      expect(await claimed(`b${n}@victim.example`, `198.51.100.${n}`, `x${n}`)).toBe(`b${n}@victim.example`);
    expect(await claimed('c@victim.example', '198.51.100.4', '4')).toBe('limited');
    expect(await claimed('d@victim.example', '203.0.113.2', '5')).toBe('d@victim.example');
  });

  test('one address is asked once, however it is spelled; another one of the domain is asked', async () => {
    const { json, pool } = await startIntake({}, {}, PUBLIC);
    const spelled = [
      'dana@bücher.example',
      'dana@xn--bcher-kva.example',
      'Dana@BU\u0308CHER.example',
      'ｄａｎａ＠ｂücher。example',
      'da\u00adna@bü\u200bcher.example',
      '\u2060dana@bücher.example.',
    ];
    const claimed = [];
    for (const [n, email] of [...spelled, 'dan@bücher.example'].entries()) {
      const answer = await json({ text: `report ${n}`, email }, LOOPBACK, `198.51.${n}.1`);
      const now = new Date(Date.UTC(2026, 5, 2, 15, 0, n));
      claimed.push((await claimReporterMail(pool, answer.json().id, 'confirmation', now)).email);
    }
    const once = ['dana@xn--bcher-kva.example', undefined, undefined, undefined, undefined, undefined];
    expect(claimed).toEqual([...once, 'dan@xn--bcher-kva.example']);
  });

  describe('an erasure gives no budget back', () => {
    const DAY = 86_400_000;
    const T0 = Date.UTC(2026, 5, 2, 15, 0, 0);
    const asking = async () => {
      const own = await startIntake({}, {}, PUBLIC);
      let n = 0;
      const ask = async (email: string, address: string, atMs: number) => {
        const { id } = (await own.json({ text: `report ${++n}`, email }, LOOPBACK, address)).json() as { id: string };
        return { id, asked: (await claimReporterMail(own.pool, id, 'confirmation', new Date(atMs))).email };
      };
      const erase = (id: string, atMs: number) => eraseReport(own.pool, id, 'dpo', new Date(atMs));
      const kept = async () => (await own.pool.query('SELECT * FROM tocsin.erased_report_requests')).rows;
      return { ...own, ask, erase, kept };
    };

    test('an address whose report was erased is not asked again within seven days', async () => {
      const { ask, erase, kept, pool } = await asking();
      const { id, asked } = await ask('victim@bücher.example', '198.51.100.1', T0);
      expect(asked).toBe('victim@xn--bcher-kva.example');
      expect(await erase(id, T0 + 1000)).toBe('erased');
      expect(await erase(id, T0 + 1000)).toBe('before');
      const [row, ...others] = await kept();
      expect(others).toEqual([]);
      // Nothing but hashes and when: no report, no address.
      expect(row).toEqual({
        same_sender: expect.any(Buffer),
        network: expect.any(Buffer),
        mail_domain: null,
        asked_at: new Date(T0),
      });
      expect((await ask('VICTIM@bücher.example.', '203.0.113.1', T0 + 7 * DAY - 1)).asked).toBeUndefined();
      await forgetRequests(pool, new Date(T0 + 7 * DAY - 1));
      expect(await kept()).toHaveLength(1);
      expect((await ask('victim@bücher.example', '203.0.113.1', T0 + 7 * DAY)).asked).toBe(
        'victim@xn--bcher-kva.example',
      );
      await forgetRequests(pool, new Date(T0 + 7 * DAY));
      expect(await kept()).toEqual([]);
    });

    test('a network whose reports were erased sets off no more than three a day', async () => {
      const { ask, erase } = await asking();
      for (const n of [1, 2, 3]) await erase((await ask(`b${n}@victim.example`, '198.51.100.1', T0)).id, T0 + 1000);
      expect((await ask('b4@victim.example', '198.51.100.9', T0 + DAY - 1)).asked).toBeUndefined();
      expect((await ask('b5@victim.example', '198.51.100.9', T0 + DAY)).asked).toBe('b5@victim.example');
    });

    test('of a report whose reporter confirmed, or was never asked, nothing is kept', async () => {
      const { ask, erase, kept, app, pool, json } = await asking();
      const { id } = await ask('c@reporter.example', '198.51.100.1', T0);
      const { confirmUrl } = await claimReporterMail(pool, id, 'confirmation', new Date(T0));
      const headers = { 'content-type': FORM };
      await app.inject({ method: 'POST', url: new URL(confirmUrl!).pathname, headers, payload: '' });
      const silent = (await json({ text: 'never asked', email: 'd@reporter.example' })).json().id;
      for (const each of [id, silent]) expect(await erase(each, T0 + 1000)).toBe('erased');
      expect(await kept()).toEqual([]);
    });

    test('what is over goes by itself: the intake removes it', async () => {
      const { pool, kept } = await asking();
      await pool.query(
        `INSERT INTO tocsin.erased_report_requests VALUES ('\\x01', NULL, NULL, '2026-05-26T15:00:00Z'),
           ('\\x02', NULL, NULL, '2026-05-26T15:00:01Z')`,
      );
      await startIntake({ pool: createPool(pool.options.connectionString!) });
      expect((await kept()).map(({ same_sender: hash }) => hash)).toEqual([Buffer.from([2])]);
    });
  });

  test('claims that come at once, with clocks that differ, ask one address once and one network three times', async () => {
    const { json, pool } = await startIntake({}, {}, PUBLIC);
    const claims = async (given: { email: string; address: string }[]) => {
      const ids = [];
      for (const [n, { email, address }] of given.entries())
        ids.push((await json({ text: `${email} ${n}`, email }, LOOPBACK, address)).json().id as string);
      const at = (n: number) => new Date(Date.UTC(2026, 5, 2, 15, 0, 30 - n));
      const all = await Promise.all(ids.map((id, n) => claimReporterMail(pool, id, 'confirmation', at(n))));
      return all.filter(({ email }) => email !== undefined).length;
    };
    const eight = Array.from({ length: 8 }, (_, n) => n);
    expect(await claims(eight.map((n) => ({ email: 'a@victim.example', address: `198.51.${n}.1` })))).toBe(1);
    expect(await claims(eight.map((n) => ({ email: `b${n}@victim.example`, address: '203.0.113.1' })))).toBe(3);
  });

  test('requests of one network are bounded, and leave room for others before anything is read', async () => {
    const flooded = await startIntake({}, { requestsFromOneOrigin: 5, requestsFromOneNetwork: 8, requests: 10 });
    const status = async (address: string) => (await flooded.json('{', {}, address)).statusCode;
    const flood = [];
    for (let n = 0; n < 40; n++) flood.push(await status(`198.51.${n % 4}.${n}`));
    expect(flood.filter((each) => each !== 429).length).toBeLessThanOrEqual(4 + 10);
    expect(await status('203.0.113.1')).not.toBe(429);
  });

  test('behind a proxy on this machine the address is the one that the proxy tells; nobody else is believed', async () => {
    const flooded = await startIntake({}, { openFromOneOrigin: 1 });
    const from = async (peer: string, forwarded: string, text: string) =>
      (await flooded.json({ text }, { 'x-forwarded-for': forwarded }, peer)).statusCode;
    expect(await from('127.0.0.1', '198.51.100.1', 'a')).toBe(201);
    expect(await from('127.0.0.1', '198.51.100.2', 'b')).toBe(201);
    expect(await from('127.0.0.1', '203.0.113.66, 198.51.100.1', 'c')).toBe(429);
    expect(await from('198.51.100.3', '198.51.100.4', 'd')).toBe(201);
    expect(await from('198.51.100.3', '198.51.100.5', 'e')).toBe(429);
  });

  test('requests are bounded before anything is read', async () => {
    const flooded = await startIntake({}, { requestsFromOneOrigin: 5, requests: 8 });
    const statuses = async (address: string, count: number) =>
      (await Promise.all(Array.from({ length: count }, () => flooded.json('{', {}, address)))).map((a) => a.statusCode);
    expect((await statuses('198.51.100.1', 10)).filter((status) => status === 429)).toHaveLength(5);
    const all = await statuses('198.51.100.2', 5);
    expect(all).toContain(429);
    const page = await flooded.post({ text: 'x' }, {}, '198.51.100.3');
    expect(page.statusCode).toBe(429);
    expect(page.body).toContain(`mailto:${CONTACT}`);
    expect((await flooded.app.inject('/security/report')).statusCode).toBe(200);
  });
});

describe('an address is confirmed before anything but the request to confirm it goes there', () => {
  const AT = new Date('2026-06-02T15:05:00.000Z');
  const report = async (
    from: Intake,
    email = 'finder@reporter.example',
    headers: Record<string, string> = LOOPBACK,
    peer = '127.0.0.1',
  ) => {
    const { id, acknowledgeBy } = (await from.json({ text: `about ${email}`, email }, headers, peer)).json();
    const { confirmUrl, outcome } = await claimReporterMail(from.pool, id, 'confirmation', AT);
    const path = confirmUrl && new URL(confirmUrl).pathname;
    return { id, acknowledgeBy, confirmUrl, outcome, path: path as string };
  };
  const told = async (from: Intake, id: string) => claimReporterMail(from.pool, id, 'acknowledgement', AT);
  const follow = (from: Intake, url: string, method: 'GET' | 'HEAD' | 'POST' = 'GET') =>
    from.app.inject({ method, url, ...(method === 'POST' && { headers: { 'content-type': FORM }, payload: '' }) });

  test('nobody confirmed: no acknowledgement goes there, and whoever looks at the report is told', async () => {
    const { id } = await report(intake, 'victim@victim.example');
    expect(await told(intake, id)).toMatchObject({ outcome: 'not-confirmed' });
    expect(await told(intake, id)).not.toHaveProperty('email');
    expect(await readReport(intake.pool, id)).not.toHaveProperty('confirmedAt');
  });

  test('opening the link confirms nothing, as programs that look at mails open it; the button does', async () => {
    const { id, path, acknowledgeBy } = await report(intake, 'opened@reporter.example');
    for (const method of ['GET', 'HEAD'] as const) {
      const answer = await follow(intake, path, method);
      expect(answer.statusCode).toBe(200);
      expect(answer.headers['content-security-policy']).toBe(PAGE_POLICY);
      expect(answer.headers['cache-control']).toBe('no-store');
      expect(answer.headers['referrer-policy']).toBe('no-referrer');
    }
    expect(await readReport(intake.pool, id)).not.toHaveProperty('confirmedAt');
    const page = await follow(intake, path);
    expect(page.body).toContain('Yes, I sent this report');
    expect(page.body).not.toMatch(/opened@reporter|about|your receipt|Someone will read/);
    const receipt = await follow(intake, path, 'POST');
    expect(receipt.statusCode).toBe(200);
    expect(receipt.body).toContain(id);
    expect(receipt.body).toContain(acknowledgeBy);
    expect(receipt.body).toContain('Your address is confirmed');
    expect((await told(intake, id)).email).toBe('opened@reporter.example');
    const { confirmedAt } = (await readReport(intake.pool, id))!;
    intake.clock.now = new Date(intake.clock.now.getTime() + 60_000);
    expect((await follow(intake, path, 'POST')).body).toContain('Your address is confirmed');
    expect((await follow(intake, path)).body).toContain('Your address is confirmed');
    expect((await readReport(intake.pool, id))!.confirmedAt).toBe(confirmedAt);
  });

  test('the page of a confirmed address says when a person has read the report', async () => {
    const { id, path } = await report(intake, 'read@reporter.example');
    expect((await follow(intake, path, 'POST')).body).not.toContain('has read it');
    const appender = new Appender(intake.pool);
    await appender.append([
      { v: 1, incidentId: id, seq: 1, at: AT.toISOString(), by: 'o', exercise: false, kind: 'acknowledged', data: {} },
    ]);
    await appender.close();
    expect((await follow(intake, path)).body).toContain('A member of the security team has read it');
  });

  test('a guessed, cut, foreign or erased link is of no report, and says nothing about which there are', async () => {
    const mine = await report(intake, 'mine@reporter.example');
    const other = await report(intake, 'other@reporter.example');
    const token = mine.path.split('/').at(-1)!;
    expect(Buffer.from(token, 'base64url').length).toBeGreaterThanOrEqual(16);
    const wrong = [
      mine.path.slice(0, -1),
      `${mine.path}A`,
      mine.path.replace(token, 'A'.repeat(token.length)),
      mine.path.replace(mine.id, other.id),
      mine.path.replace(mine.id, 'VR-20260602-00000000'),
      mine.path.replace(token, encodeURIComponent(`' OR 1=1 --`)),
      mine.path.replace(token, '%00'),
    ];
    for (const url of wrong)
      for (const method of ['GET', 'POST'] as const) {
        const answer = await follow(intake, url, method);
        expect({ url, method, status: answer.statusCode }).toEqual({ url, method, status: 404 });
      }
    const bodies = await Promise.all(wrong.map(async (url) => (await follow(intake, url)).body));
    expect(new Set(bodies).size).toBe(1);
    for (const { id } of [mine, other]) expect((await told(intake, id)).outcome).toBe('not-confirmed');
    await eraseReport(intake.pool, mine.id, 'dpo', AT);
    expect((await follow(intake, mine.path, 'POST')).statusCode).toBe(404);
    expect((await told(intake, mine.id)).email).toBeUndefined();
  });

  test('a reporter does not choose where the link in our mail leads', async () => {
    const own = await startIntake();
    for (const host of ['evil.example', '127.0.0.1.evil.example', 'localhost:80@evil.example', '127.0.0.1:1/x']) {
      const { outcome, confirmUrl } = await report(own, `h${host.length}@reporter.example`, { host });
      expect({ host, outcome, confirmUrl }).toEqual({ host, outcome: 'no-link', confirmUrl: undefined });
    }
    expect((await report(own, 'here@reporter.example', LOOPBACK)).confirmUrl).toMatch(
      /^http:\/\/127\.0\.0\.1:8787\/security\/report\/VR-/,
    );
    // Nor does one on another machine who says that it is this one.
    expect((await report(own, 'far@reporter.example', LOOPBACK, '198.51.100.7')).outcome).toBe('no-link');
    const proxied = { ...LOOPBACK, 'x-forwarded-for': '198.51.100.7' };
    expect((await report(own, 'proxied@reporter.example', proxied)).outcome).toBe('no-link');
    const configured = await startIntake({}, {}, PUBLIC);
    expect((await report(configured, 'a@reporter.example', { host: 'evil.example' })).confirmUrl).toMatch(
      /^https:\/\/security\.example\.com\/security\/report\/VR-/,
    );
  });

  test('whoever confirmed is asked again for each report; whoever did not is left alone', async () => {
    const own = await startIntake();
    const first = await report(own, 'again@reporter.example');
    const second = (await own.json({ text: 'two', email: 'again@reporter.example' }, LOOPBACK, '127.0.0.1')).json().id;
    const later = new Date(AT.getTime() + 1_000);
    expect((await claimReporterMail(own.pool, second, 'confirmation', later)).outcome).toBe('limited');
    await follow(own, first.path, 'POST');
    const third = (await own.json({ text: 'three', email: 'Again@reporter.example' }, LOOPBACK, '127.0.0.1')).json().id;
    expect((await claimReporterMail(own.pool, third, 'confirmation', later)).email).toBe('Again@reporter.example');
  });

  test('the link is bounded like the form, and its failures do not speak of a report', async () => {
    const flooded = await startIntake({}, { requestsFromOneOrigin: 4 });
    const { path } = await report(flooded);
    const statuses = [];
    for (let n = 0; n < 5; n++) statuses.push((await follow(flooded, path)).statusCode);
    expect(statuses).toEqual([200, 200, 200, 429, 429]);
    const away = await startIntake({ pool: createPool('postgres://nobody@127.0.0.1:1/nothing') });
    const answer = await follow(away, '/security/report/VR-20260602-00000000/AAAA');
    expect(answer.statusCode).toBe(503);
    expect(answer.body).toContain('Your address has not been confirmed yet');
  });

  test('the page after a report says what happens to the address that was given', async () => {
    const asked = await intake.post({ text: 'page 1', email: 'p1@reporter.example' }, LOOPBACK, '127.0.0.1');
    expect(asked.body).toContain('only once it is confirmed');
    const none = await intake.post({ text: 'page 2' }, LOOPBACK);
    expect(none.body).toContain('You gave no email address');
    const noLink = await intake.post({ text: 'page 3', email: 'p3@reporter.example' }, { host: 'evil.example' });
    expect(noLink.body).toContain('cannot check the address');
    expect(`${asked.body}${noLink.body}`).not.toMatch(/on its way|confirmed: we/);
  });
});

describe('mails that were handed over', () => {
  const webhook = new Webhook(SECRET);
  let number = 0;
  const deliver = (body: string, over: Record<string, string> = {}) => {
    const id = over['webhook-id'] ?? `msg_${++number}`;
    const at = new Date(intake.clock.now);
    return intake.app.inject({
      method: 'POST',
      url: '/security/mail',
      headers: {
        'content-type': 'application/json',
        'webhook-id': id,
        'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
        'webhook-signature': webhook.sign(id, at, body),
        ...over,
      },
      payload: body,
    });
  };
  beforeAll(() => {
    // The library judges the timestamp by the host's clock.
    intake.clock.now = new Date();
  });

  test('a signed mail is a report, once for its id', async () => {
    const mail = JSON.stringify({ from: '"Ann R." <ann@mail.example>', subject: 'XSS', text: 'in /search' });
    const first = await deliver(mail, { 'webhook-id': 'msg_a' });
    expect(first.statusCode).toBe(201);
    expect((await readReport(intake.pool, first.json().id))!.content).toEqual({
      text: 'Subject: XSS\n\nin /search',
      email: 'ann@mail.example',
      name: 'Ann R.',
      credit: 'anonymous',
    });
    expect((await deliver(mail, { 'webhook-id': 'msg_a' })).json().id).toBe(first.json().id);
  });

  test('a forged or stale one is refused', async () => {
    const mail = JSON.stringify({ from: 'a@mail.example', text: 'x' });
    expect((await deliver(mail, { 'webhook-signature': 'v1,AAAA' })).statusCode).toBe(401);
    expect((await deliver(mail, { 'webhook-timestamp': '1000' })).statusCode).toBe(401);
    expect((await deliver('{"text":1}')).statusCode).toBe(422);
  });

  test('the sender is read as a mail program reads it, and by its one spelling', async () => {
    const senderOf = async (from: string) => {
      const answer = await deliver(JSON.stringify({ from, text: `from ${from}` }));
      return (await readReport(intake.pool, answer.json().id))!.content!.email;
    };
    expect(await senderOf('=?utf-8?Q?J=C3=B6?= <jo@Bücher.example.>')).toBe('jo@xn--bcher-kva.example');
    expect(await senderOf('a@mail.example, b@mail.example')).toBeUndefined();
    expect(await senderOf('ｎｏ-reply@mail.example')).toBeUndefined();
  });

  test('mails, which have no network, ask five strangers of one domain and twenty in all in a day', async () => {
    const own = await startIntake({}, {}, PUBLIC);
    const T0 = Date.UTC(2026, 5, 2, 15, 0, 0);
    const DAY = 86_400_000;
    let n = 0;
    const ask = async (email: string, atMs = T0, erased = false) => {
      const reportId = `VR-20260602-${(++n).toString(16).padStart(8, '0')}`;
      const content = { text: `mail ${n}`, email, credit: 'anonymous' as const };
      const given = { reportId, receivedAt: new Date(T0), via: 'mail' as const, content, workflowInput: {} };
      await acceptReport(own.pool, { ...given, confirmBase: PUBLIC.publicUrl }, WIDE);
      const claimed = await claimReporterMail(own.pool, reportId, 'confirmation', new Date(atMs));
      if (erased) await eraseReport(own.pool, reportId, 'dpo', new Date(atMs));
      return claimed.email ?? claimed.outcome;
    };
    for (let i = 0; i < 5; i++) expect(await ask(`v${i}@one.example`, T0, i % 2 === 0)).toBe(`v${i}@one.example`);
    expect(await ask('v5@one.example')).toBe('limited');
    for (let i = 0; i < 15; i++) expect(await ask(`w@d${i}.example`, T0, i % 2 === 0)).toBe(`w@d${i}.example`);
    expect(await ask('w@d15.example', T0 + DAY - 1)).toBe('limited');
    // Whoever writes by the form has a network of their own, and mails take nothing from it.
    const { id } = (await own.json({ text: 'by form', email: 'v6@one.example' }, LOOPBACK)).json();
    expect((await claimReporterMail(own.pool, id, 'confirmation', new Date(T0))).email).toBe('v6@one.example');
    expect(await ask('w@d16.example', T0 + DAY)).toBe('w@d16.example');
    expect(await ask('v7@one.example', T0 + DAY)).toBe('v7@one.example');
  });

  test('robots are not answered, and a long mail is cut on a character', async () => {
    const bounce = await deliver(JSON.stringify({ from: 'MAILER-DAEMON@mail.example', text: 'not delivered' }));
    expect((await started(bounce.json().id)).reachable).toBe(false);
    const long = await deliver(JSON.stringify({ from: 'b@mail.example', text: '𝒳'.repeat(100_000) }));
    const { content } = (await readReport(intake.pool, long.json().id))!;
    expect(Buffer.byteLength(content!.text)).toBeLessThanOrEqual(MOST_TEXT_BYTES);
    expect(content!.text).toMatch(/^(𝒳)+\n\[cut here: the mail was longer\]$/u);
  });
});

test('erasing leaves the commitment, and nothing that could be guessed against', async () => {
  const given = { text: 'erase me', email: 'erase@reporter.example', name: 'E' };
  const { id } = (await intake.json(given)).json();
  const { rows } = await intake.pool.query(
    'SELECT salt, commitment FROM tocsin.vulnerability_reports WHERE report_id = $1',
    [id],
  );
  expect(rows[0].commitment).toBe(commitmentOf(rows[0].salt, { ...given, credit: 'anonymous' }));
  expect(await eraseReport(intake.pool, id, 'dpo', new Date())).toBe('erased');
  expect(await eraseReport(intake.pool, id, 'dpo', new Date())).toBe('before');
  expect(await eraseReport(intake.pool, 'VR-20260602-00000000', 'dpo', new Date())).toBe('unknown');
  const after = await intake.pool.query('SELECT * FROM tocsin.vulnerability_reports WHERE report_id = $1', [id]);
  expect(JSON.stringify(after.rows[0])).not.toMatch(/erase me|reporter\.example/);
  for (const column of ['salt', 'same_report', 'same_key', 'same_sender', 'origin'])
    expect(after.rows[0][column]).toBeNull();
  expect(after.rows[0].commitment).toBe(rows[0].commitment);
});

test('no log line holds a word of a report or an address', () => {
  expect(intake.logged.join('\n')).not.toMatch(/@|alert|finding|203\.0\.113/);
});
