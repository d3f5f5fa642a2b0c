/**
 * The spaces that French puts before `; ! ?` (narrow, no-break), before `:` and within « » (no-break), where somebody typed
 * plain ones (Lexique des règles typographiques en usage à l'Imprimerie nationale). No other character is touched.
 */
export function frenchSpaces(text: string): string {
  return text
    .replace(/ ([;!?])(?=\s|$)/gu, '\u202f$1')
    .replace(/ (:)(?=\s|$)/gu, '\u00a0$1')
    .replace(/« /gu, '«\u00a0')
    .replace(/ »/gu, '\u00a0»');
}
