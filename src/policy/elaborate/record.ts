/** The items that are there. */
export function defined<T>(items: readonly (T | undefined)[]): T[] {
  return items.filter((item) => item !== undefined)
}
