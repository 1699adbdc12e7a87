import type { Command } from 'commander'
import { compareMeaning, type MeaningComparison } from '../analysis/diff/meaning.ts'
import { compareTraffic } from '../analysis/diff/compare-traffic.ts'
import type { CallComparison, MovedCall, PolicyDiff, TrafficDiff } from '../analysis/diff/traffic.ts'
import type { Policy } from '../policy/core.ts'
import { policyDigest } from '../policy/digest.ts'
import type { Context } from './context.ts'
import { exitCode, type ExitCode } from './exit-code.ts'
import { spanOf } from './faults.ts'
import { requirePolicy, type RootOption, rootOption } from './policy.ts'
import { condition, instant, selection, type SelectionOptions } from './selection.ts'
import { openTrace } from './trace.ts'
import { packageVersion } from './version.ts'
import { readWorld, worldOf, worldOptions, type WorldOptions } from './world.ts'

export interface ReviewOptions extends RootOption, SelectionOptions, WorldOptions {
  readonly recorded?: string
  readonly force: boolean
  readonly strict: boolean
}

/** What every command that compares two policies over traffic takes. */
export function reviewOptions(command: Command): void {
  command
    .option('--since <day>', 'only calls from this day or instant on', instant)
    .option('--until <day>', 'only calls before this day or instant', instant)
    .option('--where <field=value>', 'only calls with it; fields: session model provider team repo user day (repeat)', condition)
    .option('--recorded <policy>', 'the policy that decided when this was recorded')
  worldOptions(command)
  command
    .option('--force', 'show the result although the recorded policy is not reproduced', false)
    .option('--seed <text>', 'for every draw (default: what a session names, else 0)')
    .option('--strict', 'a line that cannot be taken is an error', false)
    .option(...rootOption)
}

export interface NamedPolicy {
  /** As the user wrote it. */
  readonly label: string
  readonly policy: Policy
}

/** A policy that can run, under the name it was asked for by. */
export function requireNamed(label: string, options: ReviewOptions, context: Context): NamedPolicy | undefined {
  const policy = requirePolicy(label, options, context)
  return policy === undefined ? undefined : { label, policy }
}

export interface Compared {
  readonly diff: PolicyDiff
  readonly traffic: TrafficDiff | undefined
  readonly meaning: MeaningComparison
  /** Calls with another decision, in the order of the trace. */
  readonly moved: readonly MovedCall[]
}

/** Compares two policies, over traffic where there is any; an exit code where something is wrong, which has been said. */
export async function compared(
  old: NamedPolicy,
  next: NamedPolicy,
  traces: readonly string[],
  options: ReviewOptions,
  context: Context,
): Promise<Compared | ExitCode> {
  const recorded = options.recorded === undefined ? undefined : requirePolicy(options.recorded, { ...options, firstPrices: false }, context)
  if (options.recorded !== undefined && recorded === undefined) return exitCode.badInput
  const files = await readWorld(options, context)
  if (files === undefined) return exitCode.badInput
  const meaning = compareMeaning(old.policy, next.policy)
  const side = ({ label, policy }: NamedPolicy): PolicyDiff['old'] => ({
    name: policy.name ?? '',
    label,
    digest: policyDigest(policy),
  })
  const sides = { old: side(old), new: side(next) }
  if (traces.length === 0) {
    return { diff: { ...sides, meaning, traffic: undefined }, traffic: undefined, meaning, moved: [] }
  }
  const { reading, close } = await openTrace(traces, options, context)
  const comparison = compareTraffic(old.policy, next.policy, meaning, {
    seed: options.seed,
    recorded,
    select: selection(next.policy, options),
    ...(await worldOf(files, options, [old.policy, next.policy], () => spanOf(reading), context)),
    engineVersion: await packageVersion(),
  })
  const moved: MovedCall[] = []
  const keep = (calls: readonly CallComparison[]): void => {
    for (const { session, call, old: before, new: after, since, flips } of calls) {
      if (flips) moved.push({ session, call, old: before, new: after, since })
    }
  }
  let complete = false
  try {
    for await (const session of reading.sessions()) keep(comparison.add(session))
  } finally {
    complete = close()
  }
  if (!complete) return exitCode.badInput
  for (const calls of comparison.settle()) keep(calls)
  const traffic = comparison.finish()
  return { diff: { ...sides, meaning, traffic }, traffic, meaning, moved }
}
