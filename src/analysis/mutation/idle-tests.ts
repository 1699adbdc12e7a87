import type { Location } from '../../language/source.ts'
import type { Policy, TestCase } from '../../policy/core.ts'
import { runTest } from '../../replay/scenario.ts'
import { replaceBlock } from './rewrite.ts'
import { blocksOf } from './sites.ts'

/** A test that has names of rules or filters in its title and stays green without any one of them. */
export interface IdleTest {
  readonly title: string
  readonly location: Location
  /** `rule stuck`. */
  readonly without: readonly string[]
}

interface Part {
  readonly name: string
  readonly place: string
  readonly policy: Policy
}

export function idleTests(policy: Policy): readonly IdleTest[] {
  const parts = removable(policy)
  return policy.tests.flatMap((test) => {
    const named = parts.filter(({ name }) => isNamedIn(name, test))
    // A title that says that one comes before the other is about the one alone.
    const notices = named.some(({ policy: changed }) => runTest(changed, test).failure !== undefined)
    if (named.length === 0 || notices) return []
    return [{ title: test.title, location: test.location, without: named.map(({ place }) => place) }]
  })
}

/** The name as one or several whole words of the title. */
function isNamedIn(name: string, { title }: TestCase): boolean {
  const words = (text: string): string => ` ${text.toLowerCase().replaceAll(/[^a-z0-9]+/g, ' ').trim()} `
  return words(title).includes(words(name))
}

function removable(policy: Policy): readonly Part[] {
  return [
    ...policy.filters.map((filter): Part => ({
      name: filter.name,
      place: `filter ${filter.name}`,
      policy: { ...policy, filters: policy.filters.filter((each) => each !== filter) },
    })),
    ...policy.hides.map((hide): Part => ({
      name: hide.name,
      place: `hide ${hide.name}`,
      policy: { ...policy, hides: policy.hides.filter((each) => each !== hide) },
    })),
    ...blocksOf(policy).flatMap(({ block }) =>
      block.rules.map((rule): Part => ({
        name: rule.name,
        place: `rule ${rule.name}`,
        policy: replaceBlock(policy, block, { ...block, rules: block.rules.filter((each) => each !== rule) }),
      })),
    ),
  ]
}
