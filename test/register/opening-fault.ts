import { type Leaf, leafText } from '../../register/verifier/leaf';
import { LeafReader } from '../../register/verifier/leaf-reader';
import { checkOpenings, type Opening, openingsText } from '../../register/verifier/openings';
import { Viewed } from '../../register/verifier/words';

/** What is wrong with openings, held against a leaf as a verifier reads it. */
export function openingFault(leaf: Leaf, openings: readonly Opening[]): string | undefined {
  const reader = new LeafReader();
  const bytes = Buffer.from(leafText(leaf) + openingsText(openings));
  return checkOpenings(reader, reader.read(new Viewed(bytes), 0), bytes.length).fault;
}
