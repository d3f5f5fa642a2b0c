/** Languages as Tocsin writes them: two letters of ISO 639-1, like `fr`. */
import { z } from 'zod';
import { nearest } from './suggest';

/** ISO 639-1:2002 with its later changes. */
const CODES: ReadonlySet<string> = new Set(
  (
    'aa ab ae af ak am an ar as av ay az ba be bg bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz ee el en eo es ' +
    'et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik io is it iu ja jv ka kg ki ' +
    'kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb nd ne ng nl nn no ' +
    'nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl sm sn so sq sr ss st su sv sw ta te ' +
    'tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu'
  ).split(' '),
);

const NAMES = new Intl.DisplayNames(['en'], { type: 'language' });

/** Why a text is no language, with the one that is meant; `undefined` where it is one. */
export function languageProblem(text: string): string | undefined {
  if (CODES.has(text)) return undefined;
  const meant = meantBy(text.trim());
  // Anything longer may be somebody's name.
  const what = /^[a-z]{2,3}$/i.test(text) ? `"${text}" is no language` : 'must be a language';
  return `${what} (ISO 639-1): ${meant ? `did you mean "${meant}" (${NAMES.of(meant)})?` : 'use two letters like fr or de'}`;
}

/** By its name, by another code of it, with a place behind, by a country where it is spoken, or with two letters turned. */
function meantBy(text: string): string | undefined {
  const named = nameMeant(text);
  if (named) return named;
  if (!/^[A-Za-z]{2,3}([-_][A-Za-z0-9]+)*$/.test(text)) return undefined;
  const [head = ''] = (Intl.getCanonicalLocales(text.replaceAll('_', '-').replace(/-.*/, ''))[0] ?? '').split('-');
  if (CODES.has(head)) return head;
  if (text.length !== 2) return undefined;
  const turned = [...text.toLowerCase()].reverse().join('');
  const spoken = new Intl.Locale(`und-${text.toUpperCase()}`).maximize();
  // What is no country has the language of none: Intl answers with English.
  if (spoken.language !== 'en' && CODES.has(spoken.language)) return spoken.language;
  return CODES.has(turned) ? turned : undefined;
}

function nameMeant(text: string): string | undefined {
  if (text.length < 4) return undefined;
  const byName = new Map([...CODES].map((code) => [NAMES.of(code) ?? code, code]));
  const name = nearest(text, [...byName.keys()], 1);
  return name && byName.get(name);
}

/** A language; of what is none it says which is meant. */
export const LanguageSchema = z.string().superRefine((text, context) => {
  const message = languageProblem(text);
  if (message) context.addIssue({ code: 'custom', message });
});
