import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { loadDisclosures } from '../../policy/load-disclosure';
import { appendEntries } from '../../register/append/appender';
import type { ExportLog } from '../../register/bind-export';
import { type ExportOptions, exportRegister } from '../../register/export';
import { rotateKey } from '../../register/log/rotate-key';
import { createCosigner, parseNote, signatureLine } from '../../register/tree/note';
import type { ExportScope } from '../../register/verifier/export-header';
import { aLog } from './anchors.helpers';
import { anEvent } from './helpers';

export const disclosures = loadDisclosures();

/**
 * A register whose log has rotated its key and is cosigned by a witness, with two incidents of `entries` entries each.
 * `trust` is what an outsider has noted before: the first key, and the witness's.
 */
export async function anExportedRegister(entries = 3) {
  const register = await aLog();
  const { pool, log, settings, dir } = register;
  const key = log.verifierKey;
  const data = { text: 'clé exposée 🔑 "quoted"\nline two\u2028', count: 1e21, nested: { b: [1, -0, 0.1], a: null } };
  const isPersonal = disclosures.isPersonal.bind(disclosures);
  for (let seq = 1; seq <= entries; seq++) {
    await appendEntries(
      pool,
      [anEvent('INC-a', seq, { data, by: 'ada' }), anEvent('INC-b', seq, { commandId: `c-${seq}` })],
      isPersonal,
    );
  }
  await rotateKey({ log, pool, disclosures, keysFile: settings.keysFile }, { by: 'ops', reason: 'yearly' });
  const witness = createCosigner('witness.example.com/w', randomBytes(32), () => new Date());
  const cosigned: ExportLog = {
    store: log.store,
    rotations: log.rotations,
    async checkpointCovering(position, waitMs) {
      const note = await log.checkpointCovering(position, waitMs);
      return note + signatureLine(witness, witness.sign(parseNote(note).text));
    },
  };
  let files = 0;
  const exported = async (scope: ExportScope, over: Partial<ExportOptions> = {}) => {
    const file = path.join(dir, `export-${++files}.jsonl`);
    const options = { scope, audience: 'internal', disclosures, by: 'ada', log: cosigned, ...over } as const;
    const written = await exportRegister(pool, file, options);
    return { file, bytes: readFileSync(file), ...written };
  };
  return { ...register, exported, cosigned, trust: { key, witnesses: [witness.verifierKey] } };
}
