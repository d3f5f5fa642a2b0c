// A witness cosigns one history only: what it has cosigned is published, and a rollback or a split view is refused by it.
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { createWitnessAnchor, lastCosigned } from '../../register/anchors/witness-anchor';
import { appendEntries } from '../../register/append/appender';
import { openLog, publishedCheckpoint } from '../../register/log/open-log';
import { openCheckpoint } from '../../register/tree/checkpoint';
import { createCosigner, parseVerifierKey, signNote } from '../../register/tree/note';
import { afterFile } from '../setup/helpers';
import { aLog, aMemory, aWitness } from './anchors.helpers';
import { eventsOf, forgetSigner, tamper } from './helpers';

test('cosignatures are verified, stored, and published with the checkpoint', async () => {
  const register = await aLog(300);
  const { log } = register;
  const [one, two] = [await aWitness(register, 'one.example.com'), await aWitness(register, 'two.example.com')];
  const first = await log.sign();
  expect(await one.anchor.put(first.note)).toBe('taken');
  expect(await two.anchor.put(first.note)).toBe('taken');
  expect(await one.anchor.put(first.note)).toBe('present');
  await appendEntries(register.pool, eventsOf('INC-2', 500));
  const { note } = await log.sign();
  await one.anchor.put(note);
  await two.anchor.put(note);

  const witnesses = [one, two].map(({ verifier }) => verifier);
  const opened = openCheckpoint((await publishedCheckpoint(log))!, parseVerifierKey(log.verifierKey), witnesses);
  expect(opened.size).toBe(800);
  expect(opened.cosignedBy.map(({ name }) => name)).toEqual(['one.example.com', 'two.example.com']);
  expect((await lastCosigned(register.witnessDir, one.witness))!.size).toBe(800);
  // Signing the same tree again does not take the cosignatures away.
  await log.sign();
  expect(await publishedCheckpoint(log)).toBe(opened.note);
});

test('the proof goes on from the size that the witness knows, also when it was forgotten here or there', async () => {
  const register = await aLog(3);
  const { server, anchor } = await aWitness(register);
  await anchor.put((await register.log.sign()).note);
  await appendEntries(register.pool, eventsOf('INC-2', 7));
  rmSync(register.witnessDir, { recursive: true });
  expect(await anchor.put((await register.log.sign()).note)).toBe('taken');
  await appendEntries(register.pool, eventsOf('INC-3', 7));
  server.seen.clear();
  expect(await anchor.put((await register.log.sign()).note)).toBe('taken');
  expect(server.seen.get(register.log.origin)!.size).toBe(17);
});

test('a rollback of the whole machine, the signer\u2019s memory included, is refused by the witness', async () => {
  const register = await aLog(10);
  const { anchor, server } = await aWitness(register);
  await anchor.put((await register.log.sign()).note);
  await tamper(register.url, 'DELETE FROM tocsin.register_entries WHERE position > 8');
  for (const forgotten of [register.settings.stateFile, register.settings.dir, register.witnessDir]) {
    rmSync(forgotten, { recursive: true });
  }
  await forgetSigner(register.url);
  await expect(anchor.put((await register.log.sign()).note)).rejects.toThrow(
    'has cosigned 10 entries of ' + register.log.origin + ', and was now shown 8: the log was rolled back',
  );
  // Written anew until it is longer than before: the witness knows the other past.
  await appendEntries(register.pool, eventsOf('INC-9', 5));
  await expect(anchor.put((await register.log.sign()).note)).rejects.toThrow('the past was changed');
  expect(server.seen.get(register.log.origin)!.size).toBe(10);
});

test('a split view, two trees of one size, is refused by the witness', async () => {
  const [register, other] = [await aLog(6), await aLog(4)];
  const { anchor, witness } = await aWitness(register);
  await anchor.put((await register.log.sign()).note);
  await appendEntries(other.pool, eventsOf('INC-7', 2));
  await forgetSigner(other.url);
  const twin = await openLog(other.pool, { ...other.settings, keysFile: register.settings.keysFile });
  const toTwin = createWitnessAnchor(witness, twin, other.witnessDir, aMemory());
  const { note } = await twin.sign();
  expect(openCheckpoint(note, parseVerifierKey(register.log.verifierKey)).size).toBe(6);
  await expect(toTwin.put(note)).rejects.toThrow('two views of one log were shown');
});

test('a witness that has lost its memory together with the log is not believed', async () => {
  const register = await aLog(10);
  const { anchor, server } = await aWitness(register);
  await anchor.put((await register.log.sign()).note);
  await tamper(register.url, 'DELETE FROM tocsin.register_entries WHERE position > 8');
  for (const forgotten of [register.settings.stateFile, register.settings.dir]) rmSync(forgotten, { recursive: true });
  await forgetSigner(register.url);
  server.seen.clear();
  await expect(anchor.put((await register.log.sign()).note)).rejects.toThrow('and the witness with it');
});

test.each([
  [404, 'does not know the log'],
  [403, 'does not trust the key'],
  [400, 'answered 400'],
  [429, 'answered 429'],
  [500, 'answered 500'],
])('a witness that answers %i is tried again later, and the reason is told', async (status, reason) => {
  const register = await aLog(1);
  const { anchor, server } = await aWitness(register);
  server.failWith(status);
  const { note } = await register.log.sign();
  await expect(anchor.put(note)).rejects.toMatchObject({
    code: 'register-anchor',
    message: expect.stringContaining(reason),
  });
  server.failWith(undefined);
  expect(await anchor.put(note)).toBe('taken');
});

test('the real answers for an unknown log and for an untrusted key are told apart', async () => {
  const [register, other] = [await aLog(1), await aLog(1)];
  const { witness } = await aWitness(other);
  const { note } = await register.log.sign();
  await expect(createWitnessAnchor(witness, register.log, register.witnessDir, aMemory()).put(note)).rejects.toThrow(
    'does not know the log',
  );
  await forgetSigner(register.url);
  const impostor = await openLog(register.pool, {
    ...register.settings,
    keysFile: path.join(register.dir, 'impostor.json'),
    stateFile: path.join(register.dir, 'impostor-state.json'),
    dir: path.join(register.dir, 'impostor'),
    origin: other.log.origin,
  });
  const refused = createWitnessAnchor(witness, impostor, register.witnessDir, aMemory()).put(
    (await impostor.sign()).note,
  );
  await expect(refused).rejects.toThrow('does not trust the key');
});

test('an answer without a cosignature of the witness that holds is not taken', async () => {
  const register = await aLog(1);
  const { witness, verifier } = await aWitness(register);
  const { note } = await register.log.sign();
  const text = note.slice(0, note.indexOf('\n\n') + 1);
  const stranger = createCosigner(verifier.name, Buffer.alloc(32, 1), () => new Date());
  const signatures = signNote(text, [stranger]).slice(text.length + 1);
  for (const body of [signatures, '', 'no line of a signature\n', note, 'x'.repeat(1_000_000)]) {
    const server = createServer((_request, response) => response.end(body));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    afterFile(() => void server.close());
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const anchor = createWitnessAnchor({ ...witness, url }, register.log, register.witnessDir, aMemory());
    await expect(anchor.put(note)).rejects.toThrow('without a cosignature of its own that holds');
  }
  expect(await publishedCheckpoint(register.log)).toBe(note);
});

test('a witness that cannot be reached, or whose kept state is damaged, is told', async () => {
  const register = await aLog(1);
  const { anchor, server, witness } = await aWitness(register);
  const { note } = await register.log.sign();
  await server.stop();
  await expect(anchor.put(note)).rejects.toThrow('cannot be reached (ECONNREFUSED)');
  const again = await aWitness(register);
  await again.anchor.put(note);
  expect(await lastCosigned(register.witnessDir, witness)).toBeUndefined();
  const [file] = await import('node:fs/promises').then(({ readdir }) => readdir(register.witnessDir));
  writeFileSync(
    path.join(register.witnessDir, file!),
    readFileSync(path.join(register.witnessDir, file!), 'utf8').slice(9),
  );
  await expect(again.anchor.put(note)).rejects.toThrow('is damaged: remove it');
});
