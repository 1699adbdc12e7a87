import type { DiagnosticEntry } from './entry.ts'

/** RT03xx: policies that are well formed and still look wrong. */
export const lintsEntries: readonly DiagnosticEntry[] = [
  {
    code: 'RT0301',
    severity: 'warning',
    title: 'rule that never fires',
    explanation:
      'No input leads to the rule, unknown ones included: its condition is never true, or rules before it take every call that it could. All of them are named, and none of them can be left out.',
    example:
      'on turn {\n  rule long: when message.length > 200 chars then restart\n  rule longer: when message.length > 400 chars then keep\n  otherwise keep\n}',
  },
  {
    code: 'RT0302',
    severity: 'warning',
    title: 'rule that changes nothing',
    explanation:
      'Wherever the rule fires, the rules after it would do the same: the same choice, with the same effects. Which rule is named in a report is all that it changes.',
    example:
      'on turn {\n  rule long: when message.length > 400 chars then restart\n  rule short: when message.length > 200 chars then restart\n  otherwise keep\n}',
  },
  {
    code: 'RT0303',
    severity: 'info',
    title: 'ranges that overlap',
    explanation:
      'Two rules cut the same input into ranges that overlap, neither within the other, and choose differently. The rule that stands first takes what is in both. The example has been decided by the evaluator.',
  },
  {
    code: 'RT0304',
    severity: 'info',
    title: 'model that no decision can choose',
    explanation:
      'A pool or a rule names the model, and no input leads to a decision that chooses it: a filter always takes it out, a condition never holds for it, or an upgrade to it is none.',
    example:
      'scale tier = [low, high]\nprovider p { region us }\nmodel a { tier low served-by [p] price per 1M tokens { input $1 } }\nmodel b { tier low served-by [p] price per 1M tokens { input $1 } }\non start { otherwise use a }\non turn { rule up: when turn > 3 then upgrade to b else keep otherwise keep }',
  },
  {
    code: 'RT0305',
    severity: 'info',
    title: 'line without an effect',
    explanation:
      'Without the line every decision and every attempt is the same: a filter that never takes anybody out, a tool that is never hidden, a draw among hosts that are ordered one by one.',
    example: 'profile p {\n  order by price\n  strategy shuffle\n}',
  },
  {
    code: 'RT0306',
    severity: 'info',
    title: 'stop while somebody may be chosen',
    explanation:
      'A `choose … else stop` ends the call without a route although a model of its pool passes every filter and the prompt fits it. The example has been decided by the evaluator.',
    example:
      'scale tier = [low]\nprovider p { region us }\nmodel a { tier low served-by [p] price per 1M tokens { input $1 } }\npool all = [a]\nclassifier c { model a scores all }\non start { rule failed: when c.status is not ok then use a otherwise choose highest score(it) from all else stop "nobody" }',
  },
  {
    code: 'RT0307',
    severity: 'info',
    title: 'case that is missing',
    explanation:
      'Several rules go through one input case by case, and cases between theirs fall to `otherwise`. The example has been decided by the evaluator.',
    example:
      'on turn {\n  rule short: when message.length < 100 chars then restart\n  rule long: when message.length > 200 chars then stop "too long"\n  otherwise keep\n}',
  },
  {
    code: 'RT0310',
    severity: 'info',
    title: 'question that is not decided',
    explanation:
      'The conditions take more room or more steps than the checks allow themselves, so nothing is claimed about whether the rule, or any rule of the block, can fire.',
  },
  {
    code: 'RT0311',
    severity: 'warning',
    title: 'test that asserts nothing',
    explanation: 'Without an arrow and without a `check` a test is green whatever the policy does.',
    example: 'test "it works" {\n  user "hello"\n}',
  },
  {
    code: 'RT0312',
    severity: 'warning',
    title: 'model without a price',
    explanation: 'A call of this model costs nobody knows what: it adds nothing to a saving and is listed apart in every report.',
  },
  {
    code: 'RT0313',
    severity: 'warning',
    title: 'ladder that descends',
    explanation: 'A step of the ladder leads to a lower tier. `may descend` says that this is meant.',
  },
  {
    code: 'RT0314',
    severity: 'warning',
    title: 'state that nothing writes',
    explanation: 'No rule sets, counts, raises or pins it, so it is always as it was at the start.',
    example: 'state {\n  latch seen\n}',
  },
  {
    code: 'RT0315',
    severity: 'warning',
    title: 'state that nothing reads',
    explanation: 'Rules write it, and no guard, filter, choice or claim asks for it: it changes no decision.',
  },
  {
    code: 'RT0316',
    severity: 'warning',
    title: 'streak without a reset',
    explanation: 'A streak counts what happens in a row and starts again when the row breaks. One that nothing resets is a counter.',
  },
  {
    code: 'RT0317',
    severity: 'info',
    title: 'declaration that nothing uses',
    explanation: 'It is declared in the file of the policy and named nowhere.',
    example: 'setting rest = 5',
  },
  {
    code: 'RT0318',
    severity: 'warning',
    title: 'kept model that may be denied',
    explanation:
      'The policy has filters, keeps its choice from call to call, and no rule asks whether the model kept is still allowed. The engine then chooses again by itself, and the decision carries the reason `forced`.',
  },
  {
    code: 'RT0319',
    severity: 'warning',
    title: 'model that nobody serves',
    explanation: 'A model is a candidate while one of its hosts is. This one has no host.',
  },
  {
    code: 'RT0320',
    severity: 'warning',
    title: 'invisible or look-alike characters',
    explanation:
      'Direction marks, zero-width characters, and words that mix the letters of two alphabets make a file read differently from what it does.',
  },
  {
    code: 'RT0321',
    severity: 'warning',
    title: 'count that is never reached',
    explanation: 'The window of the count is smaller than the number it is compared with, so that the condition is never true.',
    example: 'signal stuck = count failures in last 3 tools >= 4',
  },
  {
    code: 'RT0322',
    severity: 'warning',
    title: 'model that falls back to itself',
    explanation: '`fallback` names other models. The same model at its next host is `failover`.',
  },
  {
    code: 'RT0323',
    severity: 'info',
    title: 'band that is missing',
    explanation: 'A word of the scale belongs to no band of the scorer, or to one into which no sum of its signals falls, so the scorer never gives it.',
  },
  {
    code: 'RT0324',
    severity: 'info',
    title: 'weights that nothing draws by',
    explanation: 'The pool has weights, and no `choose weighted` draws from it.',
  },
  {
    code: 'RT0325',
    severity: 'warning',
    title: 'finding allowed without a reason',
    explanation:
      'A comment `// allow RT0317: why` silences one lint where it stands. It has to say why, and only lints can be allowed.',
    example: '// allow RT0317\nsetting rest = 5',
  },
  {
    code: 'RT0326',
    severity: 'info',
    title: 'allowed finding that is not there',
    explanation: 'The comment allows a lint that nothing raises here, so that it would hide the next one.',
    example: '// allow RT0317: kept for later\nscale size = [low, high]',
  },
  {
    code: 'RT0327',
    severity: 'info',
    title: 'fallbacks in a circle',
    explanation:
      'One model falls back to another, and that one, by its own lines, back to the first. A call never goes round: the fallbacks of the model that was chosen are the only ones that it tries.',
    example:
      'scale tier = [low]\nprovider p { region us }\nmodel a { tier low served-by [p] price per 1M tokens { input $1 } }\nmodel b { tier low served-by [p] price per 1M tokens { input $1 } }\nserve a { fallback to [b] }\nserve b { fallback to [a] }\non start { otherwise use a }',
  },
]
