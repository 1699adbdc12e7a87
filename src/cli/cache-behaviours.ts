import { readFileSync } from 'node:fs'
import type { ErrorObject, ValidateFunction } from 'ajv'
import { Ajv2020 } from 'ajv/dist/2020.js'
import type { CacheBehaviours } from '../replay/cache/behaviour.ts'
import { explainSchemaError } from '../trace/schema-message.ts'
import type { Context } from './context.ts'
import type { Failure } from './failure.ts'
import { readText } from './read-text.ts'

export type ReadBehaviours =
  | { readonly ok: true; readonly behaviours: CacheBehaviours }
  | { readonly ok: false; readonly failure: Failure }

/** What `reroute audit --caches --format json` fitted: the caches of `--caches FILE`. */
export async function readBehaviours(path: string, context: Context): Promise<ReadBehaviours> {
  const read = await readText(path, context)
  if (!read.ok) return read
  const refuse = (message: string): ReadBehaviours => ({
    ok: false,
    failure: { message: `\`${path}\`: ${message}`, help: '`reroute audit --caches --format json TRACE` writes such a file' },
  })
  let document: unknown
  try {
    document = JSON.parse(read.text)
  } catch {
    return refuse('no JSON document')
  }
  compiled ??= new Ajv2020({ verbose: true, strict: true, strictRequired: false }).compile(
    JSON.parse(readFileSync(schemaFile, 'utf8')),
  )
  if (!compiled(document)) return refuse(explainSchemaError((compiled.errors as ErrorObject[])[0]).reason)
  const { behaviours } = (document as { readonly fitted: { readonly behaviours: CacheBehaviours } }).fitted
  const disordered = Object.values(behaviours)
    .flatMap((part) => (typeof part === 'number' ? [] : Object.entries(part as Readonly<Record<string, unknown>>)))
    .find(([, range]) => isRange(range) && !(0 <= range.lo && range.lo <= range.value && range.value <= range.hi))
  return disordered === undefined ? { ok: true, behaviours } : refuse(`\`${disordered[0]}\` is not lo ≤ value ≤ hi`)
}

function isRange(value: unknown): value is { readonly lo: number; readonly value: number; readonly hi: number } {
  return typeof value === 'object' && value !== null
}

const schemaFile = new URL('../../docs/schemas/cache-audit-1.schema.json', import.meta.url)

let compiled: ValidateFunction | undefined
