import type { Context } from './context.ts'

/** The providers that serve a model, its overrides merged in. */
export function hostsOf(context: Context, model: string): ReadonlySet<string> {
  const declared = context.names.models.entries.get(model)
  let served: readonly string[] | undefined
  const own = new Set<string>()
  for (const { declaration } of [
    ...(declared === undefined ? [] : [declared]),
    ...context.names.overrides,
  ]) {
    if (declaration.kind !== 'model' || declaration.name.text !== model) continue
    for (const line of declaration.lines) {
      if (line.kind === 'served-by') served = line.values.map((value) => value.text)
      if (line.kind === 'at') own.add(line.provider.text)
    }
  }
  return served === undefined ? own : new Set(served)
}
