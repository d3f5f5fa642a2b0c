// Several threads give the answer of one, whatever was altered: also the first bad entry, the line and the reason.
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { packageRoot } from '../../platform/package-root';
import { RegisterError } from '../../register/errors';
import { verifyFile } from '../../register/verifier/verify-file';
import { anExportedRegister } from './exports.helpers';

const worker = path.join(packageRoot(), 'dist', 'register', 'verifier', 'segment-worker.js');
let register: Awaited<ReturnType<typeof anExportedRegister>>;
const exports: Buffer[] = [];

beforeAll(async () => {
  register = await anExportedRegister(8);
  exports.push((await register.exported({ kind: 'log' })).bytes);
  exports.push((await register.exported({ kind: 'incident', incidentId: 'INC-a' }, { audience: 'customer' })).bytes);
  exports.push((await register.exported({ kind: 'incidents' }, { audience: 'authority' })).bytes);
});

async function answer(bytes: Uint8Array, threads: number, bytesOnly: boolean): Promise<unknown> {
  const file = path.join(register.dir, `threads-${threads}.jsonl`);
  writeFileSync(file, bytes);
  try {
    return await verifyFile(file, { ...register.trust, threads, bytesOnly, worker });
  } catch (error) {
    if (error instanceof RegisterError) return error.message;
    throw error;
  }
}

test.each([false, true])('sound exports (hashes only: %s) hold in any number of threads', async (bytesOnly) => {
  for (const bytes of exports) {
    const one = await answer(bytes, 1, bytesOnly);
    expect(one).toMatchObject({ ok: true });
    for (const threads of [2, 3, 7, 40]) expect(await answer(bytes, threads, bytesOnly)).toEqual(one);
  }
});

test('a header that announces fewer or more entries gets the same answer from several threads as from one', async () => {
  for (const by of [-1, 1]) {
    const altered = exports[0]!
      .toString('latin1')
      .replace(/"count":(\d+)/, (_, count: string) => `"count":${Number(count) + by}`);
    const one = await answer(Buffer.from(altered, 'latin1'), 1, false);
    expect(one).not.toMatchObject({ ok: true });
    expect(await answer(Buffer.from(altered, 'latin1'), 3, false)).toEqual(one);
  }
});

test('altered exports get the same answer from several threads as from one', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.nat(2),
      fc.array(
        fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.constantFrom('flip', 'drop', 'swap', 'repeat')),
        {
          minLength: 1,
          maxLength: 3,
        },
      ),
      fc.integer({ min: 2, max: 5 }),
      fc.boolean(),
      async (which, changes, threads, bytesOnly) => {
        let lines = exports[which]!.toString('latin1').split('\n');
        for (const [place, change] of changes) {
          const at = Math.min(lines.length - 2, Math.floor(place * (lines.length - 1)));
          const line = lines[at]!;
          if (change === 'flip') {
            const i = Math.floor(place * 7919) % line.length;
            lines[at] = line.slice(0, i) + String.fromCharCode(line.charCodeAt(i) ^ 1) + line.slice(i + 1);
          } else if (change === 'drop') lines.splice(at, 1);
          else if (change === 'repeat') lines.splice(at, 0, line);
          else [lines[at], lines[at + 1]] = [lines[at + 1]!, line];
          if (lines.length < 3) lines = exports[which]!.toString('latin1').split('\n');
        }
        const altered = Buffer.from(lines.join('\n'), 'latin1');
        expect(await answer(altered, threads, bytesOnly)).toEqual(await answer(altered, 1, bytesOnly));
      },
    ),
    { numRuns: 60 },
  );
});
