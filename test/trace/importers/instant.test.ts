import { expect, it } from 'vitest'
import { microsOfIso } from '../../../src/trace/importers/instant.ts'

it.for([
  ['1970-01-01T00:00:00Z', 0],
  ['2026-01-01T00:00:00.5Z', 1_767_225_600_500_000],
  ['2026-01-01T00:00:00.123456Z', 1_767_225_600_123_456],
  ['2026-01-01T00:00:00.123456789Z', 1_767_225_600_123_456],
  ['2026-01-01T01:00:00+01:00', 1_767_225_600_000_000],
  ['1969-12-31T23:59:59Z', undefined],
  ['2026-13-01T00:00:00Z', undefined],
  ['2026-01-01T00:00:00', undefined],
  ['2026-01-01', undefined],
  [1_767_225_600, undefined],
  [null, undefined],
] as const)('%j is %s', ([text, micros]) => {
  expect(microsOfIso(text)).toBe(micros)
})
