import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { columnNames, readMapping } from '../../../../src/trace/importers/table/mapping.ts'

const reasonOf = (mapping: unknown): string => {
  const reading = readMapping(typeof mapping === 'string' ? mapping : JSON.stringify(mapping))
  return reading.ok ? 'taken' : reading.reason
}

describe('a mapping', () => {
  it('names columns and units', () => {
    const mapping = {
      mapping: 1,
      columns: { input: 'in', output: 'out', cacheRead: 'cached', start: { name: 'at', unit: 'ms' } },
      inputHoldsCached: true,
    }
    const reading = readMapping(JSON.stringify(mapping))
    expect(reading).toEqual({ ok: true, mapping })
    expect(reading.ok && columnNames(reading.mapping)).toEqual(['in', 'out', 'cached', 'at'])
  })

  it('stands in the documentation as it is read', () => {
    const page = readFileSync(new URL('../../../../docs/import.md', import.meta.url), 'utf8')
    const [, example = ''] = /```json\n(.*?)```/s.exec(page) ?? []
    expect(readMapping(example)).toMatchObject({ ok: true, mapping: { costSource: 'gateway' } })
  })

  it.each([
    ['{', /^not JSON: /],
    ['{}', /^`mapping`: missing, expected 1$/],
    [{ mapping: 2, columns: { id: 'a' } }, /^`mapping`: got 2, expected 1$/],
    [{ mapping: 1, columns: { tokens: 'a' } }, /^`columns`: got the field "tokens", expected one of session, id, start/],
    [{ mapping: 1, columns: { id: 'a' }, where: '1 = 1' }, /^got the field "where", expected one of/],
    [{ mapping: 1, columns: { start: { name: 'a', unit: 'minutes' } } }, /^`columns.start.unit`: got "minutes", expected one of "iso", "s"/],
    [{ mapping: 1, columns: { id: { name: 'a' } } }, /^`columns.id`: got an object/],
    [{ mapping: 1, columns: { input: 'a', cacheRead: 'b' } }, /^`inputHoldsCached`: missing/],
    [{ mapping: 1, columns: { output: 'a', reasoning: 'b' } }, /^`outputHoldsReasoning`: missing/],
    [{ mapping: 1, columns: { cost: { name: 'a', unit: 'usd' } } }, /^`costSource`: missing/],
    [{ mapping: 1, columns: { end: { name: 'a', unit: 's' }, duration: { name: 'b', unit: 's' } } }, /both `end` and `duration`/],
    [{ mapping: 1, columns: { firstToken: { name: 'a', unit: 's' }, timeToFirstToken: { name: 'b', unit: 's' } } }, /both `firstToken`/],
  ])('that leaves something open is refused: %j', (mapping, reason) => {
    expect(reasonOf(mapping)).toMatch(reason)
  })
})
