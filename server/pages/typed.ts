/** What a form brought, or is filled in with: texts by the name of the field. */
export type Typed = Record<string, string | string[] | undefined>;

/** The one text of a field; empty where it was left so. */
export function textOf(value: string | string[] | undefined): string {
  return [value].flat()[0]?.replaceAll('\r\n', '\n').trim() ?? '';
}
