// What an export and a proof show, what they record of themselves, and that they verify whoever reads them.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { NothingToExportError } from '../../register/errors';
import { positionOf } from '../../register/export-scope';
import { proveConsistency } from '../../register/log/prove-consistency';
import { rotateKey } from '../../register/log/rotate-key';
import { proveEntry, tlogProof } from '../../register/prove';
import { readIncidentEvents } from '../../register/read-incident';
import { parseCheckpoint } from '../../register/tree/checkpoint';
import { verifyInclusion } from '../../register/tree/merkle';
import { parseNote } from '../../register/tree/note';
import { leafHash } from '../../register/verifier/leaf';
import { openRotation } from '../../register/verifier/log-keys';
import { verifyExport } from '../../register/verifier/verify-export';
import { anExportedRegister, disclosures } from './exports.helpers';
import { tamper } from './helpers';

let register: Awaited<ReturnType<typeof anExportedRegister>>;
beforeAll(async () => {
  register = await anExportedRegister();
});

async function* once(bytes: Uint8Array) {
  yield bytes;
}

test('an export is recorded in the register with the SHA-256 of its bytes, for whom and why', async () => {
  const over = { audience: 'authority', reason: 'Art. 33(5)', recipient: 'dpc', by: 'ada' } as const;
  const { bytes, digest, recordedAt } = await register.exported({ kind: 'incident', incidentId: 'INC-a' }, over);
  const text = bytes.toString('utf8');
  const covered = text.slice(0, text.indexOf('{"binding":'));
  expect(createHash('sha256').update(covered).digest('hex')).toBe(digest);
  const own = await readIncidentEvents(register.pool, 'REGISTER');
  expect(own.at(-1)).toMatchObject({
    kind: 'register-exported',
    by: 'ada',
    data: {
      file: digest,
      format: 'json',
      audience: 'authority',
      count: 3,
      scope: { kind: 'incident', incidentId: 'INC-a' },
      reason: 'Art. 33(5)',
      recipient: 'dpc',
    },
  });
  expect(await verifyExport(once(bytes), register.trust)).toMatchObject({ ok: true, recordedAt, anchored: 3 });
});

test('another form is recorded likewise, with the SHA-256 of the whole file', async () => {
  const write = async () => Buffer.from('a form');
  const { bytes, digest } = await register.exported({ kind: 'log' }, { format: 'csv', write });
  expect(bytes.toString()).toBe('a form');
  expect(createHash('sha256').update(bytes).digest('hex')).toBe(digest);
  const own = await readIncidentEvents(register.pool, 'REGISTER');
  expect(own.at(-1)!.data).toMatchObject({ format: 'csv', file: digest });
});

test.each(['authority', 'customer'] as const)(
  'what %s may not see is not in the file, and it verifies',
  async (audience) => {
    const { bytes } = await register.exported({ kind: 'log' }, { audience });
    const held = await verifyExport(once(bytes), register.trust);
    expect(held).toMatchObject({ ok: true, audience });
    expect(held.withheld).toBeGreaterThan(0);
    const open = bytes
      .toString('utf8')
      .split('\n')
      .slice(1, -1)
      .map((line) => JSON.parse(line).open ?? {});
    const isShown = open.some((each) => '/by' in each);
    expect(isShown).toBe(audience === 'authority');
  },
);

test('incidents between two times are exported each with its chain and its proof', async () => {
  const { bytes, count } = await register.exported({
    kind: 'incidents',
    from: '2026-04-01T00:00:00.000Z',
    to: '2026-05-01T00:00:00.000Z',
  });
  expect(count).toBe(6);
  expect(await verifyExport(once(bytes), register.trust)).toMatchObject({
    ok: true,
    entries: 6,
    incidents: 2,
    anchored: 6,
  });
  const none = await register.exported({ kind: 'incidents', from: '2027-01-01T00:00:00.000Z' });
  expect(none.count).toBe(0);
  expect(await verifyExport(once(none.bytes), register.trust)).toMatchObject({ ok: true, entries: 0 });
});

test('a proof in the form of C2SP tlog-proof shows the leaf in the tree of its checkpoint', async () => {
  const position = await positionOf(register.pool, 'INC-b', 2);
  const proof = await tlogProof(register.pool, register.log, position);
  const [head, checkpoint] = [proof.slice(0, proof.indexOf('\n\n')), proof.slice(proof.indexOf('\n\n') + 2)];
  const [version, extra, index, ...hashes] = head.split('\n');
  expect([version, index]).toEqual(['c2sp.org/tlog-proof@v1', `index ${position - 1}`]);
  const { size, root } = parseCheckpoint(parseNote(checkpoint).text);
  const leaf = Buffer.from(leafHash(Buffer.from(extra!.slice('extra '.length), 'base64')), 'hex');
  const path_ = hashes.map((each) => Buffer.from(each, 'base64'));
  expect(verifyInclusion({ leaf, index: position - 1, size, root }, path_)).toBe(true);
});

test('what is not there cannot be proved, and leaves neither a file nor a record', async () => {
  const before = (await readIncidentEvents(register.pool, 'REGISTER')).length;
  const file = path.join(register.dir, 'nothing.jsonl');
  const options = { audience: 'internal', disclosures, by: 'ada', log: register.cosigned } as const;
  await expect(proveEntry(register.pool, file, 9999, options)).rejects.toThrow(NothingToExportError);
  await expect(positionOf(register.pool, 'INC-b', 99)).rejects.toThrow('has no entry 99');
  expect(readdirSync(register.dir).filter((name) => name.startsWith('nothing'))).toEqual([]);
  expect(await readIncidentEvents(register.pool, 'REGISTER')).toHaveLength(before);
});

test('an export made before a rotation verifies with the new key, the rotations, and the proof that the last one continues it', async () => {
  const other = await anExportedRegister(2);
  const { bytes } = await other.exported({ kind: 'log' }, { log: other.log });
  const { pool, log, settings } = other;
  await rotateKey({ log, pool, disclosures, keysFile: settings.keysFile }, { by: 'ops', reason: 'lost' });
  const [key, rotations] = [log.verifierKey, log.rotations];
  expect(openRotation(rotations.at(-1)!).newKey).toBe(key);
  expect(await verifyExport(once(bytes), { key })).toMatchObject({ ok: false, firstBad: { part: 'binding' } });
  expect(await verifyExport(once(bytes), { key, rotations })).toMatchObject({
    ok: false,
    firstBad: { reason: expect.stringContaining('A consistency proof is needed (--rotation-proof)') },
  });
  const { size } = openRotation(rotations.at(-1)!);
  const { proof: rotationProof } = await proveConsistency(log, { size: size - 1 }, { size });
  expect(await verifyExport(once(bytes), { key, rotations, rotationProof })).toMatchObject({ ok: true });
});

test('a register that was rolled back goes out unsigned, as evidence; nothing of it is proved', async () => {
  const other = await anExportedRegister(2);
  await tamper(other.url, 'DELETE FROM tocsin.register_entries WHERE position = 5');
  const { bytes, unsigned } = await other.exported({ kind: 'log' }, { log: other.log });
  expect(unsigned).toBeDefined();
  expect(await verifyExport(once(bytes), other.trust)).toMatchObject({ ok: false });
  const file = path.join(other.dir, 'unproved.jsonl');
  const options = { audience: 'internal', disclosures, by: 'ada', log: other.log } as const;
  await expect(proveEntry(other.pool, file, 2, options)).rejects.toThrow();
  expect(() => readFileSync(file)).toThrow('ENOENT');
});
