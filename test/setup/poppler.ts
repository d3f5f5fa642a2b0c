/** Poppler, a reader of PDFs that nobody here wrote: what a PDF says, and what its pages look like. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { findOnPath } from '../../platform/find-on-path';
import { runCommand } from '../../platform/run-command';
import { temporaryDir } from './helpers';

const INSTALL_MS = 240_000;
const READ_MS = 60_000;

/** The program, installed first where this machine has none and lets us. */
async function poppler(name: 'pdftotext' | 'pdftoppm' | 'pdfinfo'): Promise<string> {
  const found = findOnPath(name);
  if (found) return found;
  const apt = findOnPath('apt-get');
  if (!apt || process.getuid?.() !== 0) {
    throw new Error(`${name} is missing, with which this test reads PDFs: install poppler (Debian: poppler-utils)`);
  }
  await runCommand(apt, ['update', '-qq'], { timeoutMs: INSTALL_MS });
  await runCommand(apt, ['install', '-y', '-qq', 'poppler-utils'], { timeoutMs: INSTALL_MS });
  const installed = findOnPath(name);
  if (!installed) throw new Error(`${name} is missing although poppler-utils was installed: look at the PATH`);
  return installed;
}

/** Installs what is missing. Takes minutes where it is. */
export async function preparePoppler(): Promise<void> {
  for (const name of ['pdftotext', 'pdftoppm', 'pdfinfo'] as const) await poppler(name);
}

/** The text of each page, as it is laid out. */
export async function pagesOf(pdf: string): Promise<string[]> {
  const text = await runCommand(await poppler('pdftotext'), ['-layout', pdf, '-'], { timeoutMs: READ_MS });
  return text.split('\f').slice(0, -1);
}

/** What poppler says of the file, such as `Title` and `Pages`. */
export async function infoOf(pdf: string): Promise<Map<string, string>> {
  const text = await runCommand(await poppler('pdfinfo'), [pdf], { timeoutMs: READ_MS });
  return new Map(
    text.split('\n').flatMap((line) => {
      const [, name, value] = /^([^:]+):\s*(.*)$/.exec(line) ?? [];
      return name === undefined ? [] : [[name, value!] as const];
    }),
  );
}

/** A page as a picture: one byte a pixel, 255 is white. */
export interface Picture {
  width: number;
  height: number;
  pixels: Uint8Array;
}

/** Each page as a picture of `dpi` pixels an inch. */
export async function picturesOf(pdf: string, dpi: number): Promise<Picture[]> {
  const dir = temporaryDir('pages');
  const args = ['-gray', '-r', String(dpi), pdf, path.join(dir, 'page')];
  await runCommand(await poppler('pdftoppm'), args, { timeoutMs: READ_MS });
  return readdirSync(dir)
    .sort()
    .map((file) => parsePgm(readFileSync(path.join(dir, file))));
}

/** A portable graymap: `P5`, width, height and 255 as text, then the pixels. */
function parsePgm(bytes: Buffer): Picture {
  const head = /^P5\s+(\d+)\s+(\d+)\s+255\s/.exec(bytes.toString('latin1', 0, 100));
  if (!head) throw new Error('pdftoppm wrote something else than a portable graymap');
  const [width, height] = [Number(head[1]), Number(head[2])];
  return { width, height, pixels: bytes.subarray(head[0].length) };
}
