import type { CountQuery, Exact, Expression, FactName, Literal, Policy, TestFact, Type, Unit } from '../../policy/core.ts'
import { eachPart } from '../../policy/walk.ts'
import { literalText } from '../coverage/condition-text.ts'
import { boundaryOf } from '../coverage/points.ts'
import { callStep, plainMessage, repeatStep, saidStep, toolStep } from './draft.ts'
import type { DraftFact, DraftStep } from './draft.ts'

/** What a search may try, from the constants of the expressions that matter. */
export interface Inputs {
  /** By what is stated; one of each list at a time. */
  readonly facts: readonly (readonly DraftFact[])[]
  /** What may be said and done before a call. */
  readonly replies: readonly (readonly DraftStep[])[]
  /** What the person may say. */
  readonly messages: readonly string[]
}

/** The values around every constant that these expressions, and the signals they read, compare with. */
export function inputsFor(policy: Policy, expressions: readonly Expression[]): Inputs {
  const found: Gathered = { facts: new Map(), replies: new Map(), messages: new Set([plainMessage]) }
  const seen = new Set<string>()
  const read = (expression: Expression): void =>
    eachPart(expression, (part) => {
      gather(policy, part, found)
      for (const next of readBy(policy, part)) {
        if (seen.has(next.name)) continue
        seen.add(next.name)
        for (const each of next.expressions) read(each)
      }
    })
  for (const expression of expressions) read(expression)
  for (const { models } of policy.pools.slice(0, 1)) {
    for (const { model } of models) stateNames(found, 'org.blocked', modelList, [model])
  }
  return {
    facts: [...found.facts.values()].map((options) => [...options.values()]),
    replies: [...found.replies.values()],
    messages: [...found.messages],
  }
}

interface Gathered {
  readonly facts: Map<string, Map<string, DraftFact>>
  readonly replies: Map<string, readonly DraftStep[]>
  readonly messages: Set<string>
}

function readBy(
  policy: Policy,
  part: Expression,
): readonly { readonly name: string; readonly expressions: readonly Expression[] }[] {
  if (part.kind === 'signal') {
    const signal = policy.signals.find(({ name }) => name === part.signal)
    return signal === undefined ? [] : [{ name: signal.name, expressions: [signal.value] }]
  }
  if (part.kind === 'scorer-score' || part.kind === 'scorer-band') {
    const scorer = policy.scorers.find(({ name }) => name === part.scorer)
    return scorer === undefined ? [] : [{ name: scorer.name, expressions: scorer.weights.map((each) => each.signal) }]
  }
  return []
}

// --- facts

const modelList: Type = { kind: 'list', of: { kind: 'model' } }
const textList: Type = { kind: 'list', of: { kind: 'text' } }

function take(found: Gathered, name: string, fact: DraftFact): void {
  const options = found.facts.get(name) ?? new Map<string, DraftFact>()
  found.facts.set(name, options.set(fact.text, fact))
}

function state(found: Gathered, fact: FactName, type: Type, value: Literal): void {
  take(found, fact, { fact: { kind: 'fact', fact, value }, text: `${fact} ${literalText(value, type)}` })
}

function stateNames(found: Gathered, fact: FactName, type: Type, names: readonly string[]): void {
  state(found, fact, type, { kind: 'list', items: names.map((name) => ({ kind: 'name', name })) })
}

function gather(policy: Policy, part: Expression, found: Gathered): void {
  const boundary = boundaryOf(part)
  if (boundary !== undefined) {
    const { measured, at, step, unit } = boundary
    for (const by of [-step, 0n, step]) {
      const value = { numerator: at.numerator + by * at.denominator, denominator: at.denominator }
      if (value.numerator >= 0n) number(policy, measured, value, unit, found)
    }
  }
  switch (part.kind) {
    case 'fact':
      if (part.type.kind === 'truth') for (const value of [true, false]) state(found, part.fact, part.type, { kind: 'truth', value })
      if (part.fact === 'requested') {
        const models = policy.pools[0]?.models.map(({ model }) => model) ?? policy.models.map(({ name }) => name)
        for (const name of models) state(found, 'requested', { kind: 'model' }, { kind: 'name', name })
      }
      break
    case 'signal':
      if (part.type.kind === 'truth') for (const value of [true, false]) stateSignal(found, part.signal, part.type, { kind: 'truth', value })
      break
    case 'equal':
      named(part.left, part.right, found)
      named(part.right, part.left, found)
      break
    case 'member':
      named(part.item, part.list, found)
      if (part.list.kind === 'fact' && part.item.kind === 'literal' && part.item.value?.kind === 'name') {
        const type = part.list.type.kind === 'list' && part.list.type.of.kind === 'text' ? textList : modelList
        stateNames(found, part.list.fact, part.list.type.kind === 'list' ? part.list.type : type, [part.item.value.name])
      }
      break
    case 'starts-with':
      if (part.text.kind === 'fact') state(found, part.text.fact, { kind: 'text' }, { kind: 'name', name: `${part.prefix}x` })
      break
    case 'verdict':
    case 'verdict-score':
      verdicts(policy, part.classifier, [], found)
      break
    case 'call':
      called(part, found)
      break
    default:
      break
  }
}

function stateSignal(found: Gathered, signal: string, type: Type, value: Literal): void {
  take(found, signal, { fact: { kind: 'signal', signal, value }, text: `${signal} ${literalText(value, type)}` })
}

/** A name that something is compared with, or a list of them. */
function named(measured: Expression, constant: Expression, found: Gathered): void {
  const names = constant.kind === 'list' ? constant.items : [constant]
  for (const each of names) {
    if (each.kind !== 'literal' || each.value?.kind === 'number') continue
    if (measured.kind === 'fact') state(found, measured.fact, measured.type, each.value)
    if (measured.kind === 'signal') stateSignal(found, measured.signal, measured.type, each.value)
    if (measured.kind === 'request-map' && each.value !== null) {
      const { map, key } = measured
      const text = `${map}.${key} ${literalText(each.value, { kind: 'text' })}`
      take(found, `${map}.${key}`, { fact: { kind: 'request-map', map, key, value: each.value }, text })
    }
  }
}

function called(part: Extract<Expression, { kind: 'call' }>, found: Gathered): void {
  const [first] = part.arguments
  const name = first?.kind === 'literal' && first.value?.kind === 'name' ? first.value.name : undefined
  if (part.function === 'called' && name !== undefined) {
    found.replies.set(`tool ${name}`, [toolStep(name, 'a', false)])
  }
  if (part.function === 'accepts') {
    state(found, 'images', { kind: 'number', unit: 'count' }, count(1n))
  }
}

function count(value: bigint): Literal {
  return { kind: 'number', unit: 'count', value: { numerator: value, denominator: 1n } }
}

// --- numbers

function number(policy: Policy, measured: Expression, value: Exact, unit: Unit, found: Gathered): void {
  const literal: Literal = { kind: 'number', unit, value }
  const text = literalText(literal, measured.type)
  switch (measured.kind) {
    case 'fact':
      if (measured.fact !== 'turn') state(found, measured.fact, measured.type, literal)
      break
    case 'signal':
      stateSignal(found, measured.signal, measured.type, literal)
      break
    case 'scorer-score':
      take(found, measured.scorer, { fact: { kind: 'scorer', scorer: measured.scorer, value }, text: `${measured.scorer} ${text}` })
      break
    case 'verdict-score':
      verdicts(policy, measured.classifier, [Number(value.numerator / value.denominator)], found)
      break
    case 'count':
      counted(policy, measured.query, Number(value.numerator), found)
      break
    case 'since':
      if (measured.query.unit !== 'time' && value.numerator > 1n && value.numerator <= 50n) {
        const times = Number(value.numerator)
        for (const each of [times - 1, times]) {
          found.replies.set(`calls ${each}`, [repeatStep(each, callStep(undefined, []))])
        }
      }
      break
    case 'call':
      if (measured.function === 'bucket') {
        const fact: TestFact = { kind: 'bucket', millionths: Number(value.numerator / value.denominator) }
        take(found, 'bucket', { fact, text: `bucket ${text}` })
      }
      break
    default:
      break
  }
}

/** Each model of the pool alone at each score, all of them, and no verdict. */
function verdicts(policy: Policy, name: string, scores: readonly number[], found: Gathered): void {
  const classifier = policy.classifiers.find((each) => each.name === name)
  if (classifier === undefined) return
  const fail: TestFact = { kind: 'verdict', classifier: name, verdict: { status: 'timeout' } }
  take(found, name, { fact: fail, text: `${name} timeout` })
  const { verdict } = classifier
  if (verdict.kind === 'labels') {
    for (const label of policy.scales.find((each) => each.name === verdict.scale)?.words ?? []) {
      take(found, name, { fact: { kind: 'verdict', classifier: name, verdict: { status: 'ok', label } }, text: `${name} ${label}` })
    }
    return
  }
  const models = policy.pools.find((each) => each.name === verdict.pool)?.models.map(({ model }) => model) ?? []
  for (const millionths of [900_000, ...scores]) {
    for (const scored of [models, ...models.map((model) => [model])]) {
      const score = literalText({ kind: 'number', unit: 'score', value: { numerator: BigInt(millionths), denominator: 1n } }, { kind: 'number', unit: 'score' })
      take(found, name, {
        fact: { kind: 'verdict', classifier: name, verdict: { status: 'ok', scores: scored.map((model) => ({ model, millionths })) } },
        text: `${name} { ${scored.map((model) => `${model} ${score}`).join(', ')} }`,
      })
    }
  }
}

// --- counts

const mostSaid = 40

function counted(policy: Policy, { what, window }: CountQuery, wanted: number, found: Gathered): void {
  if (wanted < 1 || wanted > mostSaid) return
  const key = `${JSON.stringify(what)} ${wanted}`
  switch (what.kind) {
    case 'phrases': {
      const phrases = policy.phraseLists.find(({ name }) => name === what.list)?.phrases ?? []
      const text = phrases.slice(0, wanted).map((each) => each.text).join('. ')
      const scope = window.kind === 'last' ? window.scope : undefined
      if (scope === 'user messages') found.messages.add(text)
      else if (scope === 'tools') found.replies.set(`${key} ${scope}`, [toolStep('Bash', '1.txt', false, text)])
      else found.replies.set(`${key} ${scope}`, [saidStep(scope === 'thinking messages' ? 'thinking' : 'assistant', text)])
      break
    }
    case 'failures':
      found.replies.set(key, Array.from({ length: wanted }, (_, at) => toolStep('Edit', `${at + 1}.txt`, true)))
      break
    case 'repeats':
      found.replies.set(key, Array.from({ length: wanted + 1 }, () => toolStep('Edit', 'same.txt', false)))
      break
    case 'uses':
      found.replies.set(key, Array.from({ length: wanted }, (_, at) => toolStep(what.tool, `${at + 1}.txt`, false)))
      break
    case 'errors':
      break
  }
}
