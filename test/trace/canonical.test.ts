import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { canonicalJson, canonicalRecord, traceDigest } from '../../src/trace/canonical.ts'
import { wholeCall } from '../support/example-records.ts'

describe('canonicalJson', () => {
  it('sorts keys by UTF-16 code unit, digits included', () => {
    expect(canonicalJson({ b: 1, a: [true, null, 'x'], '10': 0, '9': 0, é: 0, Z: 0 })).toBe(
      '{"10":0,"9":0,"Z":0,"a":[true,null,"x"],"b":1,"é":0}',
    )
  })

  it('leaves out what is undefined and keeps null', () => {
    expect(canonicalJson({ a: undefined, b: null })).toBe('{"b":null}')
  })

  it('keeps a key called __proto__', () => {
    const value: unknown = JSON.parse('{"__proto__":{"x":1},"a":2}')
    expect(canonicalJson(value)).toBe('{"__proto__":{"x":1},"a":2}')
  })

  it('refuses what JSON cannot say', () => {
    expect(() => canonicalJson({ a: Number.NaN })).toThrow('no canonical JSON')
    expect(() => canonicalJson(() => 0)).toThrow('no canonical JSON')
  })

  it('property: parses back to the same value, and again to the same text', () => {
    fc.assert(
      fc.property(fc.jsonValue({ noUnicodeString: false }), (value) => {
        const text = canonicalJson(value)
        expect(canonicalJson(JSON.parse(text))).toBe(text)
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)))
      }),
    )
  })
})

describe('digests', () => {
  it('do not see provenance', () => {
    const { provenance: _, ...bare } = wholeCall
    expect(canonicalRecord(wholeCall)).toBe(canonicalRecord(bare))
  })

  it('property: of a trace depends on the set of session digests, not on their order', () => {
    fc.assert(
      fc.property(fc.array(fc.string()), fc.option(fc.string(), { nil: undefined }), (digests, shared) => {
        const expected = traceDigest(digests, shared)
        expect(traceDigest(digests.toReversed(), shared)).toBe(expected)
        expect(traceDigest([...digests, 'one more'], shared)).not.toBe(expected)
      }),
    )
  })
})
