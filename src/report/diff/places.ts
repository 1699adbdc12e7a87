import type { Location } from '../../language/source.ts'
import type { Region } from '../../analysis/diff/meaning.ts'
import type { Policy } from '../../policy/core.ts'

/** Where the new policy says what it does with the calls of a region; else where its blocks begin. */
export function placeOfRegion({ blocks }: Policy, { moments, new: next }: Region): Location | undefined {
  const all = [blocks.start, blocks.turn, blocks.call].flatMap((block) => (block === undefined ? [] : [block]))
  const rules = all.flatMap((block) => [...block.rules, block.otherwise])
  const deciding = next.rules.at(-1)
  const own = moments.map((moment) => blocks[moment]).find((block) => block !== undefined)
  return (rules.find(({ name }) => name === deciding) ?? own?.otherwise)?.location
}
