import type { ErrorObject } from 'ajv'
import type { RecordProblem } from './problem.ts'

/**
 * One failure of the schema in the author's words: `usage.cacheRead`: got -3, expected an integer
 * of at least 0. Text of messages is never quoted.
 */
export function explainSchemaError(error: ErrorObject | undefined): RecordProblem {
  if (error === undefined) return { reason: 'does not fit the schema' }
  const schema = (error.parentSchema ?? {}) as Schema
  if (error.keyword === 'required') {
    const name = String((error.params as { missingProperty?: unknown }).missingProperty)
    const field = fieldPath(`${error.instancePath}/${name}`)
    const expected = schema.properties?.[name]
    const tail = expected === undefined ? '' : expectation(expected)
    return { field, reason: `\`${field}\`: missing${tail === '' ? '' : `, expected ${tail}`}` }
  }
  const field = fieldPath(error.instancePath)
  const key = error.propertyName
  if (key !== undefined) {
    return { field, reason: `\`${field}\`: got the name ${got(key)}, expected the index of a phrase` }
  }
  const value = field.endsWith('text') ? typeName(error.data) : got(error.data)
  return { field, reason: `\`${field}\`: got ${value}, expected ${expectation(schema)}` }
}

interface Schema {
  readonly type?: string | readonly string[]
  readonly enum?: readonly unknown[]
  readonly const?: unknown
  readonly minimum?: number
  readonly maximum?: number
  readonly minLength?: number
  readonly maxLength?: number
  readonly pattern?: string
  readonly properties?: { readonly [name: string]: Schema }
  readonly $ref?: string
}

function expectation(schema: Schema): string {
  if (schema.enum !== undefined) return `one of ${schema.enum.map((word) => got(word)).join(', ')}`
  if (schema.const !== undefined) return got(schema.const)
  if (schema.pattern !== undefined) return 'digits of a whole number, as text'
  if (schema.type === undefined) return reference(schema.$ref)
  if (typeof schema.type !== 'string') return schema.type.map((name) => typeWord(name)).join(' or ')
  if (schema.type === 'integer') return integer(schema)
  if (schema.maxLength !== undefined) return `text of 1 to ${schema.maxLength} characters`
  if (schema.minLength !== undefined) return 'text that is not empty'
  return typeWord(schema.type)
}

function integer({ minimum, maximum }: Schema): string {
  if (minimum === undefined) return 'an integer'
  if (maximum === undefined || maximum === Number.MAX_SAFE_INTEGER) {
    return `an integer of at least ${minimum}`
  }
  return `an integer from ${minimum} to ${maximum}`
}

const referenceWords: ReadonlyMap<string, string> = new Map([
  ['count', 'an integer of at least 0'],
  ['micros', 'an integer of at least 0'],
  ['ordinal', 'an integer of at least 1'],
  ['sessionId', 'text of 1 to 1024 characters'],
  ['name', 'text that is not empty'],
  ['errorClass', 'an error class'],
  ['prompt', 'an object'],
])

function reference(ref: string | undefined): string {
  return referenceWords.get((ref ?? '').replace('#/$defs/', '')) ?? ''
}

function typeWord(type: string): string {
  switch (type) {
    case 'integer':
      return 'an integer'
    case 'string':
      return 'text'
    case 'boolean':
      return 'true or false'
    case 'array':
      return 'a list'
    case 'object':
      return 'an object'
    default:
      return type
  }
}

function typeName(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'string') return 'text'
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`
}

/** A value as a message shows it: scalars as JSON, so control codes are escaped; long text by size. */
export function got(value: unknown): string {
  if (typeof value === 'string') {
    return value.length <= 60 ? JSON.stringify(value) : `text of ${value.length} characters`
  }
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  return typeName(value)
}

/** `/attempts/0/status` as `attempts[0].status`; other names than plain words in quotes. */
export function fieldPath(pointer: string): string {
  let path = ''
  for (const raw of pointer.split('/').slice(1)) {
    const name = raw.replaceAll('~1', '/').replaceAll('~0', '~')
    if (/^\d+$/.test(name)) path += `[${name}]`
    else if (!/^[\p{L}\p{N}_$-]+$/u.test(name)) path += `[${got(name)}]`
    else path += path === '' ? name : `.${name}`
  }
  return path
}
