/** The forms in which the register is handed to people, beside the export that verifies. */
import { csvForm } from './csv';
import type { RegisterDocument } from './document';
import { htmlForm } from './html';

export { type DocumentInput, type DocumentLog, documentOf, type RegisterDocument } from './document';

/** Formats and what writes them. The same document gives the same bytes. */
export const FORMS: Record<'csv' | 'html' | 'pdf', (document: RegisterDocument) => Promise<Buffer>> = {
  csv: async (document) => csvForm(document),
  html: async (document) => htmlForm(document),
  // Loaded when it is asked for: the library takes longer to load than the command does to run.
  pdf: async (document) => (require('./pdf') as typeof import('./pdf')).pdfForm(document),
};
