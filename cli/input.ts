/** Reading what people hand over: YAML or JSON files, instants and lists in flags. */
import { readFileSync } from 'node:fs';
import { isMap, isSeq, LineCounter, parseDocument } from 'yaml';
import { credentialProblem } from '../activities/containment/providers';
import { usage } from '../client/errors';
import { readWhen, WHEN_FORMS, type When } from '../domain/kernel/inexact-instant';
import type { Instant } from '../domain/kernel/time';

/** A file that was read: its data, and where in the file things stand. */
export interface InputFile {
  file: string;
  data: Record<string, unknown>;
  /** The line, counted from 1, of what stands under a path of keys; of its nearest parent when it is not there. */
  lineOf(path: ReadonlyArray<string | number>): number;
}

/** Reads a YAML or JSON file that holds one mapping; `-` reads standard input. Throws a usage error that says why not. */
export function readInput(file: string): InputFile {
  let text: string;
  try {
    text = readFileSync(file === '-' ? 0 : file, 'utf8');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const why =
      { ENOENT: 'it does not exist', EACCES: 'permission denied', EISDIR: 'it is a folder' }[code ?? ''] ?? message;
    throw usage(`cannot read ${file}: ${why}. Use a YAML or JSON file, or - for standard input`);
  }
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  if (document.errors.length > 0) {
    throw usage(
      `${file} is neither YAML nor JSON`,
      document.errors.slice(0, 5).map((error) => error.message.split('\n')[0]!.replace(/:$/, '')),
    );
  }
  if (!isMap(document.contents)) {
    throw usage(
      `${file} must contain a mapping of fields, like "title: …"${text.trim() === '' ? '; it is empty' : ''}`,
    );
  }
  const lineOf = (path: ReadonlyArray<string | number>): number => {
    for (let length = path.length; length >= 0; length--) {
      const node = length === 0 ? document.contents : document.getIn(path.slice(0, length), true);
      const parent = length === 0 ? undefined : document.getIn(path.slice(0, length - 1), true);
      const key = isMap(parent)
        ? parent.items.find((pair) => (pair.key as { value?: unknown } | null)?.value === path[length - 1])?.key
        : undefined;
      const range =
        (key as { range?: number[] } | undefined)?.range ?? (node as { range?: number[] } | undefined)?.range;
      if (range) return lines.linePos(range[0]!).line;
      if (isSeq(node)) continue;
    }
    return 1;
  };
  return { file, data: document.toJS() as Record<string, unknown>, lineOf };
}

/** An instant given as a flag, with any zone offset; `undefined` when it was not given. */
export function instantFlag(flag: string, text: string | undefined): Instant | undefined {
  if (text === undefined) return undefined;
  const when = readWhen(text);
  if (typeof when === 'string') return when;
  throw usage(
    `${flag}: "${text}" is not an exact time. Write it like 2026-04-01T02:00:00Z, 2026-04-01T04:00:00+02:00, "2026-04-01 02:00" or "2 hours ago"`,
  );
}

/** A time given as a flag in any form: exact, a date, a range, "about"; `undefined` when it was not given. */
export function whenFlag(flag: string, text: string | undefined): When | undefined {
  if (text === undefined) return undefined;
  const when = readWhen(text);
  if (when !== undefined) return when;
  throw usage(`${flag}: "${text}" is not a time that can be read. Write "2 hours ago", 02:30 or ${WHEN_FORMS}`);
}

/** Collects a flag that may be given several times, or once with a list separated by commas. */
export function collect(value: string, before: string[] | undefined): string[] {
  const items = value.split(',').flatMap((item) => (item.trim() ? [item.trim()] : []));
  return [...(before ?? []), ...items];
}

/** Collects a flag that may be given several times; commas belong to the text. */
export function collectText(value: string, before: string[] | undefined): string[] {
  return [...(before ?? []), value];
}

/** `cloudflare-token/abc` → `{ provider, ref }`, of a provider that there is. */
export function credentialFlag(flag: string, text: string): { provider: string; ref: string } {
  const slash = text.indexOf('/');
  if (slash > 0 && slash < text.length - 1) {
    const credential = { provider: text.slice(0, slash), ref: text.slice(slash + 1) };
    const problem = credentialProblem(credential);
    if (problem) throw usage(`${flag}: ${problem}`);
    return credential;
  }
  throw usage(
    `${flag}: "${text}" is not a credential. Write PROVIDER/REF, like postgres-role/deploy or cloudflare-token/ci`,
  );
}

/** What is wrong with the credentials of a declaration: providers that there are not, references that cannot be. */
export function credentialProblems(credentials: readonly { provider: string; ref: string }[]): string[] {
  return credentials.flatMap((credential, index) => {
    const problem = credentialProblem(credential);
    return problem ? [`credentials.${index}: ${problem}`] : [];
  });
}
