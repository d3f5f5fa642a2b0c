/** The frame of a form: what it is about, what was wrong with it, its fields, and what it sends beside what is typed. */
import type { FastifyReply } from 'fastify';
import { type Html, html } from '../../platform/html';
import type { Refusal } from '../problem';
import { fieldWords } from './field-words';
import { fieldsOf, hasFiles, type Later, plainProblem, type schemaOf } from './fields';
import { sendPage, type Visitor } from './layout';
import { isUnknown, keyAfter, partsOf, refusalBox } from './refusal-box';
import { pageHead, type Subject } from './subject';
import type { Typed } from './typed';

export interface Form {
  /** What its button says; also the heading, where that is no other. */
  title: string;
  heading?: string;
  about?: string;
  action: string;
  schema: ReturnType<typeof schemaOf>;
  without: readonly string[];
  typed: Typed;
  choices: Record<string, { value: string; text: string }[]>;
  back: string;
  /** The case that it acts on. */
  subject?: Subject;
  /** What the form is about, before its fields. */
  shown?: Html;
  /** Nothing can be sent by it now, as `shown` says. */
  isIdle?: boolean;
  /** What it sends beside what is typed. */
  fixed?: Record<string, string>;
  at?: 'declare';
  /** The message that it sends, and its kind of case. */
  of?: readonly string[];
  /** Of long texts. */
  rows?: number;
  /** What is folded away below the other fields. */
  later?: Later;
  /** The duties that a refusal may speak of by their ids, with their titles. */
  duties?: ReadonlyMap<string, string>;
}

export function sendForm(reply: FastifyReply, visitor: Visitor, form: Form, refusal?: Refusal): FastifyReply {
  const { typed, schema, choices, shown, at, of, rows, later, heading = form.title } = form;
  // Sent again as it was, while nobody knows whether it was taken.
  const asSent = refusal !== undefined && isUnknown(refusal);
  const fixed = Object.entries(form.fixed ?? {}).map(([name, value]): [string, string] => {
    const before = typed[name];
    return [name, asSent && typeof before === 'string' ? before : value];
  });
  const isShown = fixed.every(([name, value]) => form.fixed?.[name] === value);
  const without = [...form.without, ...fixed.map(([name]) => name)];
  const errors = refusal?.errors.map((each) => ({ ...each, problem: plainProblem(schema, each) })) ?? [];
  const wrong = new Map(errors.map(({ field, problem }) => [field, problem]));
  const names = Object.keys(schema.properties ?? {}).filter((name) => !without.includes(name));
  return sendPage(reply, {
    title: heading,
    visitor,
    ...(at && { at }),
    body: html`${pageHead({ back: { to: form.back, text: 'Back' }, heading, about: form.about, subject: form.subject })}
${refusal && refusalBox({ ...partsOf(refusal), errors }, namesOf(names, of), visitor.session.actor, refusal.kind === 'key-used' && !refusal.declared ? html`<p><a href="${form.back}">See how it stands</a></p>` : undefined, form.duties)}
${isShown && shown}
${
  form.isIdle && !asSent
    ? html`<p class="acts idle"><a class="button" href="${form.back}">See how it stands</a></p>`
    : html`<form class="form" method="post" action="${form.action}"${hasFiles(schema, without) && html` enctype="multipart/form-data"`}>
${hidden({ csrf: visitor.formToken, key: keyAfter(refusal && { refusal, typed }), ...Object.fromEntries(fixed) })}
${fieldsOf(schema, { typed, wrong, without, choices, ...(of && { of }), ...(rows && { rows }), later })}
<div class="acts"><button>${form.title}</button><a class="button plain" href="${form.back}">Cancel</a></div>
</form>`
}`,
  });
}

/** The fields of a form, with what they are called on it. */
function namesOf(names: readonly string[], of: readonly string[] | undefined): ReadonlyMap<string, string> {
  return new Map(names.map((name) => [name, fieldWords(name, of).label]));
}

/** Fields that nobody sees. */
export function hidden(fields: Record<string, string>): Html {
  return html`${Object.entries(fields).map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`)}`;
}
