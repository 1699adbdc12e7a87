import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { compilePhrases } from '../language/phrases.ts'
import type { PhraseCounter } from '../trace/importers/importer.ts'
import type { Context } from './context.ts'
import { requirePolicy, type RootOption } from './policy.ts'

/**
 * The phrase lists of some policies, by default of the shipped ones: each list once, whatever
 * policies share it. `undefined`: one of them does not load, which has been said.
 */
export async function phraseCounters(
  policies: readonly string[] | undefined,
  root: RootOption,
  context: Context,
): Promise<readonly PhraseCounter[] | undefined> {
  const counters = new Map<string, PhraseCounter>()
  for (const path of policies ?? (await shippedPolicies())) {
    const policy = requirePolicy(path, policies === undefined ? {} : root, context)
    if (policy === undefined) return undefined
    for (const { digest, phrases } of policy.phraseLists) {
      counters.set(digest, { digest, count: compilePhrases(phrases) })
    }
  }
  return [...counters.values()]
}

async function shippedPolicies(): Promise<string[]> {
  const folder = fileURLToPath(new URL('../../policies', import.meta.url))
  const names = (await readdir(folder)).filter((name) => name.endsWith('.route')).toSorted()
  return names.map((name) => join(folder, name))
}
