/**
 * How many of `all` generated inputs a test takes: a tenth, which finds what a change breaks without holding it up; all
 * of them when `TOCSIN_TEST_INPUTS=all`, as before a release.
 */
export function inputs(all: number): number {
  return process.env.TOCSIN_TEST_INPUTS === 'all' ? all : Math.ceil(all / 10);
}
