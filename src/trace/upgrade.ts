import { TRACE_SCHEMA_VERSION } from './record.ts'

/** A record as it was parsed, of whatever version. */
export type LooseRecord = { readonly [field: string]: unknown }

/** A record of one version as the next version says it; sets `schema` in a session's header itself. */
export type Migration = (record: LooseRecord) => LooseRecord

/**
 * By the version that a migration reads. Version 1 is the first that was published, so there is none
 * yet; who changes the format adds the step from the version before.
 */
export const migrations: ReadonlyMap<number, Migration> = new Map<number, Migration>()

export interface UpgradeTable {
  readonly migrations: ReadonlyMap<number, Migration>
  /** The version to arrive at. */
  readonly to: number
}

export const upgradeTable: UpgradeTable = { migrations, to: TRACE_SCHEMA_VERSION }

export type UpgradePlan =
  /** Nothing to do; a trace without a header names no version and is read as the newest. */
  | { readonly kind: 'current' }
  | { readonly kind: 'upgrade'; readonly from: number; readonly steps: readonly Migration[] }
  /** Lower case, without a full stop, with the remedy beside it. */
  | { readonly kind: 'refused'; readonly message: string; readonly help: string }

/** What leads from the versions that the headers of one file name to the newest. */
export function planUpgrade(
  versions: ReadonlySet<unknown>,
  table: UpgradeTable = upgradeTable,
): UpgradePlan {
  const { to } = table
  const numbers = [...versions].filter((version) => isVersion(version)).toSorted((a, b) => a - b)
  if (numbers.length < versions.size) {
    return refused(
      'a header names no version: `schema` is missing or no whole number',
      'mend the header, or import the log again',
    )
  }
  const [from, ...others] = numbers
  const newest = numbers.at(-1)
  if (from === undefined || newest === undefined) return { kind: 'current' }
  if (newest > to) {
    return refused(
      `the trace is of version ${newest}, this reroute reads up to ${to}: a newer reroute wrote it`,
      'read it with that reroute, or a later one',
    )
  }
  if (others.length > 0) {
    return refused(
      `sessions of versions ${numbers.join(' and ')} are in one file`,
      'upgrade the files that it was put together from',
    )
  }
  if (from === to) return { kind: 'current' }
  const steps: Migration[] = []
  for (let version = from; version < to; version += 1) {
    const step = table.migrations.get(version)
    if (step === undefined) {
      const message = `nothing leads from version ${version} to version ${version + 1}`
      return refused(message, 'import the log again')
    }
    steps.push(step)
  }
  return { kind: 'upgrade', from, steps }
}

function isVersion(version: unknown): version is number {
  return typeof version === 'number' && Number.isInteger(version) && version >= 0
}

function refused(message: string, help: string): UpgradePlan {
  return { kind: 'refused', message, help }
}

export function upgraded(record: LooseRecord, steps: readonly Migration[]): LooseRecord {
  return steps.reduce((before, step) => step(before), record)
}
