import type { ActingLine, ErrorMatch, Guard, Policy, ServeLines } from '../../policy/core.ts'
import { servePlan } from '../../policy/line-up.ts'
import { plainLineFor } from '../../policy/plain-lines.ts'
import { shareText } from '../coverage/lines.ts'
import type { LinePoint } from '../coverage/points.ts'
import { faultStep, givenStep, ignoredHosts, promptTokens, repeatStep } from './draft.ts'
import type { DraftStep } from './draft.ts'

/** A session, and what its last call chose. */
export interface Route {
  readonly steps: readonly DraftStep[]
  readonly model: string
  readonly profile: string | undefined
}

/** What is put in place of the last call of a route, of which it is made. */
type Scenario = (last: DraftStep) => readonly DraftStep[]

/** Calls that one test is given to fill a limit or to trip a guard. */
const mostCalls = 1_000

/**
 * Sessions in which a line of serving may act, where a route leads to a model that the line holds for: its hosts
 * fail, or calls come in numbers. Simple scenarios come first, on every route.
 */
export function* servingSessions(
  policy: Policy,
  { owner, lines }: Pick<LinePoint, 'owner' | 'lines'>,
  routes: readonly Route[],
): Generator<readonly DraftStep[], undefined> {
  const around = lines.flatMap((line) =>
    routes
      .filter((route) => holdsFor(policy, line, owner, route))
      .map(({ steps, model, profile }) => ({ steps, scenarios: scenariosOf(policy, line, owner.name, model, profile) })),
  )
  const most = Math.max(0, ...around.map(({ scenarios }) => scenarios.length))
  for (let at = 0; at < most; at += 1) {
    for (const { steps, scenarios } of around) {
      const [scenario, last] = [scenarios[at], steps.at(-1)]
      if (scenario !== undefined && last !== undefined) yield [...steps.slice(0, -1), ...scenario(last)]
    }
  }
}

function holdsFor(policy: Policy, line: ActingLine, owner: LinePoint['owner'], { model, profile }: Route): boolean {
  const endpoints = policy.models.find(({ name }) => name === model)?.endpoints ?? []
  if (owner.kind === 'budget') return true
  if (owner.kind === 'provider') return endpoints.some(({ provider }) => provider === owner.name)
  if (owner.kind === 'host') return endpoints.some(({ provider }) => owner.name === `${model} at ${provider}`)
  if ('word' in line) return plainLineFor(policy, model, profile, line.word) === line
  const { retry, failover, sticky, fallbacks, cooldown, breaker, dedicated, limits } = servePlan(policy, model, profile)
  const all: readonly unknown[] = [retry, failover, sticky, cooldown, breaker, ...(fallbacks ?? []), ...(dedicated ?? []), ...(limits ?? [])]
  return all.includes(line)
}

function scenariosOf(policy: Policy, line: ActingLine, owner: string, model: string, profile: string | undefined): readonly Scenario[] {
  const hosts = (policy.models.find(({ name }) => name === model)?.endpoints ?? []).map(({ provider }) => provider)
  const plan = servePlan(policy, model, profile)
  if ('word' in line) return line.word.startsWith('timeout') ? timeouts(hosts) : [(last) => [last]]
  if ('trips' in line) return trippings(line, hosts)
  if ('action' in line) {
    const used = { fact: { kind: 'used', budget: owner, millionths: line.atMillionths }, text: `used { ${owner} ${shareText(line.atMillionths)} }` } as const
    return [(last) => [givenStep([used]), last]]
  }
  if ('overflow' in line) return [filled(line.capacityTokens ?? 0, 1)]
  if ('perMicros' in line) {
    if (line.of === 'calls') return line.count > mostCalls ? [] : [(last) => [repeatStep(line.count, last), last]]
    const times = Math.max(1, Math.ceil(line.count / 150_000))
    return times > mostCalls ? [] : [filled(Math.ceil(line.count / times), times)]
  }
  if ('lifetime' in line) {
    return [(last) => [last, last], ...hosts.map((host): Scenario => (last) => [givenStep([ignoredHosts([host])]), last, givenStep([ignoredHosts([])]), last])]
  }
  return failures(line.on, hosts, plan)
}

/** Prompts that take all there is, and one more. */
function filled(tokens: number, times: number): Scenario {
  return (last) => [givenStep([promptTokens(tokens)]), times === 1 ? last : repeatStep(times, last), last]
}

/** One attempt fails, those of one host do, those of all hosts do. */
function failures(on: ErrorMatch | undefined, hosts: readonly string[], { retry }: ServeLines): readonly Scenario[] {
  const tries = (retry?.times ?? 0) + 1
  return classesOf(on).flatMap((error) => [
    ...[...new Set([1, tries])].flatMap((calls) => hosts.map((host): Scenario => (last) => [faultStep(host, error, { calls }), last])),
    (last: DraftStep) => [...hosts.map((host) => faultStep(host, error, { minutes: 5 })), last],
  ])
}

function timeouts(hosts: readonly string[]): readonly Scenario[] {
  return [
    ...hosts.map((host): Scenario => (last) => [faultStep(host, 'timeout', { calls: 1 }), last]),
    (last) => [...hosts.map((host) => faultStep(host, 'timeout', { minutes: 60, asksSeconds: 60 })), last],
  ]
}

/** So many failures as trip it, in one call or in several. */
function trippings({ trips }: Guard, hosts: readonly string[]): readonly Scenario[] {
  return trips.flatMap(({ trigger, on }) => {
    const calls = trigger.kind === 'at-once' ? 1 : trigger.kind === 'failures' ? trigger.count : trigger.atLeast
    if (calls > mostCalls) return []
    return classesOf(on).flatMap((error) => [
      ...hosts.map((host): Scenario => (last) => [faultStep(host, error, { calls }), last]),
      ...hosts.map((host): Scenario => (last) => [faultStep(host, error, { calls }), repeatStep(calls, last), last]),
    ])
  })
}

/** A few classes of a list; without one a failure of the host. */
function classesOf(on: ErrorMatch | undefined): readonly (string | number)[] {
  const named = (on ?? []).filter((entry) => entry !== 'any')
  return named.length === 0 ? ['server', 'auth'] : named.slice(0, 3)
}
