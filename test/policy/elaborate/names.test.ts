import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { loadPolicyText } from '../../../src/policy/load.ts'
import { policyDigest } from '../../../src/policy/digest.ts'

/** Names that objects of the implementation language have; and ordinary ones. */
const hostile = [
  'constructor', 'toString', 'valueOf', 'hasOwnProperty', 'isPrototypeOf', 'length', 'name',
  'prototype', 'undefined', 'null', 'NaN', 'then', 'get', 'size', 'default', 'ordinary',
].filter((name) => name !== 'then')

function policyNamed(name: (kind: string) => string): string {
  return `policy ${name('policy')}
scale tier = [low-tier, high-tier]
scale ${name('scale')} = [${name('word')}, other-word]
provider ${name('provider')} { region ${name('region')} }
model ${name('model')} {
  tier high-tier
  known-as ["__proto__", "constructor"]
  accepts [text]
  served-by [${name('provider')}]
  price per 1M tokens { input $1 output $2 }
}
pool ${name('pool')} = [${name('model')}]
phrases ${name('phrases')} = ["__proto__"]
setting ${name('setting')} = 1
signal ${name('signal')} = count ${name('phrases')} in last 5 messages >= ${name('setting')}
classifier ${name('classifier')} { model ${name('model')} labels ${name('scale')} }
ladder ${name('ladder')} { ${name('model')} }
state { level ${name('level')} on ${name('scale')} }
deny ${name('filter')}: models where header("__proto__") is "x" and tags(it) has ${name('tag')}
on start {
  rule ${name('rule')}:
    when ${name('signal')} and ${name('classifier')}.label is ${name('word')}
      and calls since tool "__proto__" > 1
    then raise ${name('level')} to ${name('word')}
  otherwise choose first from ${name('pool')} with ${name('profile')} else use ${name('model')}
}
profile ${name('profile')} { order [${name('provider')}] }
serve ${name('model')} { weights { ${name('provider')} 3 } }
budget ${name('budget')} { limit $5 per day }
test "__proto__" {
  given { header { ${name('key')} "x" }, used { ${name('budget')} 3% } }
  tool "__proto__" { ${name('argument')} "__proto__" }
  user "__proto__" with { ${name('classifier')} ${name('word')} } -> ${name('model')} by otherwise
}
`
}

const kinds = [
  'policy', 'scale', 'word', 'provider', 'region', 'model', 'pool', 'phrases', 'setting', 'signal',
  'classifier', 'ladder', 'level', 'filter', 'tag', 'rule', 'profile', 'budget', 'key', 'argument',
]

describe('names', () => {
  it('mean what was declared, whatever they are', () => {
    const sound = policyNamed((kind) => `my-${kind}`).replace('ladder my-ladder { my-model }', 'ladder my-ladder { [my-model] -> my-model }')
    expect(loadPolicyText('p.route', sound).diagnostics.map((each) => each.code)).toEqual(['RT0220'])
    fc.assert(
      fc.property(fc.constantFrom(...kinds), fc.constantFrom(...hostile), (kind, name) => {
        const text = policyNamed((each) => (each === kind ? name : `my-${each}`)).replace(/^ladder .*$/m, '')
        const { policy, diagnostics } = loadPolicyText('p.route', text)
        expect(diagnostics.map((each) => each.message)).toEqual([])
        expect(policy === undefined ? '' : policyDigest(policy)).toMatch(/^[0-9a-f]{64}$/)
      }),
    )
  })

  it('are unknown where nothing was declared, whatever they are', () => {
    fc.assert(
      fc.property(fc.constantFrom(...hostile), (name) => {
        for (const snippet of [
          `pool p = [${name}]`,
          `signal s = ${name}`,
          `signal s = ${name}(current)`,
          `signal s = ${name}.${name}`,
          `signal s = surface is ${name}`,
          `serve ${name} { max-attempts 3 }`,
          `serve any { failover on [${name}] strategy shuffle { ${name} 3 } }`,
          `unchecked [${name}]`,
          `test "t" { given { ${name} 3 } user "x" -> ${name} by ${name} after [${name}] }`,
        ]) {
          const { policy, diagnostics } = loadPolicyText('p.route', `${snippet}\n`)
          const errors = diagnostics.filter((each) => each.severity === 'error')
          expect({ snippet, policy, said: errors.length > 0 }).toEqual({ snippet, policy: undefined, said: true })
        }
      }),
    )
  })

  it('begin with a letter, so that `__proto__` is no model and says so', () => {
    const { policy, diagnostics } = loadPolicyText('p.route', 'model __proto__ {\n}\n')
    expect(policy).toBeUndefined()
    expect(diagnostics.map((each) => `${each.code} ${each.message}`)).toEqual([
      'RT0108 got `__proto__`, which is no name',
    ])
  })
})
