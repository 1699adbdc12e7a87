import type { DiagnosticEntry } from './entry.ts'

/** RT01xx: what is not a sentence of the grammar. */
export const syntaxEntries: readonly DiagnosticEntry[] = [
  {
    code: 'RT0101',
    severity: 'error',
    title: 'unexpected text',
    explanation:
      'Something else is expected at this place. The message says what was found and what fits.',
    example: 'pool main claude-opus-4-7',
  },
  {
    code: 'RT0102',
    severity: 'error',
    title: 'unknown word',
    explanation:
      'The words that begin a declaration or a line of a block are fixed. This one is none of them; the nearest is offered where there is one.',
    example: 'provider p {\n  regoin us\n}',
  },
  {
    code: 'RT0103',
    severity: 'error',
    title: 'something is missing',
    explanation:
      'A word or sign that the grammar needs was left out. What stands around it is understood, so the rest of the file is still checked.',
    example: 'on turn {\n  rule stuck:\n    when images > 0 use m\n  otherwise keep\n}',
  },
  {
    code: 'RT0104',
    severity: 'error',
    title: 'unreadable number',
    explanation:
      'A number runs straight into its unit, and the units are `ms s min h d`, `k M`, `%`, `x` and `$`. `5m` is refused because minutes and millions sound alike.',
    example: 'setting pause = 5m',
  },
  {
    code: 'RT0105',
    severity: 'error',
    title: 'sign of another language',
    explanation:
      'Comparisons and connectives are words here: `is`, `is not`, `and`, `or`, `not`; `->` is the only arrow, `per` the only division; nothing ends a line.',
    example: 'signal busy = turn == 3',
  },
  {
    code: 'RT0106',
    severity: 'error',
    title: 'unreadable text in quotes',
    explanation:
      'Text stands between straight double quotes on one line. The escapes are `\\"`, `\\\\`, `\\n`, `\\t` and `\\u{1F600}`.',
    example: "import 'catalog/2026-06.route'",
  },
  {
    code: 'RT0107',
    severity: 'error',
    title: 'wrong kind of comment',
    explanation:
      'A comment begins with `//` and ends with its line; `///` documents the declaration below it.',
    example: '# the pool',
  },
  {
    code: 'RT0108',
    severity: 'error',
    title: 'character without a meaning',
    explanation:
      'Names are made of the letters a to z, digits, `-`, `_` and dots before digits, and begin with a letter. Anything else belongs between double quotes.',
    example: 'model __proto__ {\n}',
  },
  {
    code: 'RT0109',
    severity: 'error',
    title: '`and` mixed with `or`',
    explanation:
      'Nobody has to know which of the two binds tighter: parentheses say what is meant.',
    example: 'signal s = a or b and c',
  },
  {
    code: 'RT0110',
    severity: 'error',
    title: 'chained comparison',
    explanation: 'A comparison has two sides. `a < b < c` is written `a < b and b < c`.',
    example: 'signal s = 1 < turn < 5',
  },
  {
    code: 'RT0111',
    severity: 'error',
    title: 'block without its `otherwise`',
    explanation:
      'Every block of rules ends with `otherwise`, exactly once: what happens when no rule has chosen.',
    example: 'on turn {\n  rule gone:\n    when not allowed(current)\n    then restart\n}',
  },
  {
    code: 'RT0112',
    severity: 'error',
    title: 'nested too deep',
    explanation: 'Parentheses, `else` chains, facts and `repeat` nest up to 100 levels.',
  },
  {
    code: 'RT0113',
    severity: 'error',
    title: 'too many errors',
    explanation: 'Reading stops after 100 syntax errors in one file: it is probably not a policy.',
  },
  {
    code: 'RT0114',
    severity: 'error',
    title: 'out of order',
    explanation:
      '`policy NAME` stands first and once, `import` lines follow it, declarations come last.',
    example: 'pool main = [m]\nimport "catalog/2026-06.route"',
  },
  {
    code: 'RT0115',
    severity: 'error',
    title: 'file too large',
    explanation: 'A `.route` file holds at most 1,000,000 characters.',
  },
]
