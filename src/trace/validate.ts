import { readFileSync } from 'node:fs'
import type { AnySchemaObject, ErrorObject, ValidateFunction } from 'ajv'
import { Ajv2020 } from 'ajv/dist/2020.js'
import type { DataValidateFunction } from 'ajv/dist/types/index.js'
import type { RecordProblem } from './problem.ts'
import type { TraceRecord } from './record.ts'
import { partsIn, usageParts, wholes } from './usage-parts.ts'
import { explainSchemaError, fieldPath, got } from './schema-message.ts'
import { promptTokensOf } from './usage-sums.ts'

export type RecordCheck =
  | { readonly ok: true; readonly record: TraceRecord }
  | { readonly ok: false; readonly problem: RecordProblem }

/** Called with the path of a field that the schema does not name; list positions are left out. */
export type UnknownField = (field: string) => void

interface Checker {
  readonly session: ValidateFunction
  readonly call: ValidateFunction
  readonly events: ReadonlyMap<string, ValidateFunction>
}

const schemaFile = new URL('../../traces/schema/trace-1.schema.json', import.meta.url)
const reportUnknown = 'reportUnknown'

let compiled: Checker | undefined

/**
 * Checks one parsed line against the schema and against what a schema cannot say: safe integers
 * and input buckets that add up. Fields that the schema does not name are kept and reported.
 */
export function checkRecord(value: unknown, onUnknownField: UnknownField): RecordCheck {
  compiled ??= compile()
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return refuse(`got ${got(value)}, expected an object with the field \`record\``)
  }
  if (!hasSafeNumbers(value)) return { ok: false, problem: unsafeNumber(value, '') ?? { reason: '' } }
  const chosen = validatorOf(compiled, value)
  if ('reason' in chosen) return { ok: false, problem: chosen }
  if (!chosen.call({ onUnknownField }, value)) {
    return { ok: false, problem: explainSchemaError((chosen.errors as ErrorObject[])[0]) }
  }
  const record = value as TraceRecord
  const sum = inputSumProblem(record) ?? partProblem(record)
  return sum === undefined ? { ok: true, record } : { ok: false, problem: sum }
}

function refuse(reason: string): RecordCheck {
  return { ok: false, problem: { reason } }
}

/** One validator a kind of record, so that a message speaks of that kind only. */
function validatorOf(checker: Checker, value: object): ValidateFunction | RecordProblem {
  const { record, event } = value as { record?: unknown; event?: unknown }
  if (record === 'session') {
    const { schema } = value as { schema?: unknown }
    if (typeof schema === 'number' && Number.isInteger(schema) && schema > 1) {
      return {
        field: 'schema',
        reason: `\`schema\`: got ${schema}, this version reads 1; a newer reroute wrote this trace`,
      }
    }
    return checker.session
  }
  if (record === 'call') return checker.call
  if (record === 'event') {
    const validator = typeof event === 'string' ? checker.events.get(event) : undefined
    return validator ?? choiceProblem('event', event, [...checker.events.keys()])
  }
  return choiceProblem('record', record, ['session', 'call', 'event'])
}

function choiceProblem(field: string, value: unknown, words: readonly string[]): RecordProblem {
  const expected = `expected one of ${words.map((word) => `"${word}"`).join(', ')}`
  const found = value === undefined ? 'missing' : `got ${got(value)}`
  return { field, reason: `\`${field}\`: ${found}, ${expected}` }
}

/** Past 2^53 a number has lost digits when it is read; a fraction is the schema's to judge. */
function hasSafeNumbers(value: unknown): boolean {
  if (typeof value === 'number') return Math.abs(value) <= Number.MAX_SAFE_INTEGER
  if (typeof value !== 'object' || value === null) return true
  return Object.values(value).every(hasSafeNumbers)
}

/** The first number past 2^53, by its place. */
function unsafeNumber(value: unknown, path: string): RecordProblem | undefined {
  if (typeof value === 'number') {
    if (Math.abs(value) <= Number.MAX_SAFE_INTEGER) return undefined
    const field = fieldPath(path)
    const reason = `\`${field}\`: got a number past 2^53, expected one of at most 9007199254740991`
    return { field, reason }
  }
  if (typeof value !== 'object' || value === null) return undefined
  for (const key of Object.keys(value)) {
    const inner: unknown = (value as Record<string, unknown>)[key]
    if (typeof inner === 'string') continue
    const problem = unsafeNumber(inner, `${path}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`)
    if (problem !== undefined) return problem
  }
  return undefined
}

/** Tokens that are no text lie in the bucket that they are of. */
function partProblem(record: TraceRecord): RecordProblem | undefined {
  if (record.record !== 'call' || record.usage === undefined) return undefined
  const { usage } = record
  for (const whole of wholes) {
    const sum = partsIn(usage, whole)
    if (sum <= usage[whole]) continue
    const field = `usage.${whole}`
    const parts = usageParts[whole].map((part) => `\`${part}\``).join(', ')
    return { field, reason: `\`${field}\`: got ${usage[whole]}, expected at least ${sum}, the sum of ${parts}` }
  }
  return undefined
}

/** Uncached + read + written is the whole prompt, wherever a served call gives both. */
function inputSumProblem(record: TraceRecord): RecordProblem | undefined {
  if (record.record !== 'call' || record.end !== 'served' || record.usage === undefined) return undefined
  const tokens = record.prompt.tokens
  const sum = promptTokensOf(record.usage)
  if (tokens === undefined || tokens === sum) return undefined
  return {
    field: 'prompt.tokens',
    reason: `\`prompt.tokens\`: got ${tokens}, expected ${sum}, the sum of the input buckets of \`usage\``,
  }
}

type SchemaNode = { [key: string]: unknown }

function compile(): Checker {
  const schema = JSON.parse(readFileSync(schemaFile, 'utf8')) as SchemaNode
  const definitions = schema['$defs'] as Record<string, SchemaNode>
  const ajv = new Ajv2020({
    allowUnionTypes: true,
    passContext: true,
    strictTypes: false,
    verbose: true,
  })
  ajv.addKeyword({
    keyword: reportUnknown,
    type: 'object',
    schemaType: 'boolean',
    compile: compileReport,
    errors: false,
  })
  ajv.addSchema(closeObjects(schema) as SchemaNode)
  const validator = (name: string): ValidateFunction =>
    ajv.compile({ $ref: `${String(schema['$id'])}#/$defs/${name}` })
  const prefix = 'event-'
  const names = Object.keys(definitions).filter((name) => name.startsWith(prefix))
  return {
    session: validator('session'),
    call: validator('call'),
    events: new Map(names.map((name) => [name.slice(prefix.length), validator(name)])),
  }
}

/** The published schema leaves objects open; here each also reports the names that it does not know. */
function closeObjects(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(closeObjects)
  if (typeof node !== 'object' || node === null) return node
  const copy: SchemaNode = {}
  for (const [key, value] of Object.entries(node)) copy[key] = closeObjects(value)
  if (typeof copy['properties'] === 'object' && copy['type'] !== undefined) copy[reportUnknown] = true
  return copy
}

function compileReport(_enabled: unknown, parent: AnySchemaObject): DataValidateFunction {
  const known = new Set(Object.keys((parent['properties'] ?? {}) as object))
  return function report(
    this: { onUnknownField: UnknownField },
    data: object,
    at?: { instancePath: string },
  ): boolean {
    for (const key of Object.keys(data)) {
      if (!known.has(key)) this.onUnknownField(unknownName(at?.instancePath ?? '', key))
    }
    return true
  }
}

function unknownName(path: string, key: string): string {
  const inside = fieldPath(path).replaceAll(/\[\d+\]/g, '[]')
  const name = fieldPath(`/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`)
  if (inside === '') return name
  return name.startsWith('[') ? `${inside}${name}` : `${inside}.${name}`
}
