import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { policyDigest } from '../../src/policy/digest.ts'
import { smallCatalogue, policyOf } from '../support/policy-of.ts'

const pieces = [
  'phrases thrash = ["step back", word "hmm"]',
  'setting too-many = 3 from 2 to 6',
  'signal stuck = count thrash in last 5 assistant messages >= too-many',
  'ladder up { small -> mid -> big }',
  'state { latch climbed }',
  'deny blocked: models where it in org.blocked',
  'deny far: endpoints where region(it) is not us',
  'on start { otherwise cheap: choose cheapest from main else stop "none" }',
  'on turn, call { rule climb: when stuck then set climbed, upgrade via up else keep otherwise keep }',
  'serve any { retry 2 times on [server] }',
  'budget day { limit $5 per day }',
  'invariant up: always tier(after) >= tier(before)',
]

function digestOf(declarations: readonly string[]): string {
  return policyDigest(policyOf(smallCatalogue, `policy p\n${declarations.join('\n')}`))
}

const digest = digestOf(pieces)

describe('the digest of a policy', () => {
  it('does not change with the order of declarations, with layout or comments', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray(pieces, { minLength: pieces.length }), fc.boolean(), (order, spaced) => {
        const laidOut = order.map((piece) => (spaced ? `// note\n${piece.replaceAll(' ', '\n  ')}` : piece))
        // Text in quotes keeps its spaces.
        const readable = laidOut.map((piece) => piece.replace('step\n  back', 'step back'))
        expect(digestOf(readable)).toBe(digest)
      }),
      { numRuns: 20 },
    )
  })

  it('does not change with tests', () => {
    expect(digestOf([...pieces, 'test "t" { user "x" -> small by cheap }'])).toBe(digest)
  })

  it.each([
    ['>= too-many', '> too-many'],
    ['= 3 from', '= 4 from'],
    ['small -> mid -> big', 'small -> big'],
    ['set climbed, upgrade', 'upgrade'],
    ['stop "none"', 'stop "nobody"'],
    ['word "hmm"', '"hmm"'],
    ['2 times', '3 times'],
    ['limit $5', 'limit $6'],
    ['rule climb:', 'rule ascend:'],
  ])('changes when %s becomes %s', (before, after) => {
    const changed = pieces.map((piece) => piece.replace(before, after))
    expect(changed).not.toEqual(pieces)
    expect(digestOf(changed)).not.toBe(digest)
  })

  it('is the same text on every machine', () => {
    expect(digest).toMatchInlineSnapshot(`"38a8da01ee575c8912770686386cdc635b2db0fbd2c24b8992042219ad0a07e0"`)
  })
})
