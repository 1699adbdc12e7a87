import type { Command } from 'commander'
import type { Policy } from '../policy/core.ts'
import type { CacheBehaviours } from '../replay/cache/behaviour.ts'
import type { TraceSpan } from '../replay/faults/trace-span.ts'
import type { ReplayOptions } from '../replay/replay.ts'
import type { Arrivals } from '../replay/simulator/session-clock.ts'
import type { Fault } from '../trace/faults/fault.ts'
import { readBehaviours } from './cache-behaviours.ts'
import type { Context } from './context.ts'
import { badInput } from './failure.ts'
import { faultsOption, faultSources, readScript, type FaultSource } from './faults.ts'
import { arrivalsOption } from './options.ts'
import type { PricesOption } from './policy.ts'

/** What policies are replayed in: what fails, when calls come, what prompt caches hold, what models cost. */
export interface WorldOptions extends PricesOption {
  readonly faults?: readonly FaultSource[]
  readonly arrivals: Arrivals
  readonly caches?: string
  readonly seed: string | undefined
}

export function worldOptions(command: Command): void {
  command
    .addOption(faultsOption())
    .addOption(arrivalsOption())
    .option('--caches <file>', 'what `audit --caches --format json` fitted on your log, instead of what was measured elsewhere')
    .option('--first-prices', 'a model costs its first price before that began, too, as an assumption', false)
}

export type World = Pick<ReplayOptions, 'faults' | 'arrivals' | 'caches'>

/** The files that were asked for, read. */
export interface WorldFiles {
  readonly script: readonly Fault[]
  readonly caches: CacheBehaviours | undefined
}

/** `undefined`: something is wrong with a file, which has been said. */
export async function readWorld(options: WorldOptions, context: Context): Promise<WorldFiles | undefined> {
  const script = await readScript(options.faults ?? [], context)
  if (script === undefined) return undefined
  if (options.caches === undefined) return { script, caches: undefined }
  const read = await readBehaviours(options.caches, context)
  if (read.ok) return { script, caches: read.behaviours }
  badInput(context, read.failure)
  return undefined
}

/** The same world for every policy, so that they meet the same faults; `span` is of the whole trace. */
export async function worldOf(
  { script, caches }: WorldFiles,
  options: WorldOptions,
  policies: readonly Policy[],
  span: () => Promise<TraceSpan>,
  context: Context,
): Promise<World> {
  const asked = { asked: options.faults ?? [], script, seed: options.seed ?? '0', policies }
  return { faults: await faultSources(asked, span, context), arrivals: options.arrivals, caches }
}
