import { compareMeaning } from '../src/analysis/diff/meaning.ts'
import { blockDiagram, isUndecided } from '../src/check/diagram/blocks.ts'
import { check } from '../src/check/index.ts'
import { loadPolicyText } from '../src/policy/load.ts'

/**
 * The speed of `check` where it works hardest: 200 rules with two or three conditions each over 15
 * inputs. Prints milliseconds of processor time (the best of five) and the nodes of the diagram.
 */
const rules = 200

const inputs: readonly ((draw: Draw) => string)[] = [
  (draw) => `message.length ${draw.side()} ${100 * draw.below(20) + 50} chars`,
  (draw) => `context.length ${draw.side()} ${10 * draw.below(20) + 5}k tokens`,
  (draw) => `turn ${draw.side()} ${draw.below(30) + 1}`,
  (draw) => `images ${draw.side()} ${draw.below(6) + 1}`,
  (draw) => `repo.files ${draw.side()} ${100 * draw.below(20) + 50}`,
  (draw) => `count failures in last 8 tools ${draw.side()} ${draw.below(8) + 1}`,
  (draw) => `count repeats in last 6 tools ${draw.side()} ${draw.below(6) + 1}`,
  (draw) => `calls since switch ${draw.side()} ${draw.below(20) + 1}`,
  (draw) => `used(purse) >= ${5 * draw.below(20) + 5}%`,
  (draw) => `requested is ${draw.of(['big', 'mid', 'small'])}`,
  (draw) => `surface is ${draw.of(['cli', 'ide', 'web', 'ci'])}`,
  (draw) => `path starts with "${draw.of(['src/', 'docs/', 'legacy/', 'test/'])}"`,
  () => 'plan-mode',
  (draw) => `mood.label is ${draw.of(['cold', 'warm', 'hot'])}`,
  (draw) => `workflow is "${draw.of(['docs', 'review', 'build', 'fix'])}"`,
]

interface Draw {
  below(limit: number): number
  of<T>(items: readonly T[]): T | undefined
  side(): string
}

/** A xorshift of its own, so that every run measures the same policy. */
function draws(seed: number): Draw {
  let state = seed
  const below = (limit: number): number => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) % limit
  }
  return { below, of: (items) => items[below(items.length)], side: () => (below(2) === 0 ? '>=' : '<') }
}

function policyText(seed: number): string {
  const draw = draws(seed)
  const lines = Array.from({ length: rules }, (_, index) => {
    const places = new Set<number>()
    while (places.size < 2 + (index % 2)) places.add(draw.below(inputs.length))
    const conditions = [...places].sort((a, b) => a - b).map((place) => inputs[place]?.(draw))
    return `  rule r${index + 1}: when ${conditions.join(' and ')} then use ${draw.of(['big', 'mid', 'small'])} else keep`
  })
  return `policy bench
scale tier = [standard, premium]
scale temper = [cold, warm, hot]
provider north { region us }
model big { tier premium served-by [north] price per 1M tokens { input $5 output $25 } }
model mid { tier standard served-by [north] price per 1M tokens { input $1 output $5 } }
model small { tier standard served-by [north] price per 1M tokens { input $0.30 output $1.20 } }
classifier mood { model small labels temper timeout 5s }
budget purse { limit $5 per session at 100% then alert "spent" }
on start { otherwise use mid }
on turn, call {
${lines.join('\n')}
  otherwise keep
}
`
}

/** Milliseconds of processor time, the best of five: others on the machine do not enter. */
function best(work: () => void): number {
  const times = Array.from({ length: 5 }, () => {
    const begun = process.cpuUsage()
    work()
    const { user, system } = process.cpuUsage(begun)
    return (user + system) / 1_000
  })
  return Math.min(...times)
}

const { policy, sources, diagnostics } = loadPolicyText('bench.route', policyText(20_261_120))
if (policy === undefined) throw new Error(diagnostics.map((each) => each.message).join('; '))
const diagram = blockDiagram(policy, 'turn')
const nodes = diagram === undefined || isUndecided(diagram) ? 'not decided' : diagram.space.store.size()
const variables = diagram === undefined || isUndecided(diagram) ? '' : `, ${diagram.space.variables.all.length} variables`
const found = check(policy, sources)
const diagramMs = best(() => blockDiagram(policy, 'turn'))
const checkMs = best(() => check(policy, sources))
const dead = found.filter((each) => each.code === 'RT0301').length
console.log(`check, ${rules} rules over ${inputs.length} inputs: ${checkMs.toFixed(0)} ms`)

/** One rule moved, one threshold changed, one taken out: where do the two decide differently? */
const lines = policyText(20_261_120).split('\n')
const at = lines.findIndex((line) => line.startsWith('  rule r15:'))
const edited = lines.map((line, index) => (index === at + 3 ? line.replace(/ (\d+) /, (_, number: string) => ` ${Number(number) + 1} `) : line))
const [moved] = edited.splice(at, 1)
edited.splice(at + 1, 0, moved ?? '')
edited.splice(at + 40, 1)
const newer = loadPolicyText('newer.route', edited.join('\n')).policy
if (newer === undefined) throw new Error('the edited policy does not load')
const { verdict, regions } = compareMeaning(policy, newer)
const diffMs = best(() => compareMeaning(policy, newer))
console.log(`diff, three edits in ${rules} rules: ${diffMs.toFixed(0)} ms, ${verdict.kind}, ${regions.length} regions`)
console.log(`diagram alone: ${diagramMs.toFixed(0)} ms, ${nodes} nodes${variables}; ${dead} rules found unreachable, ${found.length} findings`)
