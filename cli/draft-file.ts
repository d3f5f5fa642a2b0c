/** A notice as a file that a person edits: its subject on the first line, a blank line, then its text in Markdown. */
import { usage } from '../client/errors';

export interface DraftFile {
  subject: string;
  body: string;
}

/** Reads such a file. Throws a usage error that says what it must look like. */
export function readDraftFile(file: string, content: string): DraftFile {
  const [, subject, body] = /^Subject:[ \t]*(\S.*?)[ \t]*\r?\n\s*([\s\S]*\S)\s*$/.exec(content) ?? [];
  if (subject && body) return { subject, body: body.replaceAll('\r\n', '\n') };
  throw usage(`${file} is not a notice: one starts with "Subject: …", then a blank line, then the text`);
}
