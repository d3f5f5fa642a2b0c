/** The content of an event as fields: each is committed to by itself, so that each can be shown, withheld or erased by itself. */
import { randomBytes } from 'node:crypto';
import type { RecordedEvent } from '../domain/kernel/recorded-event';
import { canonicalText, isPlainObject, isWellFormed } from './canonical';
import { MalformedEntryError } from './errors';
import { commitmentOf } from './verifier/leaf';
import type { Opening } from './verifier/openings';

/** A field of an event's content: its JSON Pointer (RFC 6901) and the canonical JSON text of its value. */
export interface Field {
  pointer: string;
  text: string;
}

/** Objects are opened down to this depth below `data`; lists are one field. */
const DEPTH = 4;
/** With more fields, the entry is opened less deeply: it must fit into a bundle of 65,535 bytes. */
const MOST_FIELDS = 300;

/** The fields of an event in the order of their pointers. @throws NotCanonicalError for data that has no canonical form. */
export function fieldsOf(event: RecordedEvent): Field[] {
  for (let depth = DEPTH; ; depth--) {
    const fields: Field[] = [{ pointer: '/by', text: canonicalText(event.by) }];
    for (const name of ['commandId', 'breakGlass'] as const)
      if (event[name] !== undefined) fields.push({ pointer: `/${name}`, text: canonicalText(event[name]) });
    open('/data', event.data, depth, fields);
    if (fields.length > MOST_FIELDS && depth > 0) continue;
    return fields.sort((a, b) => (a.pointer < b.pointer ? -1 : 1));
  }
}

function open(pointer: string, value: unknown, depth: number, fields: Field[]): void {
  if (depth > 0 && isPlainObject(value)) {
    const names = Object.keys(value);
    // What has no canonical form is for the serialiser to refuse.
    if (names.length > 0 && names.every(isWellFormed) && typeof value.toJSON !== 'function') {
      for (const name of names) open(below(pointer, name), value[name], depth - 1, fields);
      return;
    }
  }
  fields.push({ pointer, text: canonicalText(value, pointer) });
}

/** The pointer to a part of what another points to. */
function below(pointer: string, name: string): string {
  return `${pointer}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
}

const SALT_BYTES = 16;

/** Salts the fields: what opens each, and the commitments that the leaf holds. */
export function commit(fields: readonly Field[]): { openings: Opening[]; commitments: Array<[string, string]> } {
  const commitments: Array<[string, string]> = [];
  const salts = randomBytes(SALT_BYTES * fields.length).toString('hex');
  const openings = fields.map(({ pointer, text }, i) => {
    const salt = salts.slice(2 * SALT_BYTES * i, 2 * SALT_BYTES * (i + 1));
    commitments.push([pointer, commitmentOf(salt, text)]);
    return { pointer, salt, text };
  });
  return { openings, commitments };
}

/** `by`, `commandId`, `breakGlass` and `data` put together from fields that were opened. @throws MalformedEntryError when they contradict one another. */
export function contentOf(fields: readonly Field[]): Pick<RecordedEvent, 'by' | 'commandId' | 'breakGlass' | 'data'> {
  const content: Record<string, unknown> = {};
  for (const { pointer, text } of fields) {
    const names = pointer.slice(1).split('/');
    let at = content;
    names.forEach((raw, i) => {
      const name = raw.replaceAll('~1', '/').replaceAll('~0', '~');
      const last = i === names.length - 1;
      const held = Object.hasOwn(at, name) ? at[name] : undefined;
      if (held !== undefined && (last || !isPlainObject(held))) {
        throw new MalformedEntryError(`the field ${pointer} stands below another field`);
      }
      const value = last ? JSON.parse(text) : (held ?? {});
      // Never `at[name] =`: a field may be called __proto__.
      Object.defineProperty(at, name, { value, enumerable: true, configurable: true, writable: true });
      at = value as Record<string, unknown>;
    });
  }
  const { by, commandId, breakGlass, data } = content;
  const texts = [commandId, breakGlass].every((each) => each === undefined || typeof each === 'string');
  if (typeof by !== 'string' || !isPlainObject(data) || !texts) {
    throw new MalformedEntryError('the fields do not make an entry: /by and /data are needed');
  }
  return {
    by,
    ...(commandId !== undefined && { commandId: commandId as string }),
    ...(breakGlass !== undefined && { breakGlass: breakGlass as string }),
    data,
  };
}
