/** Writes every text that scenarios generate into a folder, to be read line by line. */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { DEFAULT_PACKS, loadPolicy } from '../../policy/load-policy';
import { textsOf } from './texts-of';

/**
 * `out/<scenario>/<obligation>-r<round>.<language>.txt`, and dossiers as pages. `mark`: in every language, with what nobody
 * translated in brackets. Answers what was refused.
 */
export async function writeTexts(files: string[], out: string, mark: boolean): Promise<string[]> {
  const policy = loadPolicy(DEFAULT_PACKS);
  const refused: string[] = [];
  for (const file of files) {
    const folder = path.join(out, path.basename(file, path.extname(file)));
    mkdirSync(folder, { recursive: true });
    const played = await textsOf(file, policy, path.join(folder, '.frozen'), { mark });
    for (const { name, language, notice } of played.texts)
      writeFileSync(path.join(folder, `${name}.${language}.txt`), `${notice.subject}\n\n${notice.text}`);
    for (const { name, html } of played.dossiers) writeFileSync(path.join(folder, `${name}.html`), html);
    refused.push(...played.refused);
  }
  return refused;
}
