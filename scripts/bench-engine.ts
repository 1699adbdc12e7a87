import { readFileSync } from 'node:fs'
import type { Policy } from '../src/policy/core.ts'
import type { CallInput, Conclusion, Evaluator, SessionState, World } from '../src/policy/decision.ts'
import { compilePolicy } from '../src/policy/engine/compile-policy.ts'
import { loadPolicyText } from '../src/policy/load.ts'
import { referenceEvaluator } from '../src/policy/reference/decide.ts'
import { conclude, observe, startSession } from '../src/policy/session-state.ts'

/**
 * How long one decision takes, engine against reference against an empty loop, in one run of one
 * process: read the ratios, the nanoseconds are this machine's.
 *
 *     npx tsc --noEmit false --outDir OUT && node OUT/scripts/bench-engine.js [policy.route]
 *
 * from the root, with the dependencies beside OUT. `npx tsx` runs it too, but names every closure
 * anew at run time, which costs the reference more than the engine.
 */
const sessions = 40
const callsEach = 100
const rounds = 25

const folder = 'policies/'
const file = process.argv[2] ?? 'claude-code.route'

function loaded(): Policy {
  const catalog = 'catalog/2026-06.route'
  const libraries = new Map([[catalog, readFileSync(`${folder}${catalog}`, 'utf8')]])
  const { policy } = loadPolicyText(file, readFileSync(`${folder}${file}`, 'utf8'), libraries)
  if (policy === undefined) throw new Error(`${file} does not load`)
  return policy
}

/** A linear congruence: the same calls in every run. */
function draws(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 4_294_967_296) * below)
  }
}

/** A coding session: eight calls a turn, a tool or two a reply, a prompt that grows. */
function madeUpInputs(policy: Policy, seed: number): readonly CallInput[] {
  const draw = draws(seed)
  const text = (): { chars: number; hits: Record<string, Record<string, number>> } => ({
    chars: 20 + draw(400),
    hits: Object.fromEntries(policy.phraseLists.map((list) => [list.digest, draw(6) === 0 ? { '1': 1 } : {}])),
  })
  const tools = ['Bash', 'Edit', 'Read', 'Grep']
  return Array.from({ length: callsEach }, (_, call): CallInput => {
    const beginsTurn = call % 8 === 0
    return {
      beginsTurn,
      previousReply:
        call === 0
          ? undefined
          : {
              text: draw(3) === 0 ? text() : null,
              thinking: draw(2) === 0 ? text() : null,
              tools: Array.from({ length: 1 + draw(2) }, () => ({
                name: tools[draw(4)] ?? 'Bash',
                signature: `s${draw(12)}`,
                failed: draw(18) === 0,
              })),
            },
      previousServed: call === 0 ? undefined : true,
      prompt: { tokens: 30_000 + call * 700, newImages: 0, contextImages: 0, ...(beginsTurn ? { user: text() } : {}) },
      requested: 'claude-opus-4-5',
      kind: 'concrete',
      sidechain: false,
      organisation: {},
      nowMicros: 1_770_000_000_000_000 + call * 20_000_000,
      phraseLists: policy.phraseLists.map((list) => list.digest),
      withheld: { visible: false, thinking: false },
      given: {},
    }
  })
}

const world: World = {
  outage: () => false,
  warm: () => true,
  cachedTokens: () => 10_000,
  usedMillionths: () => 0,
  spentPicoUsd: () => 0n,
  drawMillionths: () => 500_000,
}

/** Every call of every session, as the engine meets them. */
interface Met {
  readonly before: SessionState
  readonly observed: SessionState
  readonly input: CallInput
}

function met(evaluator: Evaluator): readonly Met[] {
  const { policy } = evaluator
  return Array.from({ length: sessions }, (_, at) => {
    let state = startSession(policy, `session-${at}`)
    return madeUpInputs(policy, at + 1).map((input): Met => {
      const before = state
      const observed = observe(policy, before, input)
      const [next, decision] = evaluator.decide(observed, input, world)
      const conclusion: Conclusion = {
        end: decision.model === undefined ? 'no-route' : 'served',
        served:
          decision.model === undefined
            ? undefined
            : { model: decision.model, provider: decision.endpoints[0], region: undefined, account: undefined },
        failedOver: false,
        adopted: undefined,
        atMicros: input.nowMicros,
      }
      state = conclude(policy, next, decision, conclusion)
      return { before, observed, input }
    })
  }).flat()
}

/** The best of the rounds, in nanoseconds a call. */
function nanosEach(all: readonly Met[], body: (call: Met) => unknown): number {
  let best = Number.POSITIVE_INFINITY
  for (let round = 0; round < rounds; round += 1) {
    const start = process.hrtime.bigint()
    for (const call of all) if (body(call) === null) throw new Error('never')
    best = Math.min(best, Number(process.hrtime.bigint() - start) / all.length)
  }
  return best
}

const policy = loaded()
const engine = compilePolicy(policy)
const reference = referenceEvaluator(policy)
const all = met(engine)

const floor = nanosEach(all, (call) => call.input.beginsTurn)
const rows: readonly (readonly [string, number])[] = [
  ['floor: an empty closure', floor],
  ['observe', nanosEach(all, (call) => observe(policy, call.before, call.input))],
  ['engine: decide', nanosEach(all, (call) => engine.decide(call.observed, call.input, world))],
  [
    'engine: observe and decide',
    nanosEach(all, (call) => engine.decide(observe(policy, call.before, call.input), call.input, world)),
  ],
  ['reference: decide', nanosEach(all, (call) => reference.decide(call.observed, call.input, world))],
]
const decide = rows[2]?.[1] ?? 1
console.log(`${file}: ${sessions} sessions of ${callsEach} calls, best of ${rounds} rounds`)
for (const [name, nanos] of rows) {
  const times = (ratio: number): string => `${ratio.toFixed(ratio < 10 ? 2 : 0)}x`
  console.log(
    `${name.padEnd(28)} ${nanos.toFixed(0).padStart(9)} ns ${times(nanos / floor).padStart(9)} floor ${times(nanos / decide).padStart(9)} engine`,
  )
}
