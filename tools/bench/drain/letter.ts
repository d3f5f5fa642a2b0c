/** A notice of the length that those of the packs have. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { packageRoot } from '../../../platform/package-root';

export const FROM = 'Security <security@example.com>';

const text = readFileSync(path.join(packageRoot(), 'policy', 'templates', 'individual-notice', 'en.md'), 'utf8');

export const LETTER = {
  subject: 'About your personal data',
  text,
  html: `<!doctype html><html lang="en"><body><p>${text.replaceAll('\n\n', '</p>\n<p>')}</p></body></html>`,
};
