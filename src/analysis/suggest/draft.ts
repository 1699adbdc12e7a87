import type { Location } from '../../language/source.ts'
import type { TestCase, TestFact, TestStep } from '../../policy/core.ts'

/** A step of a test in the making, with the text that says it. */
export interface DraftStep {
  readonly step: TestStep
  readonly text: string
}

export interface DraftFact {
  readonly fact: TestFact
  readonly text: string
}

const nowhere: Location = { source: { name: 'suggested', text: '' }, span: { start: 0, end: 0 } }

/** What a test says when nothing depends on it. */
export const plainMessage = 'go on'

/** A message of the person, or without one the next call of the turn. */
export function callStep(user: string | undefined, facts: readonly DraftFact[]): DraftStep {
  const given = facts.map(({ fact }) => fact)
  const rest = { location: nowhere, facts: given, outcome: undefined }
  const said = facts.length === 0 ? '' : ` with { ${facts.map(({ text }) => text).join(', ')} }`
  return user === undefined
    ? { step: { kind: 'call', ...rest }, text: `call${said}` }
    : { step: { kind: 'user', text: user, ...rest }, text: `user ${JSON.stringify(user)}${said}` }
}

export function saidStep(kind: 'assistant' | 'thinking', text: string): DraftStep {
  return { step: { kind, location: nowhere, text }, text: `${kind} ${JSON.stringify(text)}` }
}

/** A call of a tool; equal `about` is the same call again. */
export function toolStep(name: string, about: string, failed: boolean, result = ''): DraftStep {
  const path = JSON.stringify(about)
  const said = result === '' ? '' : ` result ${JSON.stringify(result)}`
  return {
    step: { kind: 'tool', location: nowhere, name, signature: `{"path":${path}}`, failed, result },
    text: `tool ${JSON.stringify(name)} { path ${path} }${failed ? ' failed' : ''}${said}`,
  }
}

export function repeatStep(times: number, step: DraftStep): DraftStep {
  return {
    step: { kind: 'repeat', location: nowhere, times, steps: [step.step] },
    text: `repeat ${times} times { ${step.text} }`,
  }
}

/** A step that was written, without its arrow. */
export function unasserted({ step, text }: DraftStep): DraftStep {
  if ((step.kind !== 'user' && step.kind !== 'call') || step.outcome === undefined) return { step, text }
  const length = step.outcome.location.span.start - step.location.span.start
  return { step: { ...step, outcome: undefined }, text: text.slice(0, length).trimEnd() }
}

/** Attempts at a host that fail: so many, or for so long. */
export function faultStep(
  provider: string,
  error: string | number,
  { calls, minutes = 5, asksSeconds }: { readonly calls?: number; readonly minutes?: number; readonly asksSeconds?: number },
): DraftStep {
  const asks = asksSeconds === undefined ? '' : ` retry-after ${asksSeconds}s`
  return {
    step: {
      kind: 'fault',
      location: nowhere,
      provider,
      error: error as Extract<TestStep, { kind: 'fault' }>['error'],
      model: undefined,
      retryAfterMicros: asksSeconds === undefined ? undefined : asksSeconds * 1_000_000,
      lasts: calls === undefined ? { kind: 'micros', micros: minutes * 60_000_000 } : { kind: 'calls', calls },
    },
    text: `fault ${provider} ${error}${asks} for ${calls === undefined ? `${minutes}min` : `${calls} calls`}`,
  }
}

/** Facts that hold for the rest of the session. */
export function givenStep(facts: readonly DraftFact[]): DraftStep {
  return {
    step: { kind: 'given', location: nowhere, facts: facts.map(({ fact }) => fact) },
    text: `given { ${facts.map(({ text }) => text).join(', ')} }`,
  }
}

export function promptTokens(tokens: number): DraftFact {
  const value = { kind: 'number', unit: 'tokens', value: { numerator: BigInt(tokens), denominator: 1n } } as const
  return { fact: { kind: 'fact', fact: 'context.length', value }, text: `context.length ${tokens} tokens` }
}

export function ignoredHosts(hosts: readonly string[]): DraftFact {
  const value = { kind: 'list', items: hosts.map((name) => ({ kind: 'name', name }) as const) } as const
  return { fact: { kind: 'fact', fact: 'org.ignored', value }, text: `org.ignored [${hosts.join(', ')}]` }
}

export function draftTest(title: string, steps: readonly DraftStep[]): TestCase {
  return { title, location: nowhere, steps: steps.map(({ step }) => step) }
}

export function testText(title: string, steps: readonly DraftStep[], outcome: string): string {
  const lines = steps.map(({ text }, at) => (at === steps.length - 1 ? `${text} ${outcome}` : text))
  return `test ${JSON.stringify(title)} {\n${lines.map((line) => `  ${line}\n`).join('')}}\n`
}
