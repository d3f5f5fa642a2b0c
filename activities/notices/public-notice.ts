/** A public communication in place of notices to each person (GDPR Art. 34(3)(c); SOR/2018-64 s. 5): a page of its own. */
import type { ArtefactStore } from '../storage/artefacts';
import { incidentPath, obligationPath, type Site } from '../storage/site';
import type { PublishStatusInput } from '../types';
import { thawNotice } from './frozen-notice';
import { asHtml } from './inert';

/**
 * Writes the notice in every language that was approved, each page with links to the others; answers the address of the
 * first. The frozen bytes go out as they are, below the links.
 */
export async function publishPublicNotice(
  { artefacts, site }: { artefacts: ArtefactStore; site: Site },
  { incidentId, obligation, renderings }: PublishStatusInput,
): Promise<{ url: string }> {
  const fileOf = (language: string) =>
    `public-notices/${incidentPath(incidentId)}/${obligationPath(obligation)}.${language}.html`;
  const urls: string[] = [];
  for (const { language, sha256 } of renderings) {
    const { html } = await thawNotice(artefacts, sha256);
    const others = renderings.filter((each) => each.language !== language);
    const links = others.map(
      (each) =>
        `<a href="${encodeURIComponent(fileOf(each.language).split('/').at(-1)!)}" lang="${asHtml(each.language)}">${asHtml(nameOf(each.language))}</a>`,
    );
    const nav = links.length > 0 ? `<nav>${links.join(' · ')}</nav>\n` : '';
    urls.push(
      await site.write(
        fileOf(language),
        html.replace(/<body[^>]*>/, (body) => `${body}${nav}`),
      ),
    );
  }
  return { url: urls[0]! };
}

/** A language in its own words. */
function nameOf(language: string): string {
  return new Intl.DisplayNames([language], { type: 'language' }).of(language) ?? language;
}
