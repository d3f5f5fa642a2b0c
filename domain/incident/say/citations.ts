/** How each language cites the laws of the EU and the EDPB's form. What it does not know stands as it is. */
/** `GDPR Art. 33(3)(a); EDPB 55, 62` as `Art. 33 Abs. 3 Buchst. a DSGVO; EDSA 55, 62`, or `RGPD, art. 33, par. 3, point a)`. */
export function citeIn(language: string, citation: string): string {
  const cite = CITES[language];
  if (!cite) return citation;
  return citation
    .split('; ')
    .map((part) => citePart(part, cite))
    .join(cite.semicolon);
}

interface Cites {
  semicolon: string;
  article(number: string): string;
  paragraph(number: string): string;
  point(letter: string): string;
  /** Between an article, its paragraph and its point. */
  within: string;
  and: string;
  gdpr(where: string, uk: boolean): string;
  recital(number: string): string;
  edpb(fields: string): string;
}

const CITES: Record<string, Cites> = {
  fr: {
    semicolon: '\u202f; ',
    article: (number) => `art. ${number}`,
    paragraph: (number) => `par. ${number}`,
    point: (letter) => `point ${letter})`,
    within: ', ',
    and: ' et ',
    gdpr: (where, uk) => `RGPD${uk ? ' du Royaume-Uni' : ''}, ${where}`,
    recital: (number) => `considérant ${number}`,
    edpb: (fields) => `CEPD ${fields.replaceAll(' to ', ' à ')}`,
  },
  de: {
    semicolon: '; ',
    article: (number) => `Art. ${number}`,
    paragraph: (number) => `Abs. ${number}`,
    point: (letter) => `Buchst. ${letter}`,
    within: ' ',
    and: ' und ',
    gdpr: (where, uk) => (uk ? `${where} der DSGVO des Vereinigten Königreichs` : `${where} DSGVO`),
    recital: (number) => `Erwägungsgrund ${number}`,
    edpb: (fields) => `EDSA ${fields.replaceAll(' to ', ' bis ')}`,
  },
};

function citePart(part: string, cite: Cites): string {
  const [, form] = /^EDPB (\d[\d, to]*)$/.exec(part) ?? [];
  if (form) return cite.edpb(form);
  const [, uk, recital] = /^(UK )?GDPR recital (\d+)$/.exec(part) ?? [];
  if (recital) return cite.gdpr(cite.recital(recital), uk !== undefined);
  const [, british, articles] = /^(UK )?GDPR Art\. (.+)$/.exec(part) ?? [];
  if (!articles) return part;
  const each = articles.split(', ').map((article) => /^(\d*)((?:\([0-9a-z]+\))*)$/.exec(article));
  if (each.some((found) => !found)) return part;
  const said = each.map((found) => {
    const inner = [...found![2]!.matchAll(/\(([0-9]+|[a-z])\)/g)].map(([, at]) =>
      /\d/.test(at!) ? cite.paragraph(at!) : cite.point(at!),
    );
    return [...(found![1] ? [cite.article(found![1])] : []), ...inner].join(cite.within);
  });
  return cite.gdpr(said.join(cite.and), british !== undefined);
}
