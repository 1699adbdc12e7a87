import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { loadPolicyText } from '../../src/policy/load.ts'
import { shippedRouteFiles } from '../support/route-files.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
const page = readFileSync(`${root}docs/gateway-vectors.md`, 'utf8')
const sources = shippedRouteFiles()
const libraries = new Map(sources.map((source) => [source.name, source.text]))

const titles = new Map<string, readonly string[]>()

function titlesOf(name: string): readonly string[] {
  const known = titles.get(name)
  if (known !== undefined) return known
  const { policy } = loadPolicyText(`${name}.route`, libraries.get(`${name}.route`) ?? '', libraries)
  const found = policy?.tests.map(({ title }) => title) ?? []
  titles.set(name, found)
  return found
}

/** Titles of a policy's tests, examples in the reference, or the text of a test file. */
function holds(where: string, title: string): boolean {
  if (where === 'language.md') return readFileSync(`${root}docs/language.md`, 'utf8').includes(`\ntest "${title}" {\n`)
  if (where.endsWith('.test.ts')) {
    return existsSync(root + where) && readFileSync(root + where, 'utf8').replaceAll('’', "'").includes(`'${title}'`)
  }
  return titlesOf(where).some((each) => each === title || each.startsWith(`${title}: `))
}

const rows = page
  .slice(0, page.indexOf('## Gateways without'))
  .split('\n')
  .filter((line) => line.startsWith('| ') && !/^\| (item|gateway) \|/.test(line))
  .map((line) => ({ line, cells: line.slice(2, -2).split(' | ') }))

describe('docs/gateway-vectors.md', () => {
  it('has a row for every item and every worked example', () => {
    expect(rows.length).toBe(69)
    expect(rows.filter(({ cells }) => cells.length !== 3)).toEqual([])
  })

  it.each(rows)('$line', ({ cells }) => {
    const tests = [...(cells[2] ?? '').matchAll(/`([^`]+)` "(.+?)"(?=; `|$)/g)]
    expect(tests.map(([text]) => text).join('; ')).toBe(cells[2])
    const missing = tests.flatMap(([, where = '', title = '']) => (holds(where, title) ? [] : [`${where}: ${title}`]))
    expect(missing).toEqual([])
  })
})
