import { readFile } from 'node:fs/promises'
import { InvalidArgumentError, Option } from 'commander'
import type { Policy } from '../policy/core.ts'
import { hits } from '../replay/faults/script.ts'
import type { FaultSources } from '../replay/faults/script.ts'
import { beginningOf, withSession } from '../replay/faults/trace-span.ts'
import type { TraceSpan } from '../replay/faults/trace-span.ts'
import { providerOfPreset, presets, sampleFaults } from '../replay/faults/sample.ts'
import type { FaultSample, Preset } from '../replay/faults/sample.ts'
import { suggest } from '../language/suggest.ts'
import { escapeTerminal } from '../report/escape.ts'
import { drawnFaults } from '../report/faults-report.ts'
import type { Fault } from '../trace/faults/fault.ts'
import { readFaults, type FaultProblem, type ReadFaults } from '../trace/faults/read-faults.ts'
import type { TraceReading } from '../trace/read.ts'
import type { Context } from './context.ts'
import { badInput, fileFailure, isFileError } from './failure.ts'

/** One `--faults`: where faults of a replay come from. */
export type FaultSource =
  | { readonly kind: 'recorded' | 'none' }
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'sample'; readonly preset: Preset; readonly provider: string }

export function faultsOption(): Option {
  return new Option(
    '--faults <source>',
    '`recorded` (the errors of the log: the default), `none`; on top of it a fault file, or `sample:PRESET` (repeat)',
  ).argParser(faultSource)
}

function faultSource(text: string, before: readonly FaultSource[] = []): readonly FaultSource[] {
  const added = text.startsWith('sample:') ? sampleSource(text) : plainSource(text)
  const all = [...before, added]
  if (all.some(({ kind }) => kind === 'none') && all.some(({ kind }) => kind === 'recorded')) {
    throw new InvalidArgumentError('got `none` and `recorded`, expected one of them')
  }
  return all
}

function plainSource(text: string): FaultSource {
  return text === 'recorded' || text === 'none' ? { kind: text } : { kind: 'file', path: text }
}

/** `sample:PRESET`, or `sample:PRESET@PROVIDER` for another provider than the preset's own. */
function sampleSource(text: string): FaultSource {
  const [name = '', provider] = text.slice('sample:'.length).split(/@(.*)/s)
  const preset = presets.find((each) => each === name)
  if (preset === undefined || provider === '') {
    const meant = suggest(name, presets)
    throw new InvalidArgumentError(
      `got \`${text}\`, expected sample:PRESET or sample:PRESET@PROVIDER with one of ${presets.join(', ')}${meant === undefined ? '' : `; did you mean \`${meant}\`?`}`,
    )
  }
  return { kind: 'sample', preset, provider: provider ?? providerOfPreset[preset] }
}

/** The faults of every file that is asked for; `undefined`: something is wrong, which has been said. */
export async function readScript(
  asked: readonly FaultSource[],
  context: Context,
): Promise<readonly Fault[] | undefined> {
  const script: Fault[] = []
  for (const each of asked) {
    if (each.kind !== 'file') continue
    const read = await readFaultFile(each.path, context)
    if (read === undefined) return undefined
    const twice = read.find(({ id }) => script.some((known) => known.id === id))
    if (twice !== undefined) {
      badInput(context, {
        message: `\`${each.path}\`: the fault \`${twice.id}\` is in a file before it, too`,
        help: 'give each fault an id of its own: its draws are keyed by it',
      })
      return undefined
    }
    script.push(...read)
  }
  return script
}

export interface AskedFaults {
  readonly asked: readonly FaultSource[]
  /** Of the files. */
  readonly script: readonly Fault[]
  readonly seed: string
  /** A fault is noted that can hit a host of none of them. */
  readonly policies: readonly Policy[]
}

/** `undefined`: the log's own errors, and nothing else. What is drawn is said on standard error; `span` is of the whole trace. */
export async function faultSources(
  { asked, script, seed, policies }: AskedFaults,
  span: () => Promise<TraceSpan>,
  context: Context,
): Promise<FaultSources | undefined> {
  const recorded = !asked.some(({ kind }) => kind === 'none')
  const samples = asked.filter((each) => each.kind === 'sample')
  const needsSpan = samples.length > 0 || script.some(({ clock }) => clock === 'offset')
  const known = needsSpan ? await span() : {}
  const drawn = samples.flatMap(({ preset, provider }) => sampleOver(known, { preset, provider, seed }, context))
  const all = [...script, ...drawn]
  noteStrayFaults(all, policies, context)
  if (recorded && all.length === 0) return undefined
  return { recorded, script: all, beginning: beginningOf(known), unknown: 'up' }
}

const dayMicros = 86_400_000_000

/** Whole days around the trace, so that the same faults can be asked for by two days. */
function sampleOver(
  { dated, relative }: TraceSpan,
  sample: Pick<FaultSample, 'preset' | 'provider' | 'seed'>,
  context: Context,
): readonly Fault[] {
  const span = dated ?? relative
  if (span === undefined) {
    context.note(`${context.noteStyle.warn('note')}: no fault is drawn, for the trace has no instants\n`)
    return []
  }
  const days = (micros: number): number => Math.ceil((micros + 1) / dayMicros) * dayMicros
  const horizon =
    dated === undefined
      ? { fromMicros: 0, untilMicros: days(span.untilMicros - span.fromMicros) }
      : { fromMicros: Math.floor(dated.fromMicros / dayMicros) * dayMicros, untilMicros: days(dated.untilMicros) }
  const whole: FaultSample = { ...sample, clock: dated === undefined ? 'offset' : 'dated', horizon }
  const faults = sampleFaults(whole)
  context.note(drawnFaults(whole, faults))
  return faults
}

const problemsShown = 10

async function readFaultFile(path: string, context: Context): Promise<readonly Fault[] | undefined> {
  const read = await openFaultFile(path, context)
  if (read === undefined) return undefined
  if (read.ok) return read.faults
  sayProblems(path, read.problems, context)
  return undefined
}

/** `undefined`: the file cannot be read, which has been said. */
export async function openFaultFile(path: string, context: Context): Promise<ReadFaults | undefined> {
  const text = await readText(path, context)
  return text === undefined ? undefined : readFaults(text)
}

export function sayProblems(path: string, problems: readonly FaultProblem[], context: Context): void {
  for (const { line, message, help } of problems.slice(0, problemsShown)) {
    badInput(context, { message: `\`${path}\` line ${line}: ${message}`, help })
  }
  const rest = problems.length - problemsShown
  if (rest > 0) context.note(`and ${rest} more\n`)
}

async function readText(path: string, context: Context): Promise<string | undefined> {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(await readFile(path))
  } catch (error) {
    if (!isFileError(error)) {
      badInput(context, { message: `\`${path}\` is no text in UTF-8`, help: 'a fault file is JSON Lines: docs/faults.md' })
      return undefined
    }
    const { message, help } = fileFailure(path, 'read', error)
    const isWord = /^[\w:@-]+$/.test(path)
    badInput(context, { message, help: isWord ? 'name a fault file, or write recorded or none' : help })
    return undefined
  }
}

/** A trace may be read twice: where it begins is known only when all of it has been seen. */
export async function spanOf(reading: TraceReading): Promise<TraceSpan> {
  let span: TraceSpan = {}
  for await (const session of reading.sessions()) span = withSession(span, session)
  return span
}

const strayShown = 5
const strayProvidersShown = 12

/** A fault that can hit no host of any policy is likelier a slip of the pen than a wish. */
function noteStrayFaults(script: readonly Fault[], policies: readonly Policy[], context: Context): void {
  const endpoints = policies.flatMap(({ models }) => models).flatMap((model) => model.endpoints)
  const names = [...new Set(policies.map(({ name }) => `\`${name ?? ''}\``))].join(' or ')
  const stray = script.filter((fault) => !endpoints.some((endpoint) => hits(fault, endpoint)))
  const note = (text: string): void => context.note(`${context.noteStyle.warn('note')}: ${escapeTerminal(text)}\n`)
  const providers = [...new Set(endpoints.map(({ provider }) => provider))].sort()
  const shown = providers.slice(0, strayProvidersShown).join(', ')
  const known = `${shown}${providers.length > strayProvidersShown ? ` and ${providers.length - strayProvidersShown} more` : ''}`
  for (const { id } of stray.slice(0, strayShown)) note(`the fault \`${id}\` hits no host of ${names}; its providers: ${known}`)
  if (stray.length > strayShown) note(`and ${stray.length - strayShown} more faults hit none`)
}
