/**
 * How many of `all` generated inputs a test takes: a tenth, or `part` where even that takes too long, which finds what a change
 * breaks without holding it up; all of them when `TOCSIN_TEST_INPUTS=all`, as before a release.
 */
export function inputs(all: number, part = Math.ceil(all / 10)): number {
  return process.env.TOCSIN_TEST_INPUTS === 'all' ? all : part;
}
