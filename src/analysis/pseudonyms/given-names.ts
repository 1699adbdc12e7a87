import type { SeenValues } from './gathering.ts'
import type { KeyedHash } from './keyed-hash.ts'
import { catalogueNames, flowing } from './naming.ts'
import type { NameGroup, Naming } from './naming.ts'
import { nicknames, numberNicknames, sameAnswers } from './nicknames.ts'
import type { NicknameRule } from './nicknames.ts'
import type { Reads } from './reads.ts'
import type { Vocabulary } from './vocabulary.ts'

export interface NamingSources {
  readonly seen: SeenValues
  readonly reads: Reads
  readonly vocabulary: Vocabulary
  readonly hash: KeyedHash
  readonly keepsSessions: boolean
  readonly shiftMicros: number
}

export interface GivenNames {
  readonly naming: Naming
  catalogueName(name: string): string
  readonly unknownNames: number
}

/** Every name that was seen has its replacement; asking for another one is a bug. */
export function namingOf(sources: NamingSources): GivenNames {
  const { seen, hash } = sources
  // A drawn fact keeps its text, and must still equal other facts that it is compared with.
  const keepsFlowing = [...sources.reads.values()].some(({ drawn }) => drawn)
  const names = new Map<NameGroup, ReadonlyMap<string, string>>()
  for (const [group, values] of seen.names) {
    names.set(
      group,
      group === flowing && keepsFlowing
        ? new Map([...values].map((value) => [value, value]))
        : nicknames(values, ruleOf(group, sources), hash),
    )
  }
  const numbers = new Map<NameGroup, ReadonlyMap<number, number>>()
  for (const [group, values] of seen.numbers) {
    numbers.set(group, numberNicknames(values, numbersOf(group, sources.reads), hash))
  }
  const name = (group: NameGroup, value: string): string => given(names.get(group)?.get(value))
  const catalogue = names.get(catalogueNames) ?? new Map<string, string>()
  return {
    naming: {
      name,
      number: (group, value) => given(numbers.get(group)?.get(value)),
      text: (group, value) => sameAnswers(value, ruleOf(group, sources)),
      id: (purpose, value) =>
        purpose === 'session' && sources.keepsSessions ? value : hash(purpose, value),
      instant: (micros) => micros + sources.shiftMicros,
    },
    catalogueName: (value) => catalogue.get(value) ?? value,
    unknownNames: [...catalogue].filter(([value, nickname]) => value !== nickname).length,
  }
}

function given<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('a session that was not surveyed')
  return value
}

const serviceTiers = ['standard', 'default', 'auto', 'flex', 'priority', 'batch', 'scale']
const none: ReadonlySet<string> = new Set()

function ruleOf(group: NameGroup, { reads, vocabulary }: NamingSources): NicknameRule {
  const { words, prefixes } = vocabulary
  switch (group) {
    case flowing:
      return { stem: 'name', literals: words, prefixes }
    case catalogueNames:
      return { stem: 'unlisted', literals: words, prefixes }
    case 'label':
      return { stem: 'label', literals: words, prefixes }
    case 'region':
      return { stem: 'region', literals: words, prefixes: none }
    case 'service-tier':
      return { stem: 'tier', literals: new Set([...words, ...serviceTiers]), prefixes: none }
    case 'tool':
      return { stem: 'tool', literals: vocabulary.tools, prefixes: none }
    case 'rule':
      return { stem: 'rule', literals: vocabulary.rules, prefixes: none }
    case 'classifier':
      return { stem: 'classifier', literals: vocabulary.classifiers, prefixes: none }
    case 'policy':
      return {
        stem: 'policy',
        literals: new Set(vocabulary.policies.map(({ name }) => name)),
        prefixes: none,
      }
    default: {
      const read = reads.get(group)
      const literals = [...(read?.literals ?? [])].filter((literal) => typeof literal === 'string')
      return { stem: stemOf(group), literals: new Set(literals), prefixes: read?.prefixes ?? none }
    }
  }
}

/** `fact repo.name` gives `repo-name`; the keys of maps are words of the policy. */
function stemOf(group: NameGroup): string {
  const last = group.startsWith('fact ') ? group.slice(5) : (group.split(' ')[0] ?? '')
  return last.replaceAll(/[^a-z]+/g, '-')
}

function numbersOf(group: NameGroup, reads: Reads): ReadonlySet<number> {
  return new Set([...(reads.get(group)?.literals ?? [])].filter((literal) => typeof literal === 'number'))
}
