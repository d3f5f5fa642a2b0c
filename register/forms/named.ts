/**
 * What the packs call things, for whoever reads a form and has no pack. Its id stands behind a name: by it the fields of an entry
 * name the same thing.
 */
import type { NarratedPack } from '../../domain/incident/narrated';

/** A duty by its title, with the authority's key; by its id where no pack that is at hand names it. */
export function dutyName(id: string, pack: NarratedPack): string {
  const [rule = id, authority] = id.split(':');
  const title = titleOf(rule, pack) ?? rule;
  return authority === undefined ? title : `${title} (${authority})`;
}

/** What is told about a duty, its name first: `Report to the EU supervisory authority (ie-dpc): Draft ready [gdpr-art33-authority:ie-dpc]`. */
export function aboutDuty(id: string, text: string, pack: NarratedPack): { text: string; reference: string } {
  const title = titleOf(id.split(':')[0]!, pack);
  if (title === undefined) return { text: `${id}: ${text}`, reference: '' };
  // Some sentences begin with the title.
  const rest = text.startsWith(`${title}:`) ? text.slice(title.length + 1).trimStart() : text;
  return { text: `${dutyName(id, pack)}: ${rest}`, reference: ` [${id}]` };
}

/** A reason that a rule gave, with the name of each duty and ground before its id: such reasons name them by their ids alone. */
export function reasonNamed(text: string, pack: NarratedPack): string {
  const names = new Map([
    ...pack.obligations.map(({ id, title }) => [id, `“${title}”`] as const),
    ...(pack.grounds ?? []).map(({ id, citation }) => [id, citation] as const),
  ]);
  return text.replace(/[a-z0-9]+(?:-[a-z0-9]+)+/g, (id) => (names.has(id) ? `${names.get(id)} (${id})` : id));
}

/** Who decided that a duty is not required, where a rule did: the law first. */
export function ruleNamed(by: string, rule: string, pack: NarratedPack): string {
  const citation = pack.obligations.find(({ id }) => id === rule)?.citation;
  return `Tocsin${citation ? `, under ${citation}` : ''} (rule ${rule}), on what ${by} stated`;
}

/** A ground by the article, its title and its id; what no pack at hand has stays. */
export function groundName(ground: string, { grounds = [] }: NarratedPack): string {
  const found = grounds.find(({ id }) => id === ground);
  return found ? `${found.citation}: ${found.title} (${ground})` : ground;
}

function titleOf(rule: string, pack: NarratedPack): string | undefined {
  return pack.obligations.find(({ id }) => id === rule)?.title;
}
