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

export function draftTest(title: string, steps: readonly DraftStep[]): TestCase {
  return { title, location: nowhere, steps: steps.map(({ step }) => step) }
}

export function testText(title: string, steps: readonly DraftStep[], outcome: string): string {
  const lines = steps.map(({ text }, at) => (at === steps.length - 1 ? `${text} ${outcome}` : text))
  return `test ${JSON.stringify(title)} {\n${lines.map((line) => `  ${line}\n`).join('')}}\n`
}
