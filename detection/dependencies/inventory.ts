/** Reads an inventory: a lock file or an SBOM, told apart by what they hold. */
import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import type { Inventory } from '../../domain/patch/dependencies';
import { asObject, cut, own } from './component-list';
import { readCycloneDx } from './cyclonedx';
import { InventoryError } from './inventory-error';
import { readPackageLock } from './package-lock';

const LARGEST_BYTES = 64 * 1024 * 1024;

/** Where an inventory stands and, optionally, what people call it. Written `NAME=PATH` or `PATH`. */
export interface InventorySource {
  name?: string;
  file: string;
}

/** `web=/srv/web/package-lock.json` or a path alone. */
export function inventorySource(text: string): InventorySource {
  const match = /^([A-Za-z0-9][A-Za-z0-9._-]{0,59})=(.+)$/.exec(text);
  return match ? { name: match[1]!, file: match[2]! } : { file: text };
}

/** @throws InventoryError when the file cannot be read or is no inventory. The message names no folder. */
export function readInventory(source: InventorySource): Inventory {
  const what = source.name ?? path.basename(source.file);
  let content: string;
  try {
    const { size } = statSync(source.file);
    if (size > LARGEST_BYTES) throw new InventoryError(`it has ${size} bytes; at most ${LARGEST_BYTES} are read`);
    content = readFileSync(source.file, 'utf8');
  } catch (error) {
    if (error instanceof InventoryError) throw new InventoryError(`inventory ${what}: ${error.message}`);
    const why = { ENOENT: 'it does not exist', EACCES: 'permission denied', EISDIR: 'it is a folder' };
    const code = String((error as NodeJS.ErrnoException).code) as keyof typeof why;
    throw new InventoryError(
      `inventory ${what}: ${why[code] ?? `cannot be read (${code})`}; give a package-lock.json or a CycloneDX file`,
    );
  }
  try {
    const { name, ...rest } = parseInventory(content);
    const fallback = path.basename(path.dirname(path.resolve(source.file))) || 'inventory';
    return { name: cut(source.name ?? name ?? fallback, 120), ...rest };
  } catch (error) {
    if (error instanceof InventoryError) throw new InventoryError(`inventory ${what}: ${error.message}`);
    throw error;
  }
}

/** Parses the text of a lock file or an SBOM. @throws InventoryError, and nothing else, whatever the text. */
export function parseInventory(content: string): Omit<Inventory, 'name'> & { name?: string } {
  let parsed: unknown;
  try {
    parsed = JSON.parse(content.replace(/^\uFEFF/, ''));
  } catch {
    throw new InventoryError('it is not JSON; use a package-lock.json or a CycloneDX file in JSON');
  }
  const object = asObject(parsed);
  if (!object) throw new InventoryError('it holds no JSON object; give a package-lock.json or a CycloneDX file');
  if (own(object, 'bomFormat') === 'CycloneDX') return readCycloneDx(object);
  if (Object.hasOwn(object, 'lockfileVersion')) return readPackageLock(object);
  throw new InventoryError('has neither "lockfileVersion" (npm) nor "bomFormat": "CycloneDX"');
}
