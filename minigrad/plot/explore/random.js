// Seeded random numbers, so that an address always shows the same walk.

/** A function that draws from [0, 1): Mulberry32, a 32-bit generator. */
function uniforms(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let x = Math.imul(state ^ (state >>> 15), state | 1);
    x ^= x + Math.imul(x ^ (x >>> 7), x | 61);
    return ((x ^ (x >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A function that draws from the standard normal distribution, by Box and Muller. */
function normals(seed) {
  const draw = uniforms(seed);
  return () => Math.sqrt(-2 * Math.log(1 - draw())) * Math.cos(2 * Math.PI * draw());
}
