import { describe, expect, it } from 'vitest'
import { check } from '../../src/check/index.ts'
import { loadPolicyText } from '../../src/policy/load.ts'
import { smallCatalogue } from '../support/policy-of.ts'

const libraries = new Map([['base.route', smallCatalogue]])

/** What is found in a policy over the small catalogue, with a sound `on start`. */
function found(text: string): string[] {
  const start = text.includes('on start') ? '' : 'on start { otherwise use mid }'
  const source = `policy p import "base.route"\n${text}\n${start}\n`
  const { policy, diagnostics, sources } = loadPolicyText('my.route', source, libraries)
  expect(diagnostics.filter((each) => each.severity === 'error')).toEqual([])
  if (policy === undefined) throw new Error('a policy without an error came to nothing')
  return check(policy, sources).map((each) => `${each.code} ${each.message}`)
}

describe('what looks wrong', () => {
  it.each([
    ['a test that asserts nothing', 'test "t" { user "x" repeat 2 times { call } }', 'RT0311 the test "t" asserts nothing'],
    ['a model without a price', 'model free { served-by [north] }\nladder l { small -> free }\non turn { otherwise upgrade via l }', 'RT0312 the model `free` has no price'],
    ['a ladder that descends', 'ladder l { big -> small }\non turn { otherwise upgrade via l }', 'RT0313 the ladder `l` descends from `big` to `small`, a lower tier'],
    ['a state that nothing writes', 'state { latch seen }\non turn { rule a: when seen then restart otherwise keep }', 'RT0314 nothing ever writes the latch `seen`'],
    ['a state that nothing reads', 'state { latch seen }\non turn { otherwise set seen, keep }', 'RT0315 nothing ever reads the latch `seen`'],
    ['a streak without a reset', 'state { streak s up to 3 }\non turn { rule a: when s < 2 then add 1 to s otherwise keep }', 'RT0316 the streak `s` is never reset'],
    ['a signal that nothing uses', 'signal s = turn', 'RT0317 nothing uses the signal `s`'],
    ['a pool that nothing uses', 'pool spare = [small, mid]', 'RT0317 nothing uses the pool `spare`'],
    ['phrases that nothing uses', 'phrases p = ["x"]', 'RT0317 nothing uses the list of phrases `p`'],
    ['a kept model that may be denied', 'deny a: models where tier(it) is premium when plan-mode\non turn, call { otherwise keep }', 'RT0318 no rule of `on turn` handles a kept model that `a` has taken out'],
    ['a model that nobody serves', 'model lost { price per 1M tokens { input $1 } }\npool q = [lost, big]\non turn { otherwise choose first from q else keep }', 'RT0319 nobody serves the model `lost`'],
    ['a direction mark', '// \u202egnorw', 'RT0320 there is an invisible character `u{202E}` here'],
    ['a look-alike letter', 'phrases p = ["p\u0430y"]\non turn { rule a: when count p in last 1 messages > 0 then restart otherwise keep }', 'RT0320 this word mixes letters of two alphabets that look alike'],
    ['a word of look-alikes', 'phrases p = ["\u0441\u043e\u0440\u0443"]\non turn { rule a: when count p in last 1 messages > 0 then restart otherwise keep }', 'RT0320 this word looks like a Latin one and is written in other letters'],
    ['letters made to look like others', '// \u{1d5ba}\u{1d5bb}', 'RT0320 this word looks like a Latin one and is written in other letters'],
    ['a count that is never reached', 'on turn { rule a: when count failures in last 3 tools >= 4 then restart otherwise keep }', 'RT0321 the count never reaches `4`: its window holds at most `3`'],
    ['a count through a signal and a setting', 'setting most = 3\nsignal s = count repeats in last 3 tools\non turn { rule a: when s > most then restart otherwise keep }', 'RT0321 the count never reaches `4`: its window holds at most `3`'],
    ['a model that falls back to itself', 'serve big { fallback to [mid, big] }', 'RT0322 `big` falls back to itself'],
    ['a band that is missing', 'scale mood = [low, middle, high]\nsignal s = when turn > 1 then 1.0 otherwise 0.0\nscorer sc { weight 1.0 s bands mood { low below 0.5 high otherwise } }\non turn { rule a: when sc.band is high then restart otherwise keep }', 'RT0323 no band of `sc` gives `middle`'],
    ['a filter that takes nobody out', 'deny blocked: models where it in org.blocked\non turn, call { rule r: when not allowed(current) then restart otherwise keep }', 'RT0305 the filter `blocked` never takes anybody out'],
    [
      'a filter that says again whom the organisation leaves',
      'allow listed: models where it in org.only when org.only has mid\non turn, call { rule r: when not allowed(current) then restart otherwise keep }',
      'RT0305 the filter `listed` never takes anybody out',
    ],
    ['a filter that takes out no host', 'allow known: endpoints where region(it) in [us, eu]\non turn, call { rule r: when not allowed(current) then restart otherwise keep }', 'RT0305 the filter `known` never takes anybody out'],
    ['a tool that is never hidden', 'hide h: tool "T" when tier(current) is premium and current is small', 'RT0305 `h` never hides its tool: its condition is never true'],
    ['a draw among hosts one by one', 'profile p { order by price strategy shuffle }\non turn { otherwise use big with p }', 'RT0305 `strategy` has nothing to draw: `order by price` makes every host a group of its own'],
    ['failover at one host', 'serve mid { failover on [server] }', 'RT0305 `failover` does nothing for `mid`, which one host serves'],
    ['a summary where nothing is summed up', 'assume left: compaction keeps 30%', 'RT0305 `left` has no effect: no switch of the policy compacts'],
    ['a number of fallbacks without one', 'serve any { max-fallbacks 2 }', 'RT0305 `max-fallbacks` does nothing: no line names a fallback'],
    ['fallbacks in a circle', 'serve big { fallback to [mid] }\nserve mid { fallback to [small] }\nserve small { fallback to [big] }', 'RT0327 the fallbacks go in a circle: `big` to `mid` to `small` to `big`'],
    ['an upgrade to no higher tier', 'on turn { rule up: when turn > 3 then upgrade to mid else keep otherwise keep }\non start { otherwise use small }', 'RT0304 no decision can choose `mid`, which `up` names'],
    ['a pool of which one is never chosen', 'on start { otherwise choose first from main where tier(it) is standard else stop "nobody" }', 'RT0304 no decision can choose `big` of the pool `main`'],
    ['a stop although somebody may be chosen', 'classifier c { model small scores main }\non start { rule failed: when c.status is not ok then use mid otherwise pick: choose highest score(it) from main else stop "nobody" }', 'RT0306 `pick` stops although `big` may be chosen'],
    ['a gap between two ranges', 'on turn { rule a: when turn < 4 then restart rule b: when turn > 5 then stop "late" otherwise keep }', 'RT0307 `turn is 4` is no case of `a`, `b` and falls to `otherwise`'],
    ['words that are no case', 'scale mood = [low, mid, high, top, best]\nclassifier c { model small labels mood }\non start { rule failed: when c.status is not ok then use big rule a: when c.label is low then use small rule b: when c.label in [mid, high] then use mid otherwise use big }', 'RT0307 `c.label is top` or `c.label is best` is no case of `a`, `b` and falls to `otherwise`'],
    ['a band that no sum reaches', 'scale mood = [low, middle, high]\nsignal s = when turn > 1 then 0.4 otherwise 0.0\nscorer sc { weight 1.0 s bands mood { low below 0.3 middle below 0.5 high otherwise } }\non turn { rule a: when sc.band is middle then restart otherwise keep }', 'RT0323 no value of `sc` falls into `high`'],
    ['weights that nothing draws by', 'pool q = [big weight 3, mid]\non turn { otherwise choose first from q else keep }', 'RT0324 nothing draws from `q` by its weights'],
  ])('%s', (_title, text, expected) => {
    expect(found(text)).toEqual([expected])
  })
})

describe('what does not', () => {
  it.each([
    ['a ladder that may descend', 'ladder l may descend { big -> small }\non turn { otherwise upgrade via l }'],
    ['a ladder within a tier', 'ladder l { small -> mid -> big }\non turn { otherwise upgrade via l }'],
    ['a filter with a rule for it', 'deny a: models where tier(it) is premium when plan-mode\non turn, call { rule r: when not allowed(current) then restart otherwise keep }'],
    ['a rule that asks through a signal', 'deny a: models where tier(it) is premium when plan-mode\nsignal gone = not allowed(current)\non turn, call { rule r: when gone then restart otherwise keep }'],
    ['a count at its bound', 'on turn { rule a: when count failures in last 3 tools >= 3 then restart otherwise keep }'],
    ['text in another alphabet', 'phrases p = ["\u043d\u0435\u0442", "nein"]\non turn { rule a: when count p in last 1 messages > 0 then restart otherwise keep }'],
    ['words of another alphabet, one of look-alikes among them', 'phrases p = ["\u0440\u043e\u0441\u0430", "\u043d\u0435\u0442"]\non turn { rule a: when count p in last 1 messages > 0 then restart otherwise keep }'],
    ['a library with more than one needs', ''],
  ])('%s', (_title, text) => {
    expect(found(text)).toEqual([])
  })
})
