import { chmodSync, mkdtempSync, realpathSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/**
 * A new temporary folder, `tocsin-<label>-…`, that other accounts may enter: Postgres runs as one when this process is
 * root, and would else keep its files elsewhere, where nobody removes them.
 */
export function temporaryDir(label: string): string {
  const dir = mkdtempSync(path.join(realpathSync(tmpdir()), `tocsin-${label}-`));
  chmodSync(dir, 0o755);
  return dir;
}
