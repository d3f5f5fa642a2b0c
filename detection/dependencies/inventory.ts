/** Reads an inventory: a lock file or an SBOM, told apart by what they hold. */
import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import type { Inventory } from '../../domain/patch/dependencies';
import { readBunLock } from './bun-lock';
import { asObject, cut, own } from './component-list';
import { readCycloneDx } from './cyclonedx';
import { InventoryError } from './inventory-error';
import { readPackageLock } from './package-lock';
import { readPnpmLock } from './pnpm-lock';
import { readSpdx } from './spdx';
import { readYaml } from './yaml';
import { readYarnLock } from './yarn-lock';

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
      `inventory ${what}: ${why[code] ?? `cannot be read (${code})`}; give a lock file or an SBOM`,
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

type Read = Omit<Inventory, 'name'> & { name?: string };

/**
 * Parses the text of a lock file or an SBOM. One from which nothing was read says so as a problem: that nothing is listed is not
 * that nothing is vulnerable.
 *
 * @throws InventoryError, and nothing else, whatever the text.
 */
export function parseInventory(content: string): Read {
  const inventory = read(content.replace(/^\uFEFF/, ''));
  if (inventory.components.length > 0) return inventory;
  const nothing = 'it lists no package of a known kind: nothing of it was checked';
  return { ...inventory, problems: [nothing, ...inventory.problems] };
}

function read(content: string): Read {
  const head = content.slice(0, 4_000);
  if (/^\s*\{/.test(head)) return readObject(content);
  if (/^# yarn lockfile v1$/m.test(head) || /^__metadata:/m.test(head)) return readYarnLock(content);
  if (/^lockfileVersion:/m.test(head)) return readPnpmLock(content);
  throw new InventoryError(unknownForm(head));
}

function unknownForm(head: string): string {
  if (/^\s*</.test(head)) return 'it is XML; write the SBOM in JSON';
  if (/^SPDXVersion:/m.test(head)) return 'it is SPDX as tags and values; write it in JSON';
  if (/^#!\/usr\/bin\/env bun/.test(head))
    return 'it is the binary lock file of Bun; `bun install --save-text-lockfile` writes one that can be read';
  return 'it is neither a lock file of npm, pnpm, Yarn or Bun nor an SBOM in JSON (CycloneDX, SPDX)';
}

function readObject(content: string): Read {
  let parsed: unknown;
  try {
    parsed = JSON.parse(content);
  } catch {
    // Bun writes JSON with commas at the end of lists, which is YAML too.
    if (!/"lockfileVersion"\s*:/.test(content.slice(0, 4_000))) throw new InventoryError('it is not valid JSON');
    const [first] = readYaml(content);
    const lock = asObject(first);
    if (!lock || !isBun(lock)) throw new InventoryError('it is not valid JSON');
    return readBunLock(lock);
  }
  const object = asObject(parsed) ?? {};
  if (own(object, 'bomFormat') === 'CycloneDX') return readCycloneDx(object);
  if (Object.hasOwn(object, 'spdxVersion')) return readSpdx(object);
  if (isBun(object)) return readBunLock(object);
  if (Object.hasOwn(object, 'lockfileVersion')) return readPackageLock(object);
  throw new InventoryError('has neither "lockfileVersion" (npm, Bun), "bomFormat": "CycloneDX" nor "spdxVersion"');
}

/** Both count their versions from 1; npm keeps its workspaces elsewhere. */
function isBun(lock: Record<string, unknown>): boolean {
  return Object.hasOwn(lock, 'lockfileVersion') && Object.hasOwn(lock, 'workspaces');
}
