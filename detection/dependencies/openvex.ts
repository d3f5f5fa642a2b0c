/** Reads OpenVEX 0.2, and the form of 0.0 (github.com/openvex/spec), in JSON. */
import { asObject, cut, own, ownText } from './component-list';
import { parsePurl } from './purl';
import type { VexStatus } from './vex';
import { type About, eachOf, type Frame, listOf, takeAll, VexError } from './vex-statements';

const STATUSES: readonly string[] = ['not_affected', 'fixed', 'affected', 'under_investigation'];
/** Package URLs of what is no package of an ecosystem, and may be a product: an image, a repository. */
const PRODUCT = /^pkg:(?:oci|docker|generic|github|gitlab|bitbucket)\//i;

type Json = Record<string, unknown>;

/** Answers whether nothing was lost that may say that something is affected. */
export function readOpenVex(document: Json, given: Omit<Frame, 'author'>, faults: string[]): boolean {
  const author = ownText(document, 'author');
  const frame = { ...given, author: author && cut(author, 120) };
  return eachOf(own(document, 'statements'), 'statements', faults, (statement) => {
    const ids = idsOf(own(statement, 'vulnerability'));
    const written = own(statement, 'status');
    const isKnown = STATUSES.includes(written as string);
    const products = listOf(own(statement, 'products'));
    const about = products.flatMap(aboutOf);
    if (products.length === 0) about.push(unread('products: are missing'));
    // A statement without a time of its own has that of its document. Later changes of the document may be those of others.
    const times = [own(statement, 'last_updated'), own(statement, 'timestamp')];
    const [at, ...others] = times.filter((each) => each !== undefined);
    takeAll(
      frame,
      about.map((each) => ({
        ...each,
        ids,
        status: isKnown ? (written as VexStatus) : 'under_investigation',
        reason: [ownText(statement, 'justification'), ownText(statement, 'impact_statement', 5_000)],
        unread: isKnown ? each.unread : 'status: is none of VEX',
        at: at ?? own(document, 'timestamp'),
        atLatest: at === undefined ? [own(document, 'last_updated'), own(document, 'timestamp')] : [at, ...others],
      })),
    );
  });
}

/** Of a product with subcomponents these are meant, as parts of it. */
function aboutOf(product: unknown): About[] {
  const parts = own(asObject(product) ?? {}, 'subcomponents') ?? [];
  if (!Array.isArray(parts)) return [unread('subcomponents: is not a list')];
  if (parts.length === 0) return [named(product, false)];
  return parts.map((part) => ({ ...named(part, true), whole: true }));
}

/** A product that is no package is about one inventory, whichever way it is named. */
function named(raw: unknown, isPart: boolean): About {
  const object = asObject(raw);
  const text = object ? (own(asObject(own(object, 'identifiers')) ?? {}, 'purl') ?? own(object, '@id')) : raw;
  if (typeof text !== 'string' || text === '') return unread('a product has neither a package URL nor an @id');
  const purl = parsePurl(text);
  if (purl) {
    const about: About = { packages: [purl], whole: false, versioned: purl.version !== undefined };
    return purl.versionUnread ? { ...about, unread: `${cut(text, 100)}: its version cannot be read` } : about;
  }
  if (isPart) return unread(`subcomponents: ${cut(text, 100)} is not a package URL of a known kind`);
  if (PRODUCT.test(text))
    return { packages: undefined, whole: true, versioned: text.lastIndexOf('@') > text.lastIndexOf('/') };
  if (/^(?:pkg|cpe):/i.test(text)) return unread(`products: ${cut(text, 100)} is not a package URL of a known kind`);
  return { packages: undefined, whole: true, versioned: true };
}

function unread(what: string): About {
  return { packages: undefined, whole: true, versioned: false, unread: what };
}

function idsOf(vulnerability: unknown): string[] {
  const object = asObject(vulnerability);
  const given = object ? [own(object, 'name'), ...listOf(own(object, 'aliases'))] : [vulnerability];
  const ids = given.filter((id): id is string => typeof id === 'string' && id !== '');
  if (ids.length === 0) throw new VexError('vulnerability: has no name');
  return ids;
}
