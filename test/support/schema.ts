import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'

/** What is wrong with `value` by `docs/schemas/NAME.schema.json`; empty: nothing. */
export function schemaErrors(name: string, value: unknown): readonly unknown[] {
  const path = join(import.meta.dirname, '..', '..', 'docs', 'schemas', `${name}.schema.json`)
  const validate = new Ajv2020({ allErrors: true, strict: true, strictRequired: false }).compile(
    JSON.parse(readFileSync(path, 'utf8')),
  )
  return validate(value) ? [] : (validate.errors ?? [])
}
