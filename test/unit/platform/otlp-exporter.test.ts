import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createExporter } from '../../../platform/tracing/otlp-exporter';
import { newSpanId, placeOfCase } from '../../../platform/tracing/span';
import { until } from '../../setup/until';

let answers: Array<number | { rejectedSpans: string }> = [];
let silent = false;
let posted: number[] = [];
let receiver: Server;
const told: object[] = [];
const log = { info() {}, warn: (fields: object) => void told.push(fields), error() {} };

beforeAll(async () => {
  receiver = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => {
      posted.push(JSON.parse(body).resourceSpans[0].scopeSpans[0].spans.length);
      if (silent) return;
      const answer = answers.shift() ?? 200;
      const partialSuccess = typeof answer === 'object' ? answer : undefined;
      response.writeHead(typeof answer === 'number' ? answer : 200).end(JSON.stringify({ partialSuccess }));
    });
  });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
});
afterAll(() => {
  receiver.closeAllConnections();
  receiver.close();
});
beforeEach(() => {
  answers = [];
  silent = false;
  posted = [];
  told.splice(0);
});

const exporter = (everyMs = 3_600_000) =>
  createExporter(
    {
      url: `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/v1/traces`,
      headers: {},
      resource: { 'service.name': 'a test' },
      version: '0',
      log,
    },
    everyMs,
  );
const span = () => ({
  ...placeOfCase('INC-1'),
  spanId: newSpanId(),
  name: 'activity append',
  kind: 'internal' as const,
  startMs: 1,
  endMs: 2,
  attributes: {},
  failed: false,
});

test('what waits is posted in batches, and at the end', async () => {
  const to = exporter();
  for (let n = 0; n < 600; n++) to.add(span());
  await to.stop();
  expect([posted, told]).toEqual([[512, 88], []]);
});

test('a receiver that refuses for good is told once, and asked for the same no more', async () => {
  answers = [400];
  const to = exporter();
  to.add(span());
  await to.stop();
  await to.stop();
  expect([posted, told]).toEqual([[1], [{ status: 400, lost: 1 }]]);
});

test('what a receiver cannot take now is kept for the next time', async () => {
  answers = [503];
  const to = exporter(20);
  to.add(span());
  await until('spans are posted', () => posted.length === 2);
  await to.stop();
  expect([posted, told]).toEqual([[1, 1], [{ status: 503, lost: 0 }]]);
});

test('what was lost after the last warning is told at the end, though the receiver takes more by then', async () => {
  answers = [400, 400, 200];
  const to = exporter(20);
  for (const n of [1, 2, 3]) {
    to.add(span());
    await until('spans are posted', () => posted.length === n);
  }
  await to.stop();
  expect(told).toEqual([{ status: 400, lost: 1 }, { lost: 1 }]);
});

test('what still waits at the end is told as lost, and one limit holds for all of the end', async () => {
  silent = true;
  const to = exporter(20);
  for (let n = 0; n < 600; n++) to.add(span());
  await until('spans are posted', () => posted.length === 1);
  await to.stop();
  // The batch that nobody answers is given up; the other, which would have a limit of its own, is not begun.
  expect(posted).toHaveLength(1);
  expect(told).toEqual([{ code: 'TimeoutError', lost: 0 }, { lost: 600 }]);
});

test('spans that a receiver says it rejected are counted, and not sent again', async () => {
  answers = [{ rejectedSpans: '2' }];
  const to = exporter();
  for (let n = 0; n < 3; n++) to.add(span());
  await to.stop();
  expect([posted, told]).toEqual([[3], [{ code: 'rejected', lost: 2 }]]);
});

test('of more than it keeps the oldest are dropped, and counted', () => {
  const to = exporter();
  for (let n = 0; n < 4_097; n++) to.add(span());
  expect(told).toEqual([{ code: 'too many', lost: 1 }]);
});

test('the trace of a case follows from its id', () => {
  expect(placeOfCase('INC-1')).toEqual(placeOfCase('INC-1'));
  expect(placeOfCase('INC-1').traceId).toMatch(/^[0-9a-f]{32}$/);
  expect(placeOfCase('INC-1').spanId).toMatch(/^[0-9a-f]{16}$/);
  expect(placeOfCase('INC-2').traceId).not.toBe(placeOfCase('INC-1').traceId);
});
