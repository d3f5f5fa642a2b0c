/** Reads a file of VEX statements: OpenVEX or CycloneDX, told apart by what it holds. */
import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { asObject, own } from './component-list';
import { readCycloneDxVex } from './cyclonedx-vex';
import { inventorySource } from './inventory';
import { readOpenVex } from './openvex';
import type { VexStatement, VexStatements } from './vex';
import { VexError } from './vex-statements';

const LARGEST_BYTES = 64 * 1024 * 1024;

/**
 * Reads `PATH`, or `NAME=PATH` of what is about one inventory. Never throws: what cannot be read, or does not say who states
 * it, when, and why, takes nothing away and is told.
 */
export function readVex(source: string, statements: VexStatements, problem: (text: string) => void): void {
  const { name: inventory, file } = inventorySource(source);
  const where = path.basename(file);
  const faults: string[] = [];
  try {
    if (statSync(file).size > LARGEST_BYTES) throw new VexError(`has more than ${LARGEST_BYTES} bytes`);
    const document = asObject(parse(readFileSync(file, 'utf8')));
    const read = document && readerOf(document);
    if (!read) throw new VexError('is neither OpenVEX ("@context": "https://openvex.dev/ns…") nor CycloneDX in JSON');
    const add = (statement: VexStatement) => statements.add(statement);
    if (!read(document, { where, inventory, now: statements.now, add }, faults)) statements.incomplete = true;
  } catch (error) {
    statements.incomplete = true;
    const why =
      error instanceof VexError
        ? error.message
        : `cannot be read (${(error as NodeJS.ErrnoException).code ?? 'fault'})`;
    problem(`VEX ${where}: ${why}`);
  }
  for (const fault of faults.slice(0, 5)) problem(`VEX ${where}: ${fault}`);
  if (faults.length > 5) problem(`VEX ${where}: ${faults.length} statements in all cannot be used`);
}

function readerOf(document: Record<string, unknown>): typeof readOpenVex | undefined {
  if (own(document, 'bomFormat') === 'CycloneDX') return readCycloneDxVex;
  return String(own(document, '@context')).startsWith('https://openvex.dev/ns') ? readOpenVex : undefined;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch {
    throw new VexError('is not valid JSON');
  }
}
