/** A form from the schema of its message, and the message from the form: a new message needs no page of its own. */
import { z } from 'zod';
import type { Problem } from '../../domain/kernel/problems';
import { type Html, type HtmlPart, html } from '../../platform/html';
import { fieldWords, optionWords, WHEN_HINT } from './field-words';
import { LINE_FIELDS, lineFieldProblem, lineFieldText, lineFieldTyped } from './line-fields';
import type { Typed } from './typed';
import { type FileField, filesTyped, leaveOut, MOST_OF } from './uploads';

/** JSON Schema, as far as messages use it. */
export interface Schema {
  type?: string;
  enum?: string[];
  const?: unknown;
  format?: string;
  maxLength?: number;
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  anyOf?: Schema[];
  oneOf?: Schema[];
  default?: unknown;
}

export interface FieldOptions {
  typed: Typed;
  /** What is wrong, by field. */
  wrong: ReadonlyMap<string, string>;
  /** Fields that are set elsewhere. */
  without: readonly string[];
  /** What there is to choose from, by field. */
  choices: Readonly<Record<string, readonly { value: string; text: string }[]>>;
  /** The message that has the fields, and its kind of case: what a field is called may depend on them. */
  of?: readonly string[];
  /** Of long texts. */
  rows?: number;
  /** Fields that are folded away below the others while nothing is typed into them. */
  later?: Later | undefined;
}

export interface Later {
  summary: string;
  names: readonly string[];
}

export function schemaOf(schema: z.ZodType): Schema {
  return z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as Schema;
}

export function fieldsOf(schema: Schema, options: FieldOptions): Html {
  const needed = schema.required ?? [];
  const shown = Object.entries(schema.properties ?? {}).filter(([name]) => !options.without.includes(name));
  shown.sort(([a], [b]) => Number(needed.includes(b)) - Number(needed.includes(a)));
  const { later, typed, wrong } = options;
  const field = ([name, each]: (typeof shown)[number]) =>
    fieldOf(name, each, needed.includes(name) && each.default === undefined, options);
  if (!later) return html`${shown.map(field)}`;
  const folded = shown.filter(([name]) => later.names.includes(name));
  const isUsed = folded.some(([name]) => typed[name] || [...wrong.keys()].some((at) => at.split(/[.[]/)[0] === name));
  return html`${shown.filter((each) => !folded.includes(each)).map(field)}
<details class="card"${isUsed && html` open`}><summary>${later.summary}</summary><div class="stack">${folded.map(field)}</div></details>`;
}

function fieldOf(
  name: string,
  schema: Schema,
  needed: boolean,
  { typed, wrong, choices, of, rows = 4 }: FieldOptions,
): Html {
  // What is wrong deep inside a field is told beside the field.
  const problem = [...wrong].find(
    ([field]) => field === name || field.startsWith(`${name}.`) || field.startsWith(`${name}[`),
  )?.[1];
  const id = `field-${name}`;
  const { label: called, hint: said = hintOf(schema), like } = fieldWords(name, of);
  const hint = choices[name] || !like ? said : [said, like].filter(Boolean).join(' ');
  const described = [hint && `${id}-hint`, problem && `${id}-wrong`].filter(Boolean).join(' ');
  const attributes = html`${described && html` aria-describedby="${described}"`}${problem && html` aria-invalid="true"`}`;
  const about = html`${hint && html`<span class="hint" id="${id}-hint">${hint}</span>`}${problem && html`<span class="wrong" id="${id}-wrong">${problem}</span>`}`;
  const value = typed[name];
  const file = fileKind(schema);
  if (file) return fileField(name, called, file, value, problem, needed);
  const label = html`${called}${!needed && html` <span class="hint">(optional)</span>`}`;
  const options =
    choices[name]?.slice() ??
    (schema.enum ?? (schema.type === 'boolean' ? ['yes', 'no'] : undefined))?.map((each) => ({
      value: each,
      text: optionWords(each),
    }));
  const many = schema.items?.enum?.map((each) => ({ value: each, text: optionWords(each) }));
  if (many) return group(name, label, about, many, 'checkbox', [value].flat(), attributes);
  if (schema.const === true)
    return html`<div class="field">${choice(name, { value: 'yes', text: called }, 'checkbox', value === 'yes', attributes)}${about}</div>`;
  if (options && needed && options.length <= 6 && !choices[name])
    return group(name, label, about, options, 'radio', [value].flat(), attributes);
  const given = typeof value === 'string' ? value : '';
  const one = given && isLineField(name, schema) ? lineFieldText(name, given) : given;
  // What was typed or linked stays, also where it is none of them.
  if (options && one && !options.some((each) => each.value === one)) options.push({ value: one, text: one });
  if (options)
    return html`<div class="field"><label for="${id}">${label}</label>${about}<select id="${id}" name="${name}"${attributes}><option value=""></option>${options.map((each) => html`<option value="${each.value}"${each.value === one && html` selected`}>${each.text}</option>`)}</select></div>`;
  const isLong =
    schema.type !== 'integer' &&
    !ONE_LINE.includes(name) &&
    (schema.maxLength === undefined ? !isWhen(schema) && schema.type !== 'string' : schema.maxLength > 400);
  return html`<div class="field"><label for="${id}">${label}</label>${about}${
    isLong
      ? html`<textarea id="${id}" name="${name}" rows="${rows}"${attributes}>
${one}</textarea>`
      : html`<input id="${id}" name="${name}" value="${one}" autocomplete="off"${schema.type === 'integer' && html` inputmode="numeric"`}${attributes}>`
  }</div>`;
}

/** Of a field for files: whether it takes one or many. They are given by their hash, so a form lets them be chosen. */
function fileKind({ items, properties }: Schema): FileField['kind'] | undefined {
  const isHashed = (of: Schema | undefined) =>
    of?.properties?.sha256 !== undefined && of.properties.bytes !== undefined;
  return isHashed(items) ? 'many' : isHashed({ properties }) ? 'one' : undefined;
}

/** The fields that take files. */
export function fileFields({ properties = {} }: Schema): FileField[] {
  return Object.entries(properties).flatMap(([name, each]) => {
    const kind = fileKind(each);
    return kind ? [{ name, kind }] : [];
  });
}

/** What is wrong with a field, for whoever sees the form: what there is to choose from stands there. */
export function plainProblem({ properties = {} }: Schema, { field, problem }: Problem): string {
  const schema = Object.hasOwn(properties, field) ? properties[field]! : undefined;
  if (!schema || !problem.startsWith('is missing')) return problem;
  if (schema.items?.enum) return 'choose at least one';
  return schema.enum || schema.type === 'boolean' ? 'choose one' : 'is needed';
}

export function hasFiles(schema: Schema, without: readonly string[]): boolean {
  return fileFields(schema).some(({ name }) => !without.includes(name));
}

function fileField(
  name: string,
  label: string,
  kind: FileField['kind'],
  value: string | string[] | undefined,
  problem: string | undefined,
  needed: boolean,
): Html {
  const id = `field-${name}`;
  const given = filesTyped(value);
  const file = kind === 'many' ? 'each file' : 'the file';
  return html`<div class="field"><label for="${id}">${label}${!needed && html` <span class="hint">(optional)</span>`}</label><span class="hint" id="${id}-hint">Tocsin records the name of ${file} and its SHA-256, and does not keep it: keep it yourself. ${MOST_OF[kind]}</span>${problem && html`<span class="wrong" id="${id}-wrong">${problem}</span>`}${
    given.length > 0 &&
    html`<ul class="small">${given.map((each) => html`<li>${each.name}, ${each.bytes} bytes, SHA-256 <code>${each.sha256.slice(0, 16)}…</code>${choice(leaveOut(name), { value: each.sha256, text: `Leave out ${each.name}` }, 'checkbox', false, html``)}</li>`)}</ul><input type="hidden" name="${name}" value="${JSON.stringify(given)}">`
  }<input id="${id}" type="file" name="${name}-file"${kind === 'many' && html` multiple`} aria-describedby="${id}-hint${problem && html` ${id}-wrong`}"${problem && html` aria-invalid="true"`}></div>`;
}

interface Choice {
  value: string;
  text: string;
}

function group(
  name: string,
  label: HtmlPart,
  about: Html,
  options: readonly Choice[],
  type: 'radio' | 'checkbox',
  chosen: readonly unknown[],
  attributes: Html,
): Html {
  return html`<fieldset id="field-${name}"${attributes}><legend>${label}</legend>${about}${options.map((each) => choice(name, each, type, chosen.includes(each.value), html``))}</fieldset>`;
}

function choice(
  name: string,
  { value, text }: Choice,
  type: 'radio' | 'checkbox',
  isChosen: boolean,
  attributes: Html,
): Html {
  return html`<label class="choice"><input type="${type}" name="${name}" value="${value}"${isChosen && html` checked`}${attributes}> <span>${text}</span></label>`;
}

function isWhen(schema: Schema): boolean {
  return (
    schema.format === 'date-time' || (schema.anyOf ?? []).some(({ properties }) => properties?.stated !== undefined)
  );
}

/** A field of several parts that is typed in lines, not as JSON. */
function isLineField(name: string, schema: Schema): boolean {
  return Object.hasOwn(LINE_FIELDS, name) && !isPlain(schema) && !isLines(schema);
}

/** Fields of several parts that take one line. */
const ONE_LINE = ['alarms', 'measure'];

function isLines(schema: Schema): boolean {
  return schema.type === 'array' && (schema.items?.type === 'string' || schema.items?.type === 'integer');
}

function hintOf(schema: Schema): string | undefined {
  if (isWhen(schema)) return WHEN_HINT;
  if (isLines(schema)) return schema.items?.enum ? undefined : 'One on each line.';
  return isPlain(schema) ? undefined : 'This field takes JSON, as the API does.';
}

function isPlain({ type, enum: options, const: only }: Schema): boolean {
  return options !== undefined || only !== undefined || ['string', 'boolean', 'integer', 'number'].includes(type ?? '');
}

/** The message that a form brought, without what was left empty. What is no value of its field stays as it was typed, to be refused. */
export function messageTyped(schema: Schema, typed: Typed): Record<string, unknown> {
  const known = Object.entries(schema.properties ?? {}).flatMap(([name, each]): [string, unknown][] => {
    const given = Object.hasOwn(typed, name) ? typed[name] : undefined;
    const value = valueTyped(name, each, given);
    return value === undefined ? [] : [[name, value]];
  });
  return Object.fromEntries(known);
}

function valueTyped(name: string, schema: Schema, given: string | string[] | undefined): unknown {
  const kind = fileKind(schema);
  if (kind) {
    const files = filesTyped(given);
    if (files.length === 0) return undefined;
    if (kind === 'many') return files;
    const { sha256, bytes } = files.at(-1)!;
    return { sha256, bytes };
  }
  if (schema.items?.enum) return given === undefined ? undefined : [given].flat();
  const text = [given].flat()[0]?.replaceAll('\r\n', '\n').trim();
  if (!text) return undefined;
  if (schema.type === 'boolean') return text === 'yes' ? true : text === 'no' ? false : text;
  if (schema.type === 'integer') return /^\d{1,15}$/.test(text) ? Number(text) : text;
  if (isWhen(schema)) return whenTyped(text);
  if (isLines(schema))
    return text
      .split('\n')
      .map((line) => line.trim())
      .filter(Boolean);
  if (isPlain(schema)) return text;
  if (isLineField(name, schema)) return lineFieldTyped(name, text);
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** Fields of several parts that were typed in a form that nobody can read, with what is wrong with each. */
export function unreadFields(schema: Schema, message: Record<string, unknown>): Problem[] {
  return Object.entries(schema.properties ?? {}).flatMap(([field, each]) =>
    typeof message[field] === 'string' && message[field] !== 'all' && isLineField(field, each)
      ? [{ field, problem: lineFieldProblem(field) }]
      : [],
  );
}

/** `2026-04-01 02:00`, as people type an instant of UTC, as it is written. */
export function whenTyped(text: string): string {
  return text.replace(/^(\d{4}-\d{2}-\d{2}) (\d{2}:\d{2})$/, '$1T$2:00Z');
}

/** A value as its field is filled in with it. */
export function typedOf(value: unknown): string | string[] | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (Array.isArray(value) && value.every((each) => typeof each === 'string')) return value.join('\n');
  return typeof value === 'object' ? JSON.stringify(value, undefined, 2) : String(value);
}
