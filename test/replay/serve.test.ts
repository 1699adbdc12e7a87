import { describe, expect, it } from 'vitest'
import { runTests } from '../../src/replay/scenario.ts'
import { small } from '../support/policy-of.ts'

/** What fails of one test over `serve any`, its first choice `big` at north, then south. */
function failureOf(serving: string, steps: string): string | undefined {
  const policy = small(`
    on start, turn, call { otherwise use big }
    serve any { ${serving} }
    test "t" { ${steps} }
  `)
  const failure = runTests(policy)[0]?.failure
  return failure === undefined ? undefined : `${failure.expected}: ${failure.got}`
}

describe('serving a call', () => {
  it.each<[string, string, string]>([
    ['without retry, failover and fallback one attempt is all', '', 'fault north server for 1 calls user "hi" -> exhausted where attempts is 1'],
    ['retries are counted at each host', 'retry 2 times failover on [any]', 'fault north server for 9 calls fault south server for 9 calls user "hi" -> exhausted where attempts is 6'],
    ['with `picks any` they are counted in the group and go from host to host', 'order [north, south] retry 2 times { picks any }', 'fault north server for 9 calls fault south server for 9 calls user "hi" -> exhausted where attempts is 3'],
    ['an error that is not retried is tried once', 'retry 5 times on [overloaded]', 'fault north auth for 9 calls user "hi" -> denied where attempts is 1'],
    ['an error that does not fail over ends the line-up', 'failover on [overloaded]', 'fault north server for 1 calls user "hi" -> exhausted'],
    ['`max-attempts` ends everything', 'retry 9 times max-attempts 3 failover on [any] fallback on [any] to [mid]', 'fault north server for 9 calls user "hi" -> exhausted where attempts is 3 and fallbacks is 0'],
    ['the first fallback line that lists the error', 'fallback on [auth] to [small] fallback on [any] to [mid]', 'fault north server for 1 calls user "hi" -> mid where fallbacks is 1'],
    ['a fallback that may not be chosen is passed over and not counted', 'fallback on [any] to [small, mid] max-fallbacks 1', 'given { org.blocked [small] } fault north server for 1 calls user "hi" -> mid where fallbacks is 1'],
    ['a fallback does not stick', 'fallback on [any] to [mid]', 'fault north server for 1 calls user "hi" -> mid user "b" -> big'],
    ['`max-fallbacks` counts models', 'fallback on [any] to [mid, small] max-fallbacks 1', 'fault north server for 9 calls fault south server for 9 calls user "hi" -> exhausted where fallbacks is 1'],
    ['a deadline ends the retries', 'retry 99 times { backoff 10s 1x } timeout total 60s', 'fault north overloaded for 10min user "hi" -> exhausted where attempts is 6'],
    ['a timeout takes its own length', 'retry 1 times timeout first-token 30s', 'fault north timeout for 30s user "hi" -> big at north where attempts is 2'],
    ['backoff takes its time', 'retry 1 times { backoff 10s }', 'fault north server for 10s user "hi" -> big at north where attempts is 2'],
    ['retry-after is a floor', 'retry 1 times { backoff 1s retry-after up to 60s }', 'fault north 429 retry-after 30s for 30s user "hi" -> big at north where attempts is 2'],
    ['a retry-after too long to wait for moves on', 'retry 1 times { retry-after up to 60s } failover on [429]', 'fault north 429 retry-after 61s for 1 calls user "hi" -> big at south where attempts is 2'],
    ['waiting after the last try lets the fault pass', 'retry 1 times { backoff 5s 2x waits after last } failover on [any]', 'fault north server for 9 calls fault south server for 15s user "hi" -> big at south where attempts is 3'],
    ['`error first` ends the call with its first error', 'failover on [any] error first', 'fault north auth for 1 calls fault south server for 1 calls user "hi" -> denied'],
    ['else it is the last', 'failover on [any]', 'fault north auth for 1 calls fault south server for 1 calls user "hi" -> exhausted'],
    ['a sticky host is kept after a failover', 'sticky provider failover on [any]', 'fault north server for 1 calls user "hi" -> big at south user "b" -> big at south where same-provider'],
    ['a host that nobody sticks to is tried first again', 'failover on [any]', 'fault north server for 1 calls user "hi" -> big at south user "b" -> big at north where not same-provider'],
    ['weights draw the first host', 'order [north, south] weights { north 1 south 3 }', 'user "hi" -> big at north where chance(north) is 25% and chance(south) is 75%'],
    ['a host without a weight follows the drawn ones', 'order [north, south] weights { south 3 } failover on [any]', 'user "hi" -> big at south where chance(north) is 0% check line-up(south) is [south, north]'],
    ['a cooldown leaves a host out before the next call', 'failover on [any] cooldown { trip at once lasts 10s }', 'fault north server for 1 calls user "a" -> big at south user "b" -> big at south where attempts is 1 and cooling(north) wait 10s user "c" -> big at north where not cooling(north)'],
    ['without `failover` a host that is left out is passed over all the same', 'cooldown { trip at once lasts 10s }', 'fault north server for 1 calls user "a" -> exhausted user "b" -> big at south'],
    ['with all down nobody is tried', 'failover on [any] cooldown { trip at once lasts 10s }', 'fault north server for 1 calls fault south server for 1 calls user "a" -> exhausted where attempts is 2 user "b" -> exhausted where attempts is 0'],
    ['or all are, where that is said', 'failover on [any] cooldown { trip at once lasts 10s all-down bypass }', 'fault north server for 1 calls fault south server for 1 calls user "a" -> exhausted user "b" -> big at north where attempts is 1 and cooling(north)'],
    ['what is left out goes to the fallback for `unavailable`', 'failover on [any] cooldown { trip at once lasts 10s } fallback on [auth] to [small] fallback on [unavailable] to [mid]', 'fault north server for 1 calls fault south server of big for 1 calls user "a" -> exhausted user "b" -> mid where attempts is 1 and fallbacks is 1'],
    ['a full limit goes to the fallback for `rate-limit`', 'limit 1 calls per 60s fallback on [unavailable] to [small] fallback on [rate-limit] to [mid]', 'user "a" -> big at north user "b" -> big at south user "c" -> mid where fallbacks is 1'],
    ['a cooldown of a provider holds for all its models', 'failover on [any] cooldown { trip at once lasts 10s scope provider } fallback on [any] to [small]', 'fault north server for 1 calls user "a" -> big at south user "b" with { org.ignored [south] } -> exhausted where fallbacks is 1 and attempts is 0'],
    ['a cooldown ends the retries at its host, without a pause', 'retry 5 times { backoff 10s } failover on [any] cooldown { trip after 2 failures in 60s lasts 20s }', 'fault north server for 9 calls user "a" -> big at south where attempts is 3 wait 19s user "b" -> big at south where attempts is 1 wait 1s user "c" -> big where attempts is 3'],
    ['tokens of a limit are those of the prompt', 'limit 100k tokens per 60s', 'given { context.length 60k tokens } user "a" -> big at north user "b" -> big at south user "c" -> exhausted wait 60s user "d" -> big at north'],
    ['a fallback to the model that was chosen is passed over', 'fallback on [any] to [big, mid] max-fallbacks 1', 'fault north server for 1 calls user "a" -> mid where fallbacks is 1'],
    ['an outage within the window puts a host last', 'prefer not outage(it, 30s)', 'fault north server for 10s wait 20s user "hi" -> big at south wait 20s user "b" -> big at north'],
  ])('%s', (_, serving, steps) => {
    expect(failureOf(serving, steps)).toBeUndefined()
  })

  it('a fallback that sticks becomes the choice', () => {
    const policy = small(`
      on start { otherwise use big }
      serve any { fallback on [any] to [mid] sticks }
      test "t" {
        fault north server for 1 calls
        user "hi" -> mid where chosen is big
        user "b" -> mid where chosen is mid
      }`)
    expect(runTests(policy).map((result) => result.failure)).toEqual([undefined])
  })
})
