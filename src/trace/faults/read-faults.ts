import { readFileSync } from 'node:fs'
import type { ErrorObject, ValidateFunction } from 'ajv'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { suggest } from '../../language/suggest.ts'
import { errorClassOf } from '../error-class.ts'
import { explainSchemaError, fieldPath, got } from '../schema-message.ts'
import type { Fault, FaultDomain, Timer } from './fault.ts'
import { durationExample, durationOfText, faultInstantExample, faultInstantOf } from './fault-time.ts'

/** What is wrong with a line of a fault file, and what helps. */
export interface FaultProblem {
  /** From 1. */
  readonly line: number
  /** Lower case, user text in back-ticks. */
  readonly message: string
  readonly help: string
}

export type ReadFaults =
  | { readonly ok: true; readonly faults: readonly Fault[] }
  /** Every line that is wrong, in order; never empty. */
  | { readonly ok: false; readonly problems: readonly FaultProblem[] }

/** More faults than this are no script that a person wrote. */
const mostFaults = 100_000

/** The faults of a file, in its order; or all that is wrong with it. */
export function readFaults(text: string): ReadFaults {
  const faults: Fault[] = []
  const problems: FaultProblem[] = []
  const lineOf = new Map<string, number>()
  let began = false
  for (const [index, line] of text.replace(/^\uFEFF/, '').split(/\r\n|\n/).entries()) {
    if (line.trim() === '') continue
    const at = index + 1
    const read = readLine(line, began)
    began = true
    if (read === 'header') continue
    if ('message' in read) {
      problems.push({ line: at, ...read })
      continue
    }
    const before = lineOf.get(read.id)
    if (before !== undefined) {
      problems.push({ line: at, message: `\`id\`: ${got(read.id)} is the fault of line ${before} too`, help: 'give each fault an id of its own' })
      continue
    }
    lineOf.set(read.id, at)
    faults.push(read)
    if (faults.length > mostFaults) {
      problems.push({ line: at, message: `more than ${mostFaults} faults`, help: 'cut the file to the days that are replayed' })
      break
    }
  }
  if (!began) problems.push({ line: 1, message: 'the file holds no record', help: headerHelp })
  return problems.length === 0 ? { ok: true, faults } : { ok: false, problems }
}

type LineProblem = Omit<FaultProblem, 'line'>

const headerHelp = 'begin with the line {"record":"faults","schema":1}'

function readLine(line: string, began: boolean): Fault | 'header' | LineProblem {
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch {
    return { message: 'not a JSON object', help: 'a fault file has one whole record a line' }
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return { message: `got ${got(value)}, expected an object with the field \`record\``, help: 'a fault file has one whole record a line' }
  }
  const { record, schema } = value as { record?: unknown; schema?: unknown }
  if (!began) {
    if (record !== 'faults') return { message: `\`record\`: ${record === undefined ? 'missing' : `got ${got(record)}`}, expected "faults" in the first line`, help: headerHelp }
    if (typeof schema === 'number' && schema > 1) {
      return { message: `\`schema\`: got ${got(schema)}, this version reads 1`, help: 'a newer reroute wrote this file: use that one' }
    }
    return schemaProblem('faults', value) ?? 'header'
  }
  if (record !== 'fault') {
    return { message: `\`record\`: ${record === undefined ? 'missing' : `got ${got(record)}`}, expected "fault"`, help: 'after the first line every line is a fault' }
  }
  return schemaProblem('fault', value) ?? faultOf(value as FaultLine)
}

/** A line as the schema lets it through. */
interface FaultLine {
  readonly id: string
  readonly hits: readonly FaultDomain[]
  readonly from: string
  readonly until: string
  readonly error: string | number
  readonly status?: number
  readonly failurePercent?: number
  readonly retryAfter?: string
  readonly timer?: Timer
  readonly emittedPercent?: number
  readonly flapping?: { readonly down: string; readonly up: string }
  readonly cause?: string
  readonly note?: string
}

function faultOf(line: FaultLine): Fault | LineProblem {
  const from = faultInstantOf(line.from)
  if (from === undefined) return instantProblem('from', line.from)
  const until = faultInstantOf(line.until)
  if (until === undefined) return instantProblem('until', line.until)
  if (from.clock !== until.clock) {
    const kind = from.clock === 'offset' ? 'an offset' : 'an instant'
    return { message: `\`until\`: got ${got(line.until)}, expected ${kind} as in \`from\``, help: 'write both from the beginning of the trace (+2h, +3h) or both as instants' }
  }
  if (until.micros <= from.micros) {
    return { message: `\`until\`: got ${got(line.until)}, expected an instant after \`from\` ${got(line.from)}`, help: 'a fault holds from `from` on and no longer at `until`' }
  }
  const misplaced = misplacedField(line)
  if (misplaced !== undefined) return misplaced
  const retryAfterMicros = line.retryAfter === undefined ? undefined : durationOfText(line.retryAfter)
  if (line.retryAfter !== undefined && retryAfterMicros === undefined) return durationProblem('retryAfter', line.retryAfter)
  const flapping = flappingOf(line)
  if (flapping !== undefined && 'message' in flapping) return flapping
  const { id, hits, error, failurePercent = 100, emittedPercent, cause, note } = line
  const errorClass = typeof error === 'number' ? errorClassOf(error) : error
  const status = typeof error === 'number' ? error : line.status
  return {
    id,
    hits,
    clock: from.clock,
    fromMicros: from.micros,
    untilMicros: until.micros,
    errorClass,
    failurePercent,
    ...(status === undefined ? {} : { status }),
    ...(retryAfterMicros === undefined ? {} : { retryAfterMicros }),
    ...(errorClass === 'timeout' ? { timer: line.timer ?? 'first-token' } : {}),
    ...(emittedPercent === undefined ? {} : { emittedPercent }),
    ...(flapping === undefined ? {} : { flapping }),
    ...(cause === undefined ? {} : { cause }),
    ...(note === undefined ? {} : { note }),
  }
}

/** A field that says something of errors of another class. */
function misplacedField({ error, status, timer, emittedPercent }: FaultLine): LineProblem | undefined {
  const errorClass = typeof error === 'number' ? errorClassOf(error) : error
  if (status !== undefined && typeof error === 'number') {
    return { message: '`status`: `error` is a status already', help: 'leave `status` out, or write a class in `error`' }
  }
  if (timer !== undefined && errorClass !== 'timeout') {
    return { message: `\`timer\`: only a timeout has one, \`error\` is ${got(error)}`, help: 'leave `timer` out, or write "timeout" in `error`' }
  }
  const streams = errorClass === 'cut-off' || (errorClass === 'timeout' && (timer ?? 'first-token') !== 'first-token')
  if (emittedPercent !== undefined && !streams) {
    return { message: `\`emittedPercent\`: no output comes before this error, \`error\` is ${got(error)}`, help: 'write "cut-off" in `error` for a stream that dies, or "timeout" with the timer `idle` or `total`' }
  }
  return undefined
}

function flappingOf({ flapping }: FaultLine): Fault['flapping'] | LineProblem {
  if (flapping === undefined) return undefined
  const downMicros = durationOfText(flapping.down)
  const upMicros = durationOfText(flapping.up)
  if (downMicros === undefined || downMicros === 0) return durationProblem('flapping.down', flapping.down)
  if (upMicros === undefined || upMicros === 0) return durationProblem('flapping.up', flapping.up)
  return { downMicros, upMicros }
}

function instantProblem(field: string, text: string): LineProblem {
  return { message: `\`${field}\`: got ${got(text)}, expected an instant`, help: `write ${faultInstantExample}` }
}

function durationProblem(field: string, text: string): LineProblem {
  return { message: `\`${field}\`: got ${got(text)}, expected a duration`, help: `write ${durationExample}` }
}

// --- schema

const schemaFile = new URL('../../../traces/schema/faults-1.schema.json', import.meta.url)

let compiled: { readonly [kind in 'faults' | 'fault']: ValidateFunction } | undefined

function schemaProblem(kind: 'faults' | 'fault', value: object): LineProblem | undefined {
  compiled ??= compile()
  const validate = compiled[kind]
  if (validate(value)) return undefined
  const error = (validate.errors as ErrorObject[])[0]
  return error === undefined ? { message: 'does not fit the schema', help: seeSchema } : explained(error)
}

const seeSchema = 'docs/faults.md has every field'

function explained(error: ErrorObject): LineProblem {
  const field = fieldPath(error.instancePath)
  if (error.keyword === 'additionalProperties') {
    const { additionalProperty: name } = error.params as { additionalProperty: string }
    const names = Object.keys((error.parentSchema as { properties?: object }).properties ?? {})
    const meant = suggest(name, names)
    return {
      message: `${field === '' ? '' : `\`${field}\`: `}there is no field ${got(name)}`,
      help: meant === undefined ? `the fields are ${names.join(', ')}` : `did you mean \`${meant}\`?`,
    }
  }
  if (error.keyword === 'minProperties') {
    return { message: `\`${field}\`: names nothing`, help: 'name a provider, region, model or account, or several of them' }
  }
  if (error.keyword === 'minItems') {
    return { message: `\`${field}\`: got an empty list`, help: 'name at least one failure domain, such as {"provider":"anthropic"}' }
  }
  const { reason } = explainSchemaError(error)
  const meant = error.keyword === 'enum' && typeof error.data === 'string' ? suggest(error.data, words(error)) : undefined
  return { message: reason, help: meant === undefined ? seeSchema : `did you mean \`${meant}\`?` }
}

function words(error: ErrorObject): readonly string[] {
  return ((error.parentSchema as { enum?: readonly unknown[] }).enum ?? []).filter((word) => typeof word === 'string')
}

function compile(): NonNullable<typeof compiled> {
  const schema = JSON.parse(readFileSync(schemaFile, 'utf8')) as { readonly $id: string }
  const ajv = new Ajv2020({ allowUnionTypes: true, strictTypes: false, verbose: true })
  ajv.addSchema(schema)
  const validator = (name: string): ValidateFunction => ajv.compile({ $ref: `${schema.$id}#/$defs/${name}` })
  return { faults: validator('faults'), fault: validator('fault') }
}
