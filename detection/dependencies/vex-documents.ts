/** Reads VEX: OpenVEX 0.2 (github.com/openvex/spec) and the `vulnerabilities` of CycloneDX 1.4 to 1.7, in JSON. */
import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { InstantSchema } from '../../domain/kernel/time';
import { asObject, cut, own, ownText } from './component-list';
import { inventorySource } from './inventory';
import { type Purl, parsePurl } from './purl';
import type { VexStatement, VexStatements, VexStatus } from './vex';

const LARGEST_BYTES = 64 * 1024 * 1024;
const MOST = 100_000;

/** States of CycloneDX, as VEX calls them. */
const STATES: Record<string, VexStatus> = {
  not_affected: 'not_affected',
  false_positive: 'not_affected',
  resolved: 'fixed',
  resolved_with_pedigree: 'fixed',
  exploitable: 'affected',
  in_triage: 'under_investigation',
};
const STATUSES: readonly string[] = ['not_affected', 'fixed', 'affected', 'under_investigation'];

type Json = Record<string, unknown>;
/** What a document says once for all of its statements. */
interface Frame {
  author: string;
  at: unknown;
  where: string;
  inventory: string | undefined;
  take: (statement: VexStatement) => void;
}

/** Thrown for one statement, or for the whole document. */
class VexError extends Error {}

/**
 * Reads `PATH`, or `NAME=PATH` of what is about one inventory. Never throws: what cannot be read, or does not say who states
 * it, when, and why, takes nothing away and is told.
 */
export function readVex(source: string, statements: VexStatements, problem: (text: string) => void): void {
  const { name: inventory, file } = inventorySource(source);
  const where = path.basename(file);
  const faults: string[] = [];
  try {
    if (statSync(file).size > LARGEST_BYTES) throw new VexError(`has more than ${LARGEST_BYTES} bytes`);
    const document = asObject(parse(readFileSync(file, 'utf8')));
    const take = (statement: VexStatement) => statements.add(statement);
    const isCycloneDx = document && own(document, 'bomFormat') === 'CycloneDX';
    if (document && isCycloneDx) readCycloneDx(document, { where, inventory, take }, faults);
    else if (document && String(own(document, '@context')).startsWith('https://openvex.dev/ns'))
      readOpenVex(document, { where, inventory, take }, faults);
    else throw new VexError('is neither OpenVEX ("@context": "https://openvex.dev/ns…") nor CycloneDX in JSON');
  } catch (error) {
    const why =
      error instanceof VexError
        ? error.message
        : `cannot be read (${(error as NodeJS.ErrnoException).code ?? 'fault'})`;
    problem(`VEX ${where}: ${why}`);
  }
  for (const fault of faults.slice(0, 5)) problem(`VEX ${where}: ${fault}`);
  if (faults.length > 5) problem(`VEX ${where}: ${faults.length} statements in all cannot be used`);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch {
    throw new VexError('is not valid JSON');
  }
}

function readOpenVex(document: Json, given: Omit<Frame, 'author' | 'at'>, faults: string[]): void {
  const author = ownText(document, 'author');
  if (!author) throw new VexError('names no author');
  const frame = { ...given, author: cut(author, 120), at: own(document, 'timestamp') };
  each(own(document, 'statements'), 'statements', faults, (statement) => {
    const ids = idsOf(own(statement, 'vulnerability'));
    const status = own(statement, 'status');
    if (!STATUSES.includes(status as string)) throw new VexError('status: is none of VEX');
    const reason = [ownText(statement, 'justification'), ownText(statement, 'impact_statement', 5_000)];
    const products = listOf(own(statement, 'products'));
    if (products.length === 0) throw new VexError('products: are missing');
    for (const product of products) {
      const parts = listOf(own(asObject(product) ?? {}, 'subcomponents'));
      const named = (parts.length > 0 ? parts : [product]).flatMap((part) => purlOf(part) ?? []);
      if (parts.length > 0 && named.length === 0) throw new VexError('subcomponents: none is named by a package URL');
      // A product that is no package, and a package as part of a product, are about one inventory.
      const whole = parts.length > 0 || named.length === 0;
      take(frame, {
        ids,
        status: status as VexStatus,
        reason,
        whole,
        packages: named.length > 0 ? named : undefined,
        at: own(statement, 'timestamp'),
      });
    }
  });
}

function readCycloneDx(document: Json, given: Omit<Frame, 'author' | 'at'>, faults: string[]): void {
  const metadata = asObject(own(document, 'metadata')) ?? {};
  const author = authorOf(metadata);
  if (!author) throw new VexError('names no author (metadata.authors, manufacturer or supplier)');
  const frame = { ...given, author, at: own(metadata, 'timestamp') };
  const refs = refsOf(document);
  const root = own(asObject(own(metadata, 'component')) ?? {}, 'bom-ref');
  each(own(document, 'vulnerabilities'), 'vulnerabilities', faults, (vulnerability) => {
    const analysis = asObject(own(vulnerability, 'analysis'));
    if (!analysis) return;
    const state = ownText(analysis, 'state') ?? '';
    if (!Object.hasOwn(STATES, state)) throw new VexError('analysis.state: is none of CycloneDX');
    const references = listOf(own(vulnerability, 'references')).map((each) => own(asObject(each) ?? {}, 'id'));
    const ids = [own(vulnerability, 'id'), ...references].filter((id): id is string => typeof id === 'string');
    if (ids.length === 0) throw new VexError('id: is missing');
    const reason = [ownText(analysis, 'justification'), ownText(analysis, 'detail', 5_000)];
    const at = own(analysis, 'lastUpdated') ?? own(vulnerability, 'updated');
    for (const affected of listOf(own(vulnerability, 'affects'))) {
      const entry = asObject(affected) ?? {};
      const ref = ownText(entry, 'ref', 2_000) ?? '';
      const isRoot = ref !== '' && (ref === root || ref.endsWith(`#${encodeURIComponent(String(root))}`));
      const purl =
        refs.get(ref) ??
        refs.get(decoded(ref.split('#')[1] ?? '')) ??
        parsePurl(ref) ??
        parsePurl(decoded(ref.split('#')[1] ?? ''));
      if (!purl && !isRoot) throw new VexError('affects: names neither the product nor a component with a package URL');
      const packages = purl && !isRoot ? versionsOf(purl, own(entry, 'versions')) : undefined;
      // A component of a document about a product is a part of that product.
      take(frame, { ids, status: STATES[state]!, reason, whole: isRoot || root !== undefined, packages, at });
    }
  });
}

/** Of versions that are told apart those alone that are called unaffected; a range of them is not understood. */
function versionsOf(purl: Purl, versions: unknown): Purl[] {
  if (versions === undefined) return [purl];
  return listOf(versions).flatMap((each) => {
    const entry = asObject(each) ?? {};
    if (own(entry, 'status') !== 'unaffected') return [];
    const version = ownText(entry, 'version');
    if (!version) throw new VexError('affects.versions: a range is not read; name the versions');
    return [{ ...purl, version }];
  });
}

function take(
  { author, at: documentAt, where, inventory, take: add }: Frame,
  given: {
    ids: string[];
    status: VexStatus;
    reason: Array<string | undefined>;
    whole: boolean;
    packages: Purl[] | undefined;
    at: unknown;
  },
): void {
  const { ids, status, whole, packages } = given;
  const at = InstantSchema.safeParse(given.at ?? documentAt);
  if (!at.success) throw new VexError('timestamp: is missing, or none');
  const reason = cut(given.reason.filter((each) => each !== undefined).join(': '), 300).trim();
  if (status === 'not_affected' && reason === '')
    throw new VexError(`${ids[0]}: says not_affected without a justification`);
  if (whole && inventory === undefined)
    throw new VexError(`${ids[0]}: is about a product; write NAME=PATH to say which inventory that is`);
  add({ ids, status, packages, inventory, author, reason: reason || status, at: at.data, where });
}

/** Takes each statement by itself: a bad one costs itself, and is told with its place. */
function each(list: unknown, name: string, faults: string[], read: (statement: Json) => void): void {
  if (!Array.isArray(list)) throw new VexError(`${name}: is missing or no list`);
  for (const [index, raw] of list.slice(0, MOST).entries()) {
    try {
      const statement = asObject(raw);
      if (!statement) throw new VexError('is not an object');
      read(statement);
    } catch (error) {
      if (!(error instanceof VexError)) throw error;
      faults.push(`${name}.${index}: ${cut(error.message, 300)}`);
    }
  }
  if (list.length > MOST) faults.push(`${name}: has more than ${MOST} entries; the rest is not read`);
}

function idsOf(vulnerability: unknown): string[] {
  const object = asObject(vulnerability);
  const given = object ? [own(object, 'name'), ...listOf(own(object, 'aliases'))] : [vulnerability];
  const ids = given.filter((id): id is string => typeof id === 'string' && id !== '');
  if (ids.length === 0) throw new VexError('vulnerability: has no name');
  return ids;
}

function purlOf(product: unknown): Purl | undefined {
  const object = asObject(product);
  const given = object ? [own(asObject(own(object, 'identifiers')) ?? {}, 'purl'), own(object, '@id')] : [product];
  for (const text of given) {
    const purl = typeof text === 'string' ? parsePurl(text) : undefined;
    if (purl) return purl;
  }
  return undefined;
}

/** The components of the document by their reference. */
function refsOf(document: Json): Map<string, Purl> {
  const refs = new Map<string, Purl>();
  for (const raw of listOf(own(document, 'components')).slice(0, MOST)) {
    const component = asObject(raw) ?? {};
    const ref = ownText(component, 'bom-ref', 2_000);
    const purl = parsePurl(ownText(component, 'purl', 2_000) ?? '');
    if (ref && purl) refs.set(ref, purl);
  }
  return refs;
}

function authorOf(metadata: Json): string | undefined {
  const people = listOf(own(metadata, 'authors')).flatMap((each) => ownText(asObject(each) ?? {}, 'name') ?? []);
  const firms = ['manufacturer', 'manufacture', 'supplier'].flatMap(
    (key) => ownText(asObject(own(metadata, key)) ?? {}, 'name') ?? [],
  );
  const author = people.length > 0 ? people.join(', ') : firms[0];
  return author === undefined ? undefined : cut(author, 120);
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
