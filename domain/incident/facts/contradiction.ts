/** Two facts that cannot both be true, as whoever states them is told. */

/** A contradiction, at one of its two fields; the words name the other. */
export interface Contradiction {
  path: Array<string | number>;
  message: string;
}
