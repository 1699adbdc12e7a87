import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv } from 'ajv'
import { Ajv2020 } from 'ajv/dist/2020.js'

/** What is wrong with `value` by `docs/schemas/NAME.schema.json`; empty: nothing. */
export function schemaErrors(name: string, value: unknown): readonly unknown[] {
  const path = join(import.meta.dirname, '..', '..', 'docs', 'schemas', `${name}.schema.json`)
  const validate = new Ajv2020({ allErrors: true, strict: true, strictRequired: false }).compile(
    JSON.parse(readFileSync(path, 'utf8')),
  )
  return validate(value) ? [] : (validate.errors ?? [])
}

const formats = {
  uri: /^[a-z][a-z0-9+.-]*:[^\s]+$/i,
  'uri-reference': /^[^\s\\<>"{}|^`]*$/,
  'date-time': /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}/,
}

/** What is wrong with `value` by the published schema of SARIF 2.1.0; empty: nothing. */
export function sarifErrors(value: unknown): readonly unknown[] {
  const path = join(import.meta.dirname, 'schemas', 'sarif-2.1.0-rtm.5.json')
  // Draft 4, of which the schema uses nothing that draft 7 reads in another way.
  const { id: _id, $schema: _draft, ...schema } = JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>
  const validate = new Ajv({ allErrors: true, strict: false, unicodeRegExp: false, formats }).compile(schema)
  return validate(value) ? [] : (validate.errors ?? [])
}
