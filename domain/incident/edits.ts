/** Texts of notices that a person wrote over the generated ones, and how long they stand. */
import { hash64 } from '../kernel/hash64';
import type { Instant } from '../kernel/time';
import type { Rendering } from './evidence';
import type { NoticeSender } from './notice-sender';

export interface EditedText {
  language: string;
  subject: string;
  /** Markdown. */
  body: string;
}

/** `facts`: fingerprint of what the generated notice said when it was edited. */
export interface NoticeEdit extends EditedText {
  facts: string;
  by: string;
  at: Instant;
}

/** The edits that still stand: those of the same facts. Facts that changed since must be read again by whoever edits. */
export function standingEdits(edits: Record<string, NoticeEdit> | undefined, facts: string): NoticeEdit[] {
  return Object.values(edits ?? {})
    .filter((edit) => edit.facts === facts)
    .sort((a, b) => (a.language < b.language ? -1 : 1));
}

/** The texts that a draft was written with, in another round: they stand while its facts do. One that had fallen stays so. */
export function standingOn(
  edits: Record<string, NoticeEdit> | undefined,
  renderings: readonly Rendering[],
  facts: string,
): Record<string, NoticeEdit> {
  const stood = new Set(renderings.filter(({ edited }) => edited).map(({ language }) => language));
  return Object.fromEntries(
    Object.entries(edits ?? {}).map(([language, edit]) => [language, stood.has(language) ? { ...edit, facts } : edit]),
  );
}

/** The fingerprint of a draft: of its facts, of the edits that stand, and of a sender that is not the configured one. */
export function draftFingerprint(facts: string, edits: NoticeEdit[], sender?: NoticeSender): string {
  if (edits.length === 0 && !sender) return facts;
  const texts = edits.map(({ language, subject, body }) => [language, subject, body]);
  return hash64(JSON.stringify([facts, ...texts, ...(sender ? [{ from: sender.from, to: sender.replyTo }] : [])]));
}
