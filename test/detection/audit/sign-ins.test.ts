/** The sign-ins of a log under watch go to the rules over them by themselves: each once, and none is left out. */
import { appendFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type pg from 'pg';
import { type AuditHead, EMPTY, entryLine, parseAuditEvent } from '../../../detection/audit/entry';
import { watchedLogs } from '../../../detection/audit/watched-logs';
import { LogWatcher } from '../../../detection/audit/watcher';
import { acceptWithin } from '../../../detection/intake/inbox/accept';
import { SessionConsumer } from '../../../detection/sessions/consumer';
import { authEventOf } from '../../../detection/sessions/from-audit';
import type { AuthEvent } from '../../../domain/sessions/auth-event';
import { createPool } from '../../../postgres/pool';
import { afterFile, createTestDatabase, temporaryDir } from '../../setup/helpers';
import { NOW, sight } from '../../unit/detection/sessions/fixtures';

const dir = temporaryDir('sign-ins');
let pool: pg.Pool;
let through: Awaited<ReturnType<typeof sight>>;
let logs = 0;

beforeAll(async () => {
  pool = createPool((await createTestDatabase()).url);
  afterFile(() => pool.end());
  through = await sight();
});

/** Chained lines: sign-ins of `anna`, and each third an entry of something else. */
function lines(count: number, head: AuditHead = EMPTY, minute = 0) {
  const list: string[] = [];
  for (let n = 0; n < count; n++) {
    const at = new Date(NOW.getTime() - 3_600_000 + (minute + n) * 1_000).toISOString();
    const action = n % 3 === 2 ? 'workspace.renamed' : 'login.failed';
    const event = parseAuditEvent({ at, actor: 'anna', action, ip: '198.51.100.1' });
    const made = entryLine(event, head);
    list.push(made.bytes.toString());
    head = made.head;
  }
  return { text: list.join(''), head, lines: list };
}

function watched(text: string, { switchedOn = true } = {}) {
  const name = `log-${++logs}`;
  const file = path.join(dir, `${name}.jsonl`);
  writeFileSync(file, text);
  const given: string[] = [];
  const failed: unknown[] = [];
  const away = { is: false };
  const consumer = new SessionConsumer({ pool, ...through, accept: acceptWithin, now: () => NOW });
  const rules = {
    logs: new Set(switchedOn ? [name] : ['another']),
    eventOf: (entry: unknown) => authEventOf(entry, through.policy),
    async consume(source: string, events: AuthEvent[]) {
      if (away.is) throw new Error('away');
      given.push(...events.map(({ eventId }) => eventId));
      await consumer.consume(source, events);
    },
    onFailed: (_log: string, error: unknown) => void failed.push(error),
  };
  const start = () => new LogWatcher(pool, watchedLogs(`${name}=${file}`), () => NOW, rules);
  let watcher = start();
  const kept = async () => {
    const { rows } = await pool.query('SELECT event_id FROM tocsin.auth_events WHERE source = $1', [name]);
    return rows.length;
  };
  return {
    name,
    file,
    given,
    failed,
    away,
    kept,
    look: () => watcher.look(name, undefined),
    restart: () => {
      watcher = start();
    },
  };
}

test('each sign-in once, as the log grows, and after a restart, which verifies it whole', async () => {
  const first = lines(9);
  const { file, given, look, kept, restart } = watched(first.text);
  expect(await look()).toMatchObject({ outcome: 'intact' });
  expect(given).toHaveLength(6);
  appendFileSync(file, lines(6, first.head, 9).text);
  expect(await look()).toMatchObject({ outcome: 'intact', whole: false });
  expect(given).toHaveLength(10);
  restart();
  expect(await look()).toMatchObject({ outcome: 'intact', whole: true });
  await look();
  expect(given).toHaveLength(10);
  expect(new Set(given).size).toBe(10);
  expect(await kept()).toBe(10);
});

test('what the rules find in it goes to triage', async () => {
  const { look, name } = watched(
    (() => {
      const failures = lines(24);
      const at = new Date(NOW.getTime() - 1_800_000 - 1_700_000).toISOString();
      const login = entryLine(
        parseAuditEvent({ at, actor: 'anna', action: 'login', ip: '198.51.100.1' }),
        failures.head,
      );
      return failures.text + login.bytes.toString();
    })(),
  );
  await look();
  const { rows } = await pool.query<{ payload: Buffer }>(`SELECT payload FROM tocsin.inbox WHERE source = 'sessions'`);
  const found = rows.map(({ payload }) => JSON.parse(payload.toString()));
  expect(found).toContainEqual(
    expect.objectContaining({ type: 'auth.brute-force', facts: expect.objectContaining({ reportedBy: name }) }),
  );
});

test('a log that is not named is verified and gives nothing', async () => {
  const { given, look } = watched(lines(6).text, { switchedOn: false });
  expect(await look()).toMatchObject({ outcome: 'intact' });
  expect(given).toEqual([]);
});

test('while they cannot be taken the log is verified all the same, and the next look gives what was missed', async () => {
  const first = lines(3);
  const { file, given, look, away, failed } = watched(first.text);
  await look();
  away.is = true;
  appendFileSync(file, lines(3, first.head, 3).text);
  expect(await look()).toMatchObject({ outcome: 'intact', head: { seq: 6 } });
  expect(failed).toHaveLength(1);
  expect(given).toHaveLength(2);
  away.is = false;
  expect(await look()).toMatchObject({ outcome: 'intact', head: { seq: 6 } });
  expect(given).toHaveLength(4);
  await look();
  expect(given).toHaveLength(4);
});

test('those in a file that was rotated away are taken too, and none twice', async () => {
  const first = lines(3);
  const { file, given, look } = watched(first.text);
  await look();
  const second = lines(3, first.head, 3);
  appendFileSync(file, second.text);
  renameSync(file, `${file}.1`);
  writeFileSync(file, lines(3, second.head, 6).text);
  expect(await look()).toMatchObject({ outcome: 'intact', head: { seq: 9 } });
  expect(new Set(given).size).toBe(6);
  expect(given).toHaveLength(6);
  rmSync(`${file}.1`);
});

test('of a damaged log what stands before the damage is taken, and nothing behind it', async () => {
  const all = lines(9);
  const bad = [...all.lines];
  bad[6] = bad[6]!.replace('anna', 'otto');
  const { look, kept } = watched(bad.join(''));
  expect(await look()).toMatchObject({ outcome: 'damaged' });
  expect(await kept()).toBe(4);
});
