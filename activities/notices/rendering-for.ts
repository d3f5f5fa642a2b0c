import type { Rendering } from '../../domain/incident/evidence';

/** The rendering in a language, else in its base language, else in English, else the first. */
export function renderingFor(renderings: Rendering[], language: string): Rendering | undefined {
  const wanted = [language, language.split('-')[0], 'en'];
  for (const each of wanted) {
    const found = renderings.find((rendering) => rendering.language === each);
    if (found) return found;
  }
  return renderings[0];
}
