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
