/** Reads OSV records from where they stand: a folder (one file each), a file (JSON or JSON Lines), an address. */
import { createReadStream, type Dirent } from 'node:fs';
import { opendir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { asObject, own } from './component-list';
import { type DownloadOptions, download } from './download';

/** Takes a record as it was read, and the name of what it stands in. */
export type TakeRecord = (record: unknown, where: string) => void;

export interface ReadOptions extends DownloadOptions {
  take: TakeRecord;
}

/** One record, or a small list of them. */
const LARGEST_JSON_BYTES = 64 * 1024 * 1024;
/** A single record in a folder: the longest real ones have about 1 MB. */
const LARGEST_RECORD_BYTES = 8 * 1024 * 1024;
const DEEPEST_FOLDER = 12;

/**
 * Reads one source: an `https:` address (or `http:` on this machine), a folder, or a file. Never throws for its content. A
 * source with nothing in it is a problem: a check that read nothing found nothing, which says nothing. Answers whether it was
 * read whole: of one that was read in part, what is not found in it may stand in the rest.
 */
export async function readAdvisories(source: string, given: ReadOptions): Promise<boolean> {
  let seen = 0;
  let others = 0;
  const take: TakeRecord = (record, where) => {
    if (isNamed(record)) seen++;
    else others++;
    given.take(record, where);
  };
  let told = 0;
  const problem = (text: string) => {
    told++;
    given.problem(text);
  };
  await readSource(source, { ...given, take, problem });
  if (seen + others + told === 0)
    problem(`advisories ${nameOf(source)}: no OSV record is there, so nothing is known from it`);
  return seen > 0 && others + told === 0;
}

/** Whether it has the name that every OSV record has: `{}`, or the error of a server, has none. */
function isNamed(record: unknown): boolean {
  const found = asObject(record);
  return found !== undefined && typeof own(found, 'id') === 'string';
}

async function readSource(source: string, options: ReadOptions): Promise<void> {
  if (/^[a-z][a-z0-9+.-]+:\/\//i.test(source)) {
    const file = await download(source, options);
    if (file) await readFileOfRecords(file.path, file.name, options);
    return;
  }
  const name = nameOf(source);
  try {
    if ((await stat(source)).isDirectory()) await readFolder(source, name, options, 0);
    else await readFileOfRecords(source, name, options);
  } catch (error) {
    options.problem(`advisories ${name}: cannot be read (${codeOf(error)})`);
  }
}

/** How problems call a source: no folders of a machine, no query of an address, which may hold a key. */
function nameOf(source: string): string {
  const url = URL.canParse(source) && /^https?:/i.test(source) ? new URL(source) : undefined;
  return (url ? `${url.host}${url.pathname}`.slice(0, 200) : path.basename(source)) || 'advisories';
}

async function readFolder(folder: string, name: string, options: ReadOptions, depth: number): Promise<void> {
  if (depth > DEEPEST_FOLDER) {
    options.problem(`advisories ${name}: folders are nested more than ${DEEPEST_FOLDER} levels deep`);
    return;
  }
  for await (const entry of await opendir(folder)) {
    options.beat?.();
    const file = path.join(folder, entry.name);
    const kind = await kindOf(entry, file);
    if (entry.name.startsWith('.') && kind !== 'file') continue;
    if (kind === 'folder') await readFolder(file, name, options, depth + 1);
    else if (kind === 'link to a folder') {
      const advice = 'is a link to a folder, which is not followed; give that folder as a source of its own';
      options.problem(`${name}/${entry.name}: ${advice}`);
    } else if (kind === 'other') {
    } else if (entry.name.endsWith('.json')) {
      await readOne(file, `${name}/${entry.name}`, options);
    } else if (/\.(jsonl|ndjson)$/.test(entry.name)) {
      await readFileOfRecords(file, `${name}/${entry.name}`, options);
    }
  }
}

/** A link to a file is a file, as Kubernetes mounts them; so is one that leads nowhere, which the reading then tells. */
async function kindOf(entry: Dirent, file: string): Promise<'file' | 'folder' | 'link to a folder' | 'other'> {
  if (!entry.isSymbolicLink()) return entry.isFile() ? 'file' : entry.isDirectory() ? 'folder' : 'other';
  const target = await stat(file).catch(() => undefined);
  return target?.isDirectory() ? 'link to a folder' : !target || target.isFile() ? 'file' : 'other';
}

async function readOne(file: string, where: string, options: ReadOptions): Promise<void> {
  try {
    const { size } = await stat(file);
    if (size > LARGEST_RECORD_BYTES) options.problem(`${where}: has ${size} bytes, more than a record may have`);
    else takeText(await readFile(file, 'utf8'), where, options);
  } catch (error) {
    options.problem(`${where}: cannot be read (${codeOf(error)})`);
  }
}

/** JSON Lines are read line by line; what is no record in its first line is read as one JSON text. */
async function readFileOfRecords(file: string, where: string, options: ReadOptions): Promise<void> {
  let records = 0;
  try {
    for await (const { text, number } of linesOf(file)) {
      options.beat?.();
      if (text.trim() === '') continue;
      if (records === 0 && !isRecord(text)) break;
      takeText(text, `${where}:${number}`, options);
      records++;
    }
    if (records > 0) return;
    const { size } = await stat(file);
    if (size <= LARGEST_JSON_BYTES) takeText(await readFile(file, 'utf8'), where, options);
    else options.problem(`${where}: has ${size} bytes in one JSON text; give JSON Lines, one record a line`);
  } catch (error) {
    const reason = error instanceof LineTooLong ? error.message : `cannot be read (${codeOf(error)})`;
    options.problem(`advisories ${where}: ${reason}`);
  }
}

class LineTooLong extends Error {}

/** The lines of a file, in constant memory. The first line may be too long, as that of one large JSON text is. */
async function* linesOf(file: string): AsyncGenerator<{ text: string; number: number }> {
  let rest = '';
  let number = 0;
  for await (const chunk of createReadStream(file, { encoding: 'utf8', highWaterMark: 256 * 1024 })) {
    const lines = (rest + (chunk as string)).split('\n');
    rest = lines.pop()!;
    for (const text of lines) yield { text, number: ++number };
    if (rest.length <= LARGEST_RECORD_BYTES) continue;
    if (number === 0) return;
    throw new LineTooLong(`line ${number + 1} is longer than ${LARGEST_RECORD_BYTES} characters; the rest is not read`);
  }
  if (rest !== '') yield { text: rest, number: ++number };
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? 'fault';
}

function isRecord(text: string): boolean {
  try {
    const parsed = asObject(JSON.parse(text));
    return parsed !== undefined && Object.hasOwn(parsed, 'id');
  } catch {
    return false;
  }
}

/** One record, a list of them, or the answer of OSV's API (`vulns`). */
function takeText(text: string, where: string, { take, problem }: ReadOptions): void {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch {
    problem(`${where}: is not valid JSON`);
    return;
  }
  const answer = asObject(parsed);
  const list = Array.isArray(parsed) ? parsed : answer && own(answer, 'vulns');
  if (answer && own(answer, 'next_page_token')) problem(`${where}: is one page of several; ask for the others too`);
  if (Array.isArray(list)) for (const each of list) take(each, where);
  else take(parsed, where);
}
