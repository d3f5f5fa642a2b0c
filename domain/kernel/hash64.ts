/**
 * A short hash of a text, to know it again: no secret and no proof. Two multiplicative lanes of 32 bits, mixed at the end
 * (the scheme of cyrb53), as workflows have no `crypto` and draw it often.
 */
export function hash64(said: string): string {
  let [a, b] = [0xdeadbeef, 0x41c6ce57];
  for (let i = 0; i < said.length; i++) {
    const unit = said.charCodeAt(i);
    a = Math.imul(a ^ unit, 0x9e3779b1);
    b = Math.imul(b ^ unit, 0x5f356495);
  }
  const mix = (x: number, y: number) => Math.imul(x ^ (x >>> 16), 0x85ebca6b) ^ Math.imul(y ^ (y >>> 13), 0xc2b2ae35);
  return [mix(a, b), mix(b, a)].map((lane) => (lane >>> 0).toString(16).padStart(8, '0')).join('');
}
