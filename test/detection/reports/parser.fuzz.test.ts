// The parser of reports against 150,000 hostile bodies, and the whole server against a sample of them: no crash, no 5xx.
import fc from 'fast-check';
import { quoted, visible, visibleLine } from '../../../cli/rendering/hostile-text';
import { Output } from '../../../cli/rendering/output';
import { refusalPage } from '../../../detection/reports/pages';
import { MOST_TEXT_BYTES, type Parsed, parseMail, parseReport } from '../../../detection/reports/parse-report';
import { inputs } from '../../setup/inputs';
import { startIntake } from './helpers';

const RUNS = inputs(25_000);
const names = fc.constantFrom(
  'text',
  'email',
  'name',
  'credit',
  'leave_empty',
  '__proto__',
  'constructor',
  'from',
  'subject',
  '',
);
const hostile = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 80 }),
  fc.string({ unit: 'grapheme', maxLength: 80 }),
  fc.constantFrom(
    '<script>alert(1)</script>',
    '"><img src=x onerror=alert(1)>',
    '\u202e\u2066\u0000\u001b[2J\ud800',
    "'; DROP TABLE reports;--",
    '{{7*7}}',
    'a@b.example\r\nBcc: c@d.example',
    '%00%ff%c0%80',
    '\u{e0041}\u{e0042}',
  ),
);
const json = fc.oneof(
  fc.dictionary(names, fc.oneof(hostile, fc.jsonValue())).map((value) => JSON.stringify(value)),
  fc.json(),
  hostile,
);
const form = fc.oneof(
  fc
    .array(fc.tuple(names, hostile))
    .map((pairs) =>
      pairs.map(([name, value]) => `${name}=${encodeURIComponent(value.replace(/\p{Surrogate}/gu, ''))}`).join('&'),
    ),
  fc
    .array(fc.constantFrom('%', '=', '&', '+', 'text', 'email', '%f', '%ff', '%00', ';', '\u0000', '?'))
    .map((parts) => parts.join('')),
  hostile,
);
const bytes = fc.uint8Array({ maxLength: 150 });
const body = (text: fc.Arbitrary<string>) =>
  fc.oneof(
    { weight: 4, arbitrary: text.map((t) => Buffer.from(t)) },
    { weight: 1, arbitrary: bytes.map((b) => Buffer.from(b)) },
  );

/** What every outcome must be: a report within its bounds that Postgres can hold, or a refusal with a reason. */
function expectBounded(parsed: Parsed): void {
  if (!parsed.ok) {
    if (![400, 413, 422].includes(parsed.status) || parsed.problems.length === 0 || parsed.problems.length > 20)
      throw new Error('no refusal');
    for (const problem of parsed.problems) if (problem.length > 1000) throw new Error('unbounded');
    return;
  }
  const { text, email, name, credit } = parsed.content;
  if (text.trim() === '' || Buffer.byteLength(text) > MOST_TEXT_BYTES || /[\0\p{Surrogate}]/u.test(text))
    throw new Error('text');
  if (email !== undefined && !/^[^\s@]{1,64}@[^\s@]{1,253}$/.test(email)) throw new Error('email');
  if (name !== undefined && (name.length > 200 || /\p{Cc}/u.test(name))) throw new Error('name');
  if (credit !== 'named' && credit !== 'anonymous') throw new Error('credit');
}

test('JSON and form bodies', () => {
  fc.assert(
    fc.property(body(json), (raw) => expectBounded(parseReport(raw, 'json'))),
    { numRuns: 2 * RUNS },
  );
  fc.assert(
    fc.property(body(form), (raw) => expectBounded(parseReport(raw, 'form'))),
    { numRuns: 2 * RUNS },
  );
});

test('mails', () => {
  const mail = fc
    .record({ from: hostile, subject: fc.option(hostile, { nil: undefined }), text: hostile })
    .map((value) => JSON.stringify(value));
  fc.assert(
    fc.property(body(fc.oneof(mail, json)), (raw) => expectBounded(parseMail(raw))),
    { numRuns: 2 * RUNS },
  );
});

test('what a terminal and a page get of it is inert', () => {
  fc.assert(
    fc.property(hostile, (text) => {
      for (const line of [...quoted(text, 80), visibleLine(text), ...visible(text).split('\n')]) {
        if (/[\p{Cc}\p{Cf}\p{Cs}]/u.test(line)) throw new Error('a terminal would act on it');
      }
      for (const line of quoted(text, 80)) if (!line.startsWith('│')) throw new Error('it passes for our own words');
      const page = refusalPage(
        { organisation: 'x', contact: 'a@b.example', businessDays: 2 },
        'Title',
        'Detail',
        `x${text}`,
      );
      const typed = /readonly>\n([\s\S]*)<\/textarea>/.exec(page)![1]!;
      if (/[<>"']/.test(typed)) throw new Error('it would be markup');
      const written: string[] = [];
      new Output({ write: (chunk) => written.push(chunk) }, {}).json({ text });
      if (JSON.parse(written.join('')).text !== text) throw new Error('JSON lost a character');
      if (/[\p{Cf}\u007f-\u009f]|(?!\n)\p{Cc}/u.test(written.join(''))) throw new Error('JSON would act on a terminal');
    }),
    { numRuns: RUNS },
  );
});

test('the server answers them, none with 5xx, and stays within its bounds', async () => {
  const intake = await startIntake({}, { open: 50 });
  const types = [
    'application/json',
    'application/x-www-form-urlencoded',
    'text/plain',
    'application/json; charset=utf-8',
    '',
    'multipart/form-data',
  ];
  await fc.assert(
    fc.asyncProperty(
      body(fc.oneof(json, form)),
      fc.constantFrom(...types),
      fc.constantFrom('text/html', '*/*'),
      async (payload, type, accept) => {
        const answer = await intake.app.inject({
          method: 'POST',
          url: '/security/report',
          headers: { ...(type && { 'content-type': type }), accept },
          payload,
        });
        expect(answer.statusCode).toBeLessThan(500);
        expect(answer.headers['content-type']).toMatch(/^(text\/html|application\/(problem\+)?json)/);
      },
    ),
    { numRuns: inputs(3_000) },
  );
  expect(await intake.count()).toBeLessThanOrEqual(50);
});
