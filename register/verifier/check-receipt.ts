/** Whether an export is what the register recorded, and stands in the tree that was signed. */
import { verifyInclusion } from '../tree/merkle';
import { BindingError, EXPORTED, type ExportReceipt, REGISTER_STREAM } from './binding';
import { ChainVerifier } from './chain';
import { parseOpenings } from './openings';
import type { Signing } from './signing';

/** Whether the leaf with this hash stands at this position of the tree that was signed. */
export function isInTree(signing: Signing, position: number, hash: string, proof: readonly Uint8Array[]): boolean {
  const { size } = signing;
  const root = Buffer.from(signing.root, 'base64');
  return verifyInclusion({ leaf: Buffer.from(hash, 'hex'), index: position - 1, size, root }, proof);
}

/**
 * Whether the register recorded an export with these bytes. Said before any signature is looked at, as it is found by
 * nearly every alteration.
 *
 * @param digest SHA-256 of all bytes before the binding, in hex.
 * @throws BindingError.
 */
export function checkDigest({ open }: ExportReceipt, digest: string): void {
  const openings = parseOpenings(open);
  const [file] = openings;
  if (openings.length !== 1 || file?.pointer !== '/data/file') {
    throw new BindingError('the entry that recorded the export must open the field /data/file, and no other');
  }
  if (file.text !== `"${digest}"`) {
    throw new BindingError(
      'the register recorded an export with other bytes: the header was altered, fields were taken out of entries, ' +
        'or the binding is that of another export',
    );
  }
}

/** Checks that the entry that recorded the export is one, behind position `after`, in the signed tree. @throws BindingError. */
export function checkReceipt(receipt: ExportReceipt, signing: Signing, after: number): void {
  const { position, hash, leaf, open, proof } = receipt;
  const verifier = new ChainVerifier({ severalIncidents: true, startsAnywhere: true });
  const bad = verifier.next({ position, hash, leaf, openings: open, isText: true });
  if (bad !== undefined) throw new BindingError(`the entry that recorded the export does not hold: ${bad.reason}`);
  const { incidentId, kind } = verifier.leaf!;
  if (incidentId !== REGISTER_STREAM || kind !== EXPORTED) {
    throw new BindingError('the entry in it does not record an export');
  }
  if (position <= after) throw new BindingError('the entry that recorded the export stands before its last entry');
  const hashes = proof.map((text) => Buffer.from(text, 'base64'));
  if (!isInTree(signing, position, hash, hashes)) {
    throw new BindingError('the entry that recorded the export is not in the tree that was signed');
  }
}
