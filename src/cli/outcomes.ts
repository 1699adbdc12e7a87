import { readFileSync } from 'node:fs'
import type { ErrorObject, ValidateFunction } from 'ajv'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { parse as parseCsv } from 'csv-parse/sync'
import type { OutcomePoint } from '../analysis/claims/outcome-point.ts'
import { explainSchemaError, fieldPath } from '../trace/schema-message.ts'
import type { Context } from './context.ts'
import type { Failure } from './failure.ts'
import { readText } from './read-text.ts'

export type ReadOutcomes =
  | { readonly ok: true; readonly points: readonly OutcomePoint[] }
  | { readonly ok: false; readonly failure: Failure }

/** The points of `--outcomes`: CSV where the name ends so, else JSON. */
export async function readOutcomes(path: string, context: Context): Promise<ReadOutcomes> {
  const read = await readText(path, context)
  if (!read.ok) return read
  const refuse = (message: string): ReadOutcomes => ({
    ok: false,
    failure: { message: `\`${path}\`: ${message}`, help: 'docs/claims.md shows a file of outcomes' },
  })
  const document = path.endsWith('.csv') ? csvDocument(read.text) : jsonDocument(read.text)
  if (document === undefined) return refuse(path.endsWith('.csv') ? 'no CSV that can be read' : 'no JSON document')
  compiled ??= compile()
  if (!compiled(document)) return refuse(problemOf((compiled.errors as ErrorObject[])[0]))
  const points = (document as { readonly points: readonly Point[] }).points.map(pointOf)
  const wrong = points.find((point) => point.successes > point.sessions)
  if (wrong !== undefined) {
    return refuse(`${wrong.of.kind} \`${wrong.of.name}\` has ${wrong.successes} successes in ${wrong.sessions} sessions`)
  }
  const twice = points.find(({ of }, at) => points.findIndex((each) => each.of.kind === of.kind && each.of.name === of.name) < at)
  if (twice !== undefined) return refuse(`${twice.of.kind} \`${twice.of.name}\` has two points`)
  return { ok: true, points }
}

/** A point as the schema lets it through. */
interface Point {
  readonly kind: 'policy' | 'model'
  readonly name: string
  readonly successes: number
  readonly sessions: number
  readonly source: string
}

function pointOf({ kind, name, successes, sessions, source }: Point): OutcomePoint {
  return { of: { kind, name }, successes, sessions, source }
}

function jsonDocument(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function csvDocument(text: string): unknown {
  try {
    const rows = parseCsv(text, { columns: true, bom: true, skip_empty_lines: true, trim: true }) as readonly {
      readonly [column: string]: string
    }[]
    return { schema: 1, points: rows.map(csvPoint) }
  } catch {
    return undefined
  }
}

function csvPoint({ successes, sessions, ...rest }: { readonly [column: string]: string }): object {
  const whole = (cell: string | undefined): number | string | undefined =>
    cell !== undefined && /^\d{1,15}$/.test(cell) ? Number(cell) : cell
  return { ...rest, successes: whole(successes), sessions: whole(sessions) }
}

const schemaFile = new URL('../../traces/schema/outcomes-1.schema.json', import.meta.url)

let compiled: ValidateFunction | undefined

function compile(): ValidateFunction {
  return new Ajv2020({ verbose: true, strict: true }).compile(JSON.parse(readFileSync(schemaFile, 'utf8')))
}

function problemOf(error: ErrorObject | undefined): string {
  if (error?.keyword !== 'additionalProperties') return explainSchemaError(error).reason
  const { additionalProperty: name } = error.params as { additionalProperty: string }
  const field = fieldPath(error.instancePath)
  return `${field === '' ? '' : `\`${field}\`: `}there is no field \`${name}\``
}
