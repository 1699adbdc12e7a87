import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { loadPolicyText } from '../../src/policy/load.ts'
import { shippedRouteFiles } from '../support/route-files.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
const page = readFileSync(`${root}docs/gateway-vectors.md`, 'utf8')
const sources = shippedRouteFiles()
const libraries = new Map(sources.map((source) => [source.name, source.text]))

/** Titles of a policy's tests, examples in the reference, or the text of a test file. */
function holds(where: string, title: string): boolean {
  if (where === 'language.md') return readFileSync(`${root}docs/language.md`, 'utf8').includes(`\ntest "${title}" {\n`)
  if (where.endsWith('.test.ts')) {
    return existsSync(root + where) && readFileSync(root + where, 'utf8').replaceAll('’', "'").includes(`'${title}'`)
  }
  const { policy } = loadPolicyText(`${where}.route`, libraries.get(`${where}.route`) ?? '', libraries)
  return policy?.tests.some((test) => test.title === title || test.title.startsWith(`${title}: `)) ?? false
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
