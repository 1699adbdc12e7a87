/** The normal quantile of a two-sided 95% interval. */
const z = 1.959963984540054

/**
 * Wilson's 95% score interval of a share, in millionths, rounded outwards. `of` is at least 1.
 */
export function wilsonMillionths(successes: number, of: number): { readonly lo: number; readonly hi: number } {
  const share = successes / of
  const scale = 1 + (z * z) / of
  const middle = (share + (z * z) / (2 * of)) / scale
  const half = (z / scale) * Math.sqrt((share * (1 - share)) / of + (z * z) / (4 * of * of))
  return {
    lo: successes === 0 ? 0 : Math.max(0, Math.floor((middle - half) * 1_000_000)),
    hi: successes === of ? 1_000_000 : Math.min(1_000_000, Math.ceil((middle + half) * 1_000_000)),
  }
}
