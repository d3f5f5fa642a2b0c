import { type Leaf, leafText } from '../../register/verifier/leaf';
import { LeafReader } from '../../register/verifier/leaf-reader';
import { checkOpenings, type Opening, openingsText } from '../../register/verifier/openings';

/** What is wrong with openings, held against a leaf as a verifier reads it. */
export function openingFault(leaf: Leaf, openings: readonly Opening[]): string | undefined {
  const reader = new LeafReader();
  const [bytes, open] = [Buffer.from(leafText(leaf)), Buffer.from(openingsText(openings))];
  reader.read(bytes, 0);
  return checkOpenings(reader, open, 0, open.length).fault;
}
