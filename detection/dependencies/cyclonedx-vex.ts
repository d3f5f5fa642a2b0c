/** Reads the `vulnerabilities` of CycloneDX 1.4 to 1.7 in JSON that somebody has analysed. */
import { asObject, cut, own, ownText } from './component-list';
import { decode, type Purl, parsePurl } from './purl';
import { excuses, type VexStatus } from './vex';
import { type About, eachOf, type Frame, listOf, takeAll, VexError } from './vex-statements';

/** States of CycloneDX, as VEX calls them. */
const STATES: Record<string, VexStatus> = {
  not_affected: 'not_affected',
  false_positive: 'not_affected',
  resolved: 'fixed',
  resolved_with_pedigree: 'fixed',
  exploitable: 'affected',
  in_triage: 'under_investigation',
};
const MOST_COMPONENTS = 300_000;

type Json = Record<string, unknown>;

/** The document's product and components, which `affects` refers to. */
interface Bom {
  /** The product that it is about, where it names one. */
  product: Json | undefined;
  serial: string | undefined;
  components: Map<string, Purl>;
}

/** Answers whether nothing was lost that may say that something is affected. */
export function readCycloneDxVex(document: Json, given: Omit<Frame, 'author'>, faults: string[]): boolean {
  const metadata = asObject(own(document, 'metadata')) ?? {};
  const frame = { ...given, author: authorOf(metadata) };
  const subject = own(metadata, 'component') ?? undefined;
  const bom: Bom = {
    product: subject === undefined ? undefined : (asObject(subject) ?? {}),
    serial: ownText(document, 'serialNumber')
      ?.replace(/^urn:uuid:/i, '')
      .toLowerCase(),
    components: componentsOf(document),
  };
  return eachOf(own(document, 'vulnerabilities'), 'vulnerabilities', faults, (vulnerability) => {
    const written = own(vulnerability, 'analysis') ?? undefined;
    if (written === undefined) return;
    const analysis = asObject(written) ?? {};
    const references = listOf(own(vulnerability, 'references')).map((each) => own(asObject(each) ?? {}, 'id'));
    const ids = [own(vulnerability, 'id'), ...references].filter(
      (id): id is string => typeof id === 'string' && id !== '',
    );
    if (ids.length === 0) throw new VexError('id: is missing');
    const state = ownText(analysis, 'state') ?? '';
    const isKnown = Object.hasOwn(STATES, state);
    const status = isKnown ? STATES[state]! : 'under_investigation';
    const affects = listOf(own(vulnerability, 'affects'));
    const about = affects.flatMap((each) => aboutOf(asObject(each) ?? {}, status, bom));
    if (affects.length === 0) about.push({ ...NOTHING, status, unread: 'affects: is missing' });
    const times = [own(analysis, 'lastUpdated'), own(analysis, 'firstIssued')].filter((each) => each !== undefined);
    const made = own(metadata, 'timestamp');
    // The vulnerability's own `updated` says nothing of the analysis, so that it makes none newer that takes something away.
    const atLatest = [...times, own(vulnerability, 'updated')].filter((each) => each !== undefined);
    takeAll(
      frame,
      about.map((each) => ({
        ...each,
        ids,
        reason: [ownText(analysis, 'justification'), ownText(analysis, 'detail', 5_000)],
        unread: isKnown ? each.unread : 'analysis.state: is none of CycloneDX',
        at: times[0] ?? made,
        atLatest: atLatest.length > 0 ? atLatest : [made],
      })),
    );
  });
}

type Judged = About & { status: VexStatus };
const NOTHING: About = { packages: undefined, whole: true, versioned: false };

/** What an entry of `affects` is about, version by version where it tells them apart. */
function aboutOf(entry: Json, status: VexStatus, bom: Bom): Judged[] {
  const { purl, isProduct, isPart } = referenceOf(ownText(entry, 'ref', 2_000) ?? '', bom);
  if (!purl && !isProduct) {
    const unread = 'affects: names neither the product nor a component with a package URL';
    return [{ ...NOTHING, status, unread }];
  }
  const whole = isProduct || isPart;
  const version = isProduct ? bom.product && ownText(bom.product, 'version') : purl!.version;
  const all: Judged = { packages: purl && [purl], whole, versioned: version !== undefined, status };
  if (purl?.versionUnread) return [{ ...all, unread: `${cut(purl.name, 100)}: its version cannot be read` }];
  const versions = own(entry, 'versions') ?? undefined;
  if (versions === undefined) return [all];
  if (listOf(versions).length === 0) return [{ ...all, unread: 'affects.versions: names none' }];
  const entries = listOf(versions).map((each) => asObject(each) ?? {});
  // Where one names the version of the product that the document is about, the other versions are past or to come.
  const ofProduct = isProduct ? entries.filter((each) => [undefined, version].includes(ownText(each, 'version'))) : [];
  const isNamed = version !== undefined && ofProduct.some((each) => ownText(each, 'version') === version);
  return (isNamed ? ofProduct : entries).map((listed) => {
    const judged = { ...all, status: statusOf(listed, status) };
    const named = ownText(listed, 'version');
    const anyVersion = { ...judged, packages: purl && [{ ...purl, version: undefined }] };
    if (!named) {
      const unread = 'affects.versions: a range is not read; name the versions';
      return excuses(judged.status) ? { ...anyVersion, unread } : anyVersion;
    }
    if (purl) return { ...judged, versioned: true, packages: [{ ...purl, version: asWritten(purl, named) }] };
    // Which version of the product an inventory is of only the document can say.
    const isOther = excuses(judged.status) && named !== version;
    return isOther
      ? { ...judged, unread: `affects.versions: ${cut(named, 60)} is not the version of the product` }
      : judged;
  });
}

/** A version is affected unless the document says `unaffected`, and then it is what the analysis says. */
function statusOf(listed: Json, status: VexStatus): VexStatus {
  const said = own(listed, 'status');
  if (said === 'unaffected' || !excuses(status)) return status;
  return said === 'unknown' ? 'under_investigation' : 'affected';
}

function asWritten({ ecosystem }: Purl, version: string): string {
  return ecosystem === 'Go' ? version.replace(/^v(?=\d)/, '') : version;
}

/** A reference within the document, or a BOM-Link (`urn:cdx:SERIAL/VERSION#REF`): to the document itself, or to another. */
function referenceOf(ref: string, { product, serial, components }: Bom) {
  const link = /^urn:cdx:([^/#]+)\/[^#]*(?:#(.*))?$/is.exec(ref);
  const fragment = link?.[2] ?? '';
  const target = link ? (decode(fragment) ?? fragment) : ref;
  const isHere = !link || serial === undefined || link[1]!.toLowerCase() === serial;
  const root = product && ownText(product, 'bom-ref', 2_000);
  const isProduct = (isHere && root !== undefined && target === root) || (link !== null && target === '');
  const found = isHere ? components.get(target) : undefined;
  const purl = isProduct ? undefined : (found ?? parsePurl(target));
  // A component of a document about a product is a part of that product; so is one of another document.
  return { purl, isProduct, isPart: product !== undefined || (link !== null && found === undefined) };
}

/** The components of the document by their reference, at any depth. */
function componentsOf(document: Json): Map<string, Purl> {
  const found = new Map<string, Purl>();
  const open = [own(document, 'components')];
  let seen = 0;
  for (let level = open.pop(); open.length > 0 || level !== undefined; level = open.pop()) {
    for (const raw of listOf(level)) {
      if (++seen > MOST_COMPONENTS) return found;
      const component = asObject(raw) ?? {};
      const ref = ownText(component, 'bom-ref', 2_000);
      const purl = parsePurl(ownText(component, 'purl', 2_000) ?? '');
      // A version that stands beside the package URL is its own.
      const version = purl && (purl.version ?? ownText(component, 'version'));
      if (ref && purl) found.set(ref, { ...purl, version: version && asWritten(purl, version) });
      if (own(component, 'components') !== undefined) open.push(own(component, 'components'));
    }
  }
  return found;
}

function authorOf(metadata: Json): string | undefined {
  const people = listOf(own(metadata, 'authors')).flatMap((each) => ownText(asObject(each) ?? {}, 'name') ?? []);
  const firms = ['manufacturer', 'manufacture', 'supplier'].flatMap(
    (key) => ownText(asObject(own(metadata, key)) ?? {}, 'name') ?? [],
  );
  const author = people.length > 0 ? people.join(', ') : firms[0];
  return author === undefined ? undefined : cut(author, 120);
}
