import { gitSourceReader, isRevision } from '../node/git-sources.ts'
import { readRecordings } from '../node/read-recordings.ts'
import { fileSourceReader } from '../node/read-sources.ts'
import type { Policy } from '../policy/core.ts'
import { withFirstPrices } from '../policy/first-prices.ts'
import { loadPolicy, type LoadResult } from '../policy/load.ts'
import type { Context } from './context.ts'
import { diagnosticsText } from './diagnostics.ts'
import { badInput } from './failure.ts'
import { readFailure } from './read-text.ts'

export interface RootOption {
  readonly root?: string
}

/** Of commands that replay: `worldOptions`. */
export interface PricesOption {
  readonly firstPrices?: boolean
}

/** For every command that reads policies. */
export const rootOption: readonly [flags: string, description: string] = [
  '--root <dir>',
  'imports stay below this directory (default: the repository of the policy)',
]

/** A policy with its findings, or `unreadable`: the file itself could not be read, which has been said. */
export type OpenedPolicy = { readonly kind: 'loaded'; readonly loaded: LoadResult } | { readonly kind: 'unreadable' }

export function openPolicy(path: string, options: RootOption, context: Context): OpenedPolicy {
  const reader = isRevision(path) ? gitSourceReader({ root: options.root }) : fileSourceReader({ root: options.root })
  const entry = reader.read(path, undefined)
  if (entry.kind === 'problem') {
    badInput(context, readFailure(path, entry.problem))
    return { kind: 'unreadable' }
  }
  return { kind: 'loaded', loaded: loadPolicy(path, reader) }
}

/** A policy that can run; otherwise `undefined`, and what is wrong has been said on standard error. */
export function requirePolicy(path: string, options: RootOption & PricesOption, context: Context): Policy | undefined {
  const { policy } = requireLoaded(path, options, context)
  return policy !== undefined && options.firstPrices === true ? withFirstPrices(policy) : policy
}

/** As `requirePolicy`, with the files that were read. */
export function requireLoaded(
  path: string,
  options: RootOption,
  context: Context,
): Pick<LoadResult, 'policy' | 'sources'> {
  const opened = openPolicy(path, options, context)
  if (opened.kind === 'unreadable') return { policy: undefined, sources: [] }
  const { policy, diagnostics, sources } = opened.loaded
  if (policy === undefined) {
    const errors = diagnostics.filter(({ severity }) => severity === 'error')
    context.note(diagnosticsText(errors, context.noteStyle, mostErrors))
    return { policy: undefined, sources }
  }
  if (policy.name === undefined) {
    badInput(context, {
      message: `\`${path}\` is a library, expected a policy`,
      help: 'name a file that begins with `policy NAME`',
    })
    return { policy: undefined, sources }
  }
  return { policy, sources }
}

/** As `requireLoaded`, with the recordings that its tests name. */
export async function requireTests(
  path: string,
  options: RootOption,
  context: Context,
): Promise<Pick<LoadResult, 'policy' | 'sources'>> {
  const { policy, sources } = requireLoaded(path, options, context)
  if (policy === undefined) return { policy, sources }
  const { policy: whole, diagnostics } = await readRecordings(policy, { root: options.root })
  if (diagnostics.length === 0) return { policy: whole, sources }
  context.note(diagnosticsText(diagnostics, context.noteStyle, mostErrors))
  return { policy: undefined, sources }
}

/** A file that is far from right buries its first errors under the others. */
export const mostErrors = 50
