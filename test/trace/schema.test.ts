import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { checkRecord } from '../../src/trace/validate.ts'
import { wholeCall, wholeEvents, wholeRecords, wholeSession } from '../support/example-records.ts'

type Json = { readonly [key: string]: unknown }

const schema = JSON.parse(
  readFileSync(new URL('../../traces/schema/trace-1.schema.json', import.meta.url), 'utf8'),
) as { readonly $defs: { readonly [name: string]: Json } }

function resolve(node: Json): Json {
  const ref = node['$ref']
  return typeof ref === 'string' ? resolve(schema.$defs[ref.replace('#/$defs/', '')] as Json) : node
}

/** Paths of every object that the schema closes over, beside the value that stands there. */
function* pairs(node: Json, value: unknown, path: string): Generator<[string, Json, object]> {
  const resolved = resolve(node)
  if (Array.isArray(value)) {
    const items = resolved['items'] as Json | undefined
    if (items !== undefined) for (const item of value) yield* pairs(items, item, `${path}[]`)
    return
  }
  if (typeof value !== 'object' || value === null) return
  const properties = resolved['properties'] as { readonly [name: string]: Json } | undefined
  if (properties !== undefined) yield [path, resolved, value]
  for (const [name, inner] of Object.entries(value)) {
    const next = properties?.[name] ?? (resolved['additionalProperties'] as Json | undefined)
    if (typeof next === 'object') yield* pairs(next, inner, `${path}.${name}`)
  }
}

const definitions: readonly (readonly [string, object])[] = [
  ['session', wholeSession],
  ['call', wholeCall],
  ...wholeEvents.map((event) => [`event-${event.event}`, event] as const),
]

const none = (): void => undefined

describe('the schema and the types', () => {
  it('accepts one record of each kind with every field, and knows every field of it', () => {
    const unknown: string[] = []
    for (const record of wholeRecords) {
      expect(checkRecord(structuredClone(record), (field) => unknown.push(field))).toMatchObject({ ok: true })
    }
    expect(unknown).toEqual([])
  })

  it('names the fields of the types and no others', () => {
    let objects = 0
    for (const [name, record] of definitions) {
      for (const [path, node, value] of pairs(schema.$defs[name] as Json, record, name)) {
        const named = Object.keys(node['properties'] as object).sort()
        expect([path, Object.keys(value).sort()]).toEqual([path, named])
        objects += 1
      }
    }
    expect(objects).toBeGreaterThan(30)
  })

  it('refuses a record from which any required field is missing, and names the field', () => {
    let removed = 0
    for (const [name, record] of definitions) {
      for (const [, node, place] of pairs(schema.$defs[name] as Json, record, name)) {
        for (const field of (node['required'] as string[] | undefined) ?? []) {
          const copy = without(record, place, field)
          const check = checkRecord(copy, none)
          expect(check.ok ? 'accepted' : check.problem.field).toMatch(new RegExp(`(^|\\.)${field}$`))
          removed += 1
        }
      }
    }
    expect(removed).toBeGreaterThan(40)
  })

  it('accepts a record from which any optional field is missing', () => {
    for (const [name, record] of definitions) {
      for (const [path, node, place] of pairs(schema.$defs[name] as Json, record, name)) {
        const required = (node['required'] as string[] | undefined) ?? []
        for (const field of Object.keys(place).filter((key) => !required.includes(key))) {
          const copy = without(record, place, field)
          const check = checkRecord(field.startsWith('cacheWrite') ? untold(copy) : copy, none)
          expect([path, field, check.ok]).toEqual([path, field, true])
        }
      }
    }
  })
})

/** A deep copy in which `place`, found by identity, has lost `field`. */
function without(record: object, place: object, field: string): object {
  const copy = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(copy)
    if (typeof value !== 'object' || value === null) return value
    const entries = Object.entries(value).filter(([key]) => value !== place || key !== field)
    return Object.fromEntries(entries.map(([key, inner]) => [key, copy(inner)]))
  }
  return copy(record) as object
}

/** Without the prompt's size, which a changed bucket would contradict. */
function untold(record: object): object {
  const { prompt, ...rest } = record as { readonly prompt?: object }
  return prompt === undefined ? record : { ...rest, prompt: { ...prompt, tokens: undefined } }
}
