import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { check } from '../../src/check/index.ts'
import { format } from '../../src/language/format.ts'
import { parse } from '../../src/language/parser.ts'
import { loadPolicyText } from '../../src/policy/load.ts'
import { readRecordings } from '../../src/node/read-recordings.ts'
import { runTests } from '../../src/replay/scenario.ts'
import { shippedRouteFiles } from '../support/route-files.ts'

const page = readFileSync(new URL('../../docs/language.md', import.meta.url), 'utf8')
const libraries = new Map(shippedRouteFiles().map((source) => [source.name, source.text]))

const blocks = [...page.matchAll(/```route\n([^]*?)```(\n<!-- without the catalogue -->)?/g)].map((found) => ({
  line: page.slice(0, found.index).split('\n').length + 1,
  text: found[1] ?? '',
  alone: found[2] !== undefined,
}))

/** A block that is a part of a policy, made whole. */
function whole(text: string, alone: boolean): string {
  if (/^(language 1\n)?policy /.test(text)) return text
  const head = alone ? 'policy example' : 'policy example\nimport "catalog/2026-06.route"'
  const start = text.includes('on start') ? '' : 'on start {\n  otherwise use claude-opus-4-7\n}\n'
  return `${head}\n${text}\n${start}`
}

describe('the examples of docs/language.md', () => {
  it('are found', () => {
    expect(blocks.length).toBeGreaterThan(15)
  })

  it.each(blocks)('line $line loads without a finding worth a warning', ({ text, alone }) => {
    const { policy, diagnostics, sources } = loadPolicyText('example.route', whole(text, alone), libraries)
    const lints = policy === undefined ? [] : check(policy, sources)
    const found = [...diagnostics, ...lints].filter((each) => each.severity !== 'info')
    expect(found.map((each) => `${each.code} ${each.message}`)).toEqual([])
  })

  it.each(blocks)('line $line passes its own tests', async ({ text, alone }) => {
    const { policy } = loadPolicyText('example.route', whole(text, alone), libraries)
    const read = policy && (await readRecordings(policy))
    expect(read?.diagnostics).toEqual([])
    const failed = read === undefined ? [] : runTests(read.policy).filter((each) => each.failure !== undefined)
    expect(failed.map(({ title, failure }) => ({ title, ...failure, explanation: undefined, location: undefined }))).toEqual([])
  })

  it.each(blocks)('line $line is laid out as the formatter would', ({ text }) => {
    expect(format(parse({ name: 'example.route', text }).file)).toBe(text)
  })
})

describe('the table of what gateways do', () => {
  const table = page.slice(page.indexOf('## What gateways do'))
  const rows = [...table.matchAll(/^\| (?!what |---)(.*?) \| .* \| (.*) \|$/gm)].map((found) => ({
    what: found[1] ?? '',
    see: found[2] ?? '',
  }))

  it('has every kind of thing', () => {
    expect(rows.length).toBe(18)
  })

  it.each(rows)('$what: stands where the row says, with tests', ({ see }) => {
    const policies = [...see.matchAll(/`([\w-]+)`/g)].map((found) => `${found[1]}.route`).filter((name) => libraries.has(name))
    for (const name of policies) {
      const { policy } = loadPolicyText(name, libraries.get(name) ?? '', libraries)
      expect(policy?.tests.length).toBeGreaterThan(0)
    }
    const sections = [...see.matchAll(/\[([A-Z]\w+)\]\(#/g)].map((found) => found[1] ?? '')
    for (const section of sections) expect(page).toContain(`\n## ${section}\n`)
    expect(policies.length + sections.length).toBeGreaterThan(0)
  })
})
