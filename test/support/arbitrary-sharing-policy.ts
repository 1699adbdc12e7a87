import fc from 'fast-check'

const line = (...texts: readonly string[]): fc.Arbitrary<string> => fc.constantFrom(...texts)

const budget = fc
  .record({
    scope: line('', 'scope team', 'scope account', 'scope provider', 'scope user'),
    limit: line('$0.02', '$0.10', '$0.40', '$2'),
    per: line('hour', 'day', 'month', 'session', 'turn'),
    window: line('', 'window first-spend', 'window calendar in "Europe/Berlin"'),
    action: line('at 100% then only cheap', 'at 50% then deny upgrades', 'at 100% then stop "spent"', 'at 80% then alert "soon"'),
  })
  .map(({ scope, limit, per, window, action }) => [scope, `limit ${limit} per ${per}`, window, action])

const serving = fc.record({
  order: line('', 'order [north] then [south]', 'order by price', 'weights { north 3 south 1 }'),
  strategy: line(
    'strategy shuffle',
    'strategy least-busy',
    'strategy lowest-usage',
    'strategy latency { samples 3, buffer 20%, forget 1h }',
    'strategy price-weighted { power 2, within 4x }',
  ),
  prefer: line('', 'prefer not outage(it, 30s)'),
  sticky: line('', 'sticky provider', 'sticky endpoint for 1min refreshed on use'),
  retry: line(
    '',
    'retry 1 times on [server, timeout] { backoff 200ms 2x up to 2s jitter full }',
    'retry 2 times on [any] { backoff 500ms 2x up to 8s jitter 20% retry-after up to 10s picks any }',
    'retry 1 times on [rate-limit, overloaded] { backoff 1s retry-after up to 60s waits after last }',
  ),
  timeout: line('', '', 'timeout total 1s', 'timeout total 10s'),
  failover: line('', 'failover on [any]', 'failover on [overloaded, unavailable, server, timeout, rate-limit] sticks'),
  fallback: line('', 'fallback on [any] to [small, mid] sticks', 'fallback on [rate-limit, unavailable] to [mid]\nmax-fallbacks 1'),
  attempts: line('', 'max-attempts 2', 'error first'),
  cooldown: line(
    '',
    'cooldown { trip after 1 failures in 10s lasts 5s }',
    'cooldown { trip at once on [rate-limit, overloaded] unless alone lasts 20s honours retry-after scope provider all-down bypass }',
    'cooldown { trip above 50% of at least 2 calls in 60s window fixed lasts 30s scope model }',
  ),
  breaker: line(
    '',
    'breaker { trip after 3 failures in 60s lasts 15s probes 1 }',
    'breaker { trip from 30% of at least 3 calls in 60s lasts 10s probes 2 scope provider window fixed all-down bypass }',
    'breaker { trip after 2 failures in 5min on [overloaded, server] lasts 1min probes 0 }',
  ),
  limit: line('', 'limit 6 calls per 60s', 'limit 30k tokens per 60s as token-bucket', 'limit 3 calls per 10s as fixed', 'limit 8 calls per 60s as calendar-minute', 'limit 3k output tokens per 60s', 'limit 40k input tokens per 60s as fixed'),
  dedicated: line(
    '',
    'dedicated south { capacity 20k tokens per 60s cost $1 per hour overflow shared }',
    'dedicated north { capacity 10k tokens per 60s cost $1 per hour overflow fail }',
  ),
})

const rules = fc.subarray([
  'rule down: when outage(south, 20s) then use big else keep',
  'rule spent: when used(purse) >= 60% then use small else keep',
  'rule long: when context.length > 14k tokens then use mid else keep',
  'rule failing: when count errors in last 3 calls >= 1 then restart',
  'rule spare: when outage(north, 1min) then for this call use mid at south',
  'rule lift: when turns since switch >= 2 and next(up) is not none then upgrade via up',
])

/** A policy over the small catalogue in which everything that sessions can share is drawn: hosts' guards, limits, accounts. */
export const sharingPolicyText: fc.Arbitrary<string> = fc
  .tuple(budget, serving, rules, line('weighted per session', 'weighted per call', 'cheapest'))
  .map(
    ([purse, lines, chosen, choice]) => `
ladder up { [small, mid] -> big }
pool mixed = [big weight 1, mid weight 2, small weight 5]
pool cheap = [mid, small]
budget purse { ${purse.filter((each) => each !== '').join('\n')} }
on start { otherwise drawn: choose ${choice} from mixed else use small else stop "nobody" }
on turn, call {
  ${chosen.join('\n  ')}
  otherwise keep
}
serve any {
${Object.values(lines).filter((each) => each !== '').join('\n')}
}`,
  )
