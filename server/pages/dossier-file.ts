/**
 * The dossier of a filing as the workers froze it, a page of its own and its data, beside the page of its notice: the dossier links to
 * them by these names.
 */
import { ruleOf } from '../../domain/policy/policy';
import { Refusal } from '../problem';
import type { LookedAt } from './looked-at';
import type { NoticeTexts } from './notice-texts';

/** A dossier has its style in it, and nothing else that runs or is fetched. */
export const DOSSIER_POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** `index.html`, `index.de.html`, `dossier.json`, `dossier.de.json`. */
const NAMES = /^(?:index(?:\.([a-z]{2}))?\.html|dossier(?:\.([a-z]{2}))?\.json)$/;
/** The page names the hash of its data. */
const HASH_OF_DATA = /SHA-256 <code>([0-9a-f]{64})<\/code><\/footer>/;

/** The name of its page in this language. */
export function dossierPageOf(language: string): string {
  return language === 'en' ? 'index.html' : `index.${language}.html`;
}

/** A file of the dossier. @throws Refusal where there is none, or its text cannot be read now. */
export async function dossierFile(
  { view, pack }: LookedAt,
  obligation: string,
  file: string,
  from: NoticeTexts | undefined,
): Promise<{ type: string; text: string }> {
  const o = Object.hasOwn(view.state.obligations, obligation) ? view.state.obligations[obligation] : undefined;
  const name = NAMES.exec(file);
  const language = name?.[1] ?? name?.[2] ?? 'en';
  const rendering = o?.draft?.renderings.find((each) => each.language === language);
  if (!name || !rendering || ruleOf(pack, o?.rule)?.dispatch !== 'filing')
    throw new Refusal('not-found', 'no dossier has this page');
  const read = (sha256: string) =>
    from?.file(sha256).catch(() => undefined) ?? Promise.resolve<string | undefined>(undefined);
  const page = await read(rendering.sha256);
  const isData = file.endsWith('.json');
  const data = isData && page ? HASH_OF_DATA.exec(page)?.[1] : undefined;
  const text = isData ? data && (await read(data)) : page;
  if (!text) throw new Refusal('unavailable', 'the dossier cannot be read here now');
  return { type: isData ? 'application/json; charset=utf-8' : 'text/html; charset=utf-8', text };
}
