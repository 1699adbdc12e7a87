import type { Expression, Policy } from '../../policy/core.ts'
import { policyDigest } from '../../policy/digest.ts'
import { historyNeeds } from '../../policy/history-needs.ts'
import { eachPart } from '../../policy/walk.ts'
import { inLiteral, ruleExpressions } from './reads.ts'

/** The words that some policies say themselves, so that keeping one tells nothing of a trace. */
export interface Vocabulary {
  /** Literals of expressions, words of scales, and what the catalogue says of its entries. */
  readonly words: ReadonlySet<string>
  readonly prefixes: ReadonlySet<string>
  /** Models, their spellings in logs, and providers. */
  readonly catalogue: ReadonlySet<string>
  readonly tools: ReadonlySet<string>
  readonly rules: ReadonlySet<string>
  readonly classifiers: ReadonlySet<string>
  /** Digests. */
  readonly phraseLists: ReadonlySet<string>
  readonly policies: readonly { readonly name: string; readonly digest: string }[]
}

export function vocabularyOf(policies: readonly Policy[]): Vocabulary {
  const parts = policies.flatMap(partsOfRules)
  const prefixes = parts.flatMap((part) => (part.kind === 'starts-with' ? [part.prefix] : []))
  const literals = parts
    .flatMap((part) => (part.kind === 'literal' ? inLiteral(part.value) : []))
    .filter((literal) => typeof literal === 'string')
  const catalogue = policies.flatMap(({ models, providers }) => [
    ...models.flatMap(({ name, knownAs }) => [name, ...knownAs]),
    ...providers.map(({ name }) => name),
  ])
  const words = new Set([...literals, ...catalogue, ...policies.flatMap(catalogueWords)])
  return {
    words,
    prefixes: new Set(prefixes),
    catalogue: new Set(catalogue),
    tools: new Set([...literals, ...policies.flatMap(toolsOf)]),
    rules: new Set(['otherwise', ...policies.flatMap(rulesOf)]),
    classifiers: new Set(policies.flatMap((policy) => policy.classifiers.map(({ name }) => name))),
    phraseLists: new Set(policies.flatMap((policy) => policy.phraseLists.map(({ digest }) => digest))),
    policies: policies.map((policy) => ({ name: policy.name ?? '', digest: policyDigest(policy) })),
  }
}

export function partsOfRules(policy: Policy): readonly Expression[] {
  const parts: Expression[] = []
  for (const whole of ruleExpressions(policy)) eachPart(whole, (part) => void parts.push(part))
  return parts
}

function catalogueWords({ scales, providers, models }: Policy): readonly string[] {
  const endpoints = models.flatMap((model) => model.endpoints)
  const said = [
    ...scales.flatMap(({ words }) => words),
    ...models.flatMap(({ tier, tags, accepts }) => [tier, ...tags, ...accepts]),
    ...models.flatMap(({ prices }) => prices.map(({ serviceTier }) => serviceTier)),
    ...[...providers, ...endpoints].flatMap(({ family, region, account, data }) => [
      family,
      region,
      account,
      ...data,
    ]),
    ...endpoints.flatMap(({ quantization, prices }) => [
      quantization,
      ...prices.map((card) => card.serviceTier),
    ]),
  ]
  return said.filter((word) => word !== null)
}

function toolsOf(policy: Policy): readonly string[] {
  return [...historyNeeds({ ...policy, tests: [] }).tools, ...policy.hides.map(({ tool }) => tool)]
}

function rulesOf({ blocks }: Policy): readonly string[] {
  return [blocks.start, blocks.turn, blocks.call].flatMap((block) =>
    block === undefined ? [] : [...block.rules, block.otherwise].map(({ name }) => name),
  )
}
