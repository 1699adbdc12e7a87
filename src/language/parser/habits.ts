/** What authors bring from other languages, by the word that the grammar does not expect, with the way it is said here. */
const habits: ReadonlyMap<string, string> = new Map([
  ['if', 'a condition begins with `when`'],
  ['unless', 'write `when not …`'],
  ['contains', 'a list has an item: `tags has "x"`; a text `starts with "x"`; words of messages are counted with `phrases`'],
  ['matches', 'there are no patterns: a text `starts with "x"`, words of messages are counted with `phrases`'],
  ['like', 'there are no patterns: a text `starts with "x"`, words of messages are counted with `phrases`'],
  ['between', 'write `x >= low and x <= high`'],
  ['equals', 'write `is`'],
  ['increment', 'a counter is raised with `add 1 to NAME`'],
  ['route', 'a model is chosen with `use MODEL`'],
  ['return', 'a model is chosen with `use MODEL`'],
  ['random', 'a draw is `choose weighted per session from POOL`'],
  ['expect', 'a test asserts with an arrow, `user "hello" -> MODEL by RULE`, or with `check`'],
  ['assert', 'a test asserts with an arrow, `user "hello" -> MODEL by RULE`, or with `check`'],
  ['elif', 'another condition is another rule: `rule NAME: when … then …`'],
  ['elsif', 'another condition is another rule: `rule NAME: when … then …`'],
  ['at', 'the host stands before the profile: `use MODEL at HOST with PROFILE`'],
  ['permit', 'who may be chosen is said with `allow NAME: models where …` and `deny NAME: models where …`'],
  ['forbid', 'who may be chosen is said with `allow NAME: models where …` and `deny NAME: models where …`'],
  ['flag', 'memory that once set stays is a `latch`'],
])

/** The same where a rule is expected. */
const withoutRule: ReadonlyMap<string, string> = new Map([
  ['when', 'a rule has a name: `rule NAME: when … then …`'],
  ['use', 'a choice stands in `otherwise use …`, or in a rule: `rule NAME: when … then use …`'],
  ['choose', 'a choice stands in `otherwise choose …`, or in a rule: `rule NAME: when … then choose …`'],
  ['keep', 'a choice stands in `otherwise keep`, or in a rule: `rule NAME: when … then keep`'],
])

/** The way to say what was meant; `before` is the token in front of it. */
export function habitHelp(image: string, before: string, expectsRule: boolean): string | undefined {
  const own = expectsRule ? withoutRule.get(image) : undefined
  if (own !== undefined) return own
  if (before === 'last' && /^\d/.test(image)) return 'a count begins with `count`, as in `count failures in last 5 tools`'
  return habits.get(image)
}

/** Lines by the words that other systems have for them. */
const otherLines: ReadonlyMap<string, string> = new Map([
  ['default', 'otherwise'],
  ['else', 'otherwise'],
  ['retries', 'retry'],
  ['fallbacks', 'fallback'],
  ['circuit-breaker', 'breaker'],
  ['circuit_breaker', 'breaker'],
  ['rate-limit', 'limit'],
  ['rate_limit', 'limit'],
  ['timeouts', 'timeout'],
  ['loadbalance', 'strategy'],
  ['load-balance', 'strategy'],
  ['sort', 'order'],
  ['providers', 'served-by'],
  ['hosts', 'served-by'],
  ['pricing', 'price'],
  ['context-window', 'context'],
])

/** The line of this block that a foreign word means, if it has one. */
export function otherLine(written: string, words: readonly string[]): string | undefined {
  const meant = otherLines.get(written)
  return meant !== undefined && words.includes(meant) ? meant : undefined
}

/** The same where a declaration is expected. */
export function declarationHelp(written: string, next: string): string | undefined {
  if (written === '-' && next === '-') return 'a comment begins with `//` and ends with its line'
  if (written === 'rule' || written === 'when' || written === 'otherwise') return 'rules stand in a block: `on start { … }`, `on turn { … }` or `on call { … }`'
  return habits.get(written)
}
