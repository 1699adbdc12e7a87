import type { Step } from '../analysis/steps.ts'
import type { Explanation } from '../policy/decision.ts'
import type { CacheCause } from '../replay/cache/state.ts'
import type { CallCache, CallResult, Place } from '../replay/result/call.ts'
import type { Money } from '../replay/result/money.ts'
import { escapeTerminal } from './escape.ts'
import { explainLines } from './explain.ts'
import { formatUsd } from './money.ts'
import { formatCount, formatDuration, formatFactor } from './number.ts'
import { field, type Screen } from './terminal/layout.ts'

export interface ExplainedCallView {
  readonly result: CallResult
  readonly explanation: Explanation
  /** Where the call changes the model. */
  readonly step: Pick<Step, 'relative' | 'input' | 'output'> | undefined
  /** The message, only where it was asked for. */
  readonly text: string | undefined
}

const phases = {
  before: 'before any divergence',
  at: 'here the session diverges',
  after: 'after the divergence: the recorded future may not be the true one',
} as const

/** One call: what was recorded, what the policy does, what either costs, and the tree of the decision. */
export function callScreen({ result, explanation, step, text }: ExplainedCallView, screen: Screen): string {
  const { decision } = result
  const attempts = attemptTexts(result.attempts)
  const lines = [
    screen.style.strong(`session ${escapeTerminal(result.session)}, call ${result.call}, turn ${result.turn}`),
    ...(text === undefined ? [] : field(screen, 'message', escapeTerminal(text))),
    ...field(screen, 'recorded', `${place(result.recorded)}, ${escapeTerminal(result.recordedEnd)}; ${money(result.recordedCost)}`),
    ...field(screen, 'policy', `${place(result.served)}, ${result.end}; ${money(result.policyCost)}`),
    ...(result.cache === undefined ? [] : field(screen, 'cache', cacheText(result.cache))),
    ...(result.overheadCost === undefined ? [] : field(screen, 'overhead', money(result.overheadCost))),
    ...(attempts.length < 2 ? [] : attempts.flatMap((text, at) => field(screen, at === 0 ? 'attempts' : '', text))),
    ...(step === undefined ? [] : field(screen, 'step, list price', factors(step))),
    ...(result.assumptions.length === 0 ? [] : field(screen, 'assumed', result.assumptions.map(escapeTerminal).join(', '))),
    ...field(screen, 'stands', phases[result.phase]),
    ...(decision.undetermined
      ? field(screen, 'undetermined', `unknown: ${decision.missing.map(escapeTerminal).join(', ')}`, screen.style.warn)
      : []),
    ...(result.tainted.length === 0
      ? []
      : field(screen, 'tainted', `reads what the divergence changed: ${result.tainted.map(escapeTerminal).join(', ')}`, screen.style.warn)),
    '',
    ...explainLines(explanation, screen.style),
  ]
  return `${lines.join('\n')}\n`
}

/** One a line; where the log tells instants, from when to when, counted from the start of the first. */
function attemptTexts(attempts: CallResult['attempts']): readonly string[] {
  const began = attempts[0]?.startMicros
  return attempts.map(({ model, provider, errorClass, fault, startMicros, endMicros }) => {
    const since = (micros: number): string => `+${formatDuration(micros - (began ?? 0))}`
    const when =
      began === undefined || startMicros === undefined
        ? ''
        : `${since(startMicros)}${endMicros === undefined ? '' : ` to ${since(endMicros)}`}  `
    const how = errorClass === undefined ? 'served' : `failed (${errorClass}${fault === undefined ? '' : `, fault ${fault}`})`
    return escapeTerminal(`${when}${model} at ${provider} ${how}`)
  })
}

function place(at: Place | undefined): string {
  if (at === undefined) return 'nothing'
  return escapeTerminal(at.provider === undefined ? at.model : `${at.model} at ${at.provider}`)
}

function money({ value, lo, hi, level, basis }: Money): string {
  const rests = `${level} (${escapeTerminal(basis)})`
  if (value === null) return rests
  if (lo !== null && lo === hi) return `${formatUsd(value)} ${rests}`
  return `${formatUsd(lo ?? 0n)} to ${hi === null ? 'no upper bound' : formatUsd(hi)} ${rests}`
}

const causes: { readonly [cause in CacheCause]: string } = {
  undeclared: 'the catalogue says nothing of caches there',
  'too-short': 'the prompt is too short to be cached',
  'first-call': 'the session begins',
  'first-at-place': 'the session was never there',
  expiry: 'what was left there has expired',
  compaction: 'the conversation was summed up',
  tools: 'other tools are offered',
  overlap: 'the call before has not begun to answer',
  'perhaps-warm': 'what was left there may have expired',
  warm: 'what was left there is still held',
}

function cacheText({ promptTokens, read: { lo, value, hi }, cause }: CallCache): string {
  const range = lo === hi ? '' : ` (${formatCount(lo)} to ${formatCount(hi)})`
  return `reads ${formatCount(value)}${range} of ${formatCount(promptTokens)} tokens: ${causes[cause]}`
}

function factors({ relative, input, output }: Pick<Step, 'relative' | 'input' | 'output'>): string {
  return [
    ...(relative === undefined ? [] : [`${formatFactor(relative)} relative`]),
    ...(input === undefined ? [] : [`${formatFactor(input)} input`]),
    ...(output === undefined ? [] : [`${formatFactor(output)} output`]),
  ].join(', ')
}
