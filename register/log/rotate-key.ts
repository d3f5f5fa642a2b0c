/** Rotates the log's signing key: recorded in the register, attested by both keys, followed by whoever trusts either. */
import type { Pool } from 'pg';
import type { Disclosures } from '../../domain/policy/disclosure';
import { recordOwnEntry } from '../own-entries';
import { openRotation, type Rotation, signRotation } from '../verifier/log-keys';
import { prepareNextKey, takeNextKey } from './key-file';
import type { RegisterLog } from './open-log';

/**
 * The entry that records the rotation comes first, so that the old key's last tree holds it; then the new key takes over
 * and signs the same tree. Broken off at any point, a repetition goes on with the same new key, and may record it twice.
 *
 * @throws what `RegisterLog.sign` throws: while the register is not what was signed, its key is not rotated either.
 */
export async function rotateKey(
  deps: { log: RegisterLog; pool: Pool; disclosures: Disclosures; keysFile: string },
  { by, reason }: { by: string; reason: string },
): Promise<Rotation> {
  const { log, pool, disclosures, keysFile } = deps;
  return log.asSigner(async (keys, sign) => {
    await sign(keys);
    const { signer, nextSigner } = await prepareNextKey(keysFile);
    const data = { oldKey: signer.verifierKey, newKey: nextSigner!.verifierKey, reason };
    await recordOwnEntry(pool, disclosures, { kind: 'signing-key-rotated', data, by });
    const { size, root } = await sign(keys);
    const rotation = signRotation(size, root, signer, nextSigner!);
    await sign(await takeNextKey(keysFile, rotation));
    return openRotation(rotation);
  });
}
