import fc from 'fast-check'
import { catalogueText, models, names, nonEmptySubset, optional, providers } from './arbitrary-catalogue.ts'
import {
  cases, count, inChoice, inEndpointFilter, inFilterWhen, inHide, inModelFilter, inRule, inServing, modelValue,
  mood, ruleNames, truth,
} from './arbitrary-expression.ts'

const base = { it: 'nothing', filter: true, layer: 0 } as const
const middle = { it: 'nothing', filter: false, layer: 1 } as const

function block(head: string, lines: readonly string[]): string {
  return `${head} {\n${lines.filter((line) => line !== '').map((line) => `  ${line}`).join('\n')}\n}`
}

// ------------------------------------------------------------------- vocabulary

/** Signals in two layers: the second may read the first. */
const signals = fc
  .record({
    flagA: truth(base, 1),
    flagB: cases(base, fc.constantFrom('true', 'false')),
    amount: fc.oneof(count(base), cases(base, count(base, 0))),
    weightish: cases(base, fc.constantFrom('0.0', '0.5', '0.3', '1.0', '-1.0')),
    flagC: truth(middle, 1),
    feeling: fc.oneof(mood(middle), cases(middle, mood(middle, 0))),
    target: fc.oneof(modelValue(middle), cases(middle, modelValue(middle, 0))),
  })
  .map((bodies) =>
    [
      `signal flag-a = ${bodies.flagA}`,
      `signal flag-b = ${bodies.flagB}`,
      `signal amount = ${bodies.amount}`,
      `signal weightish = ${bodies.weightish}`,
      `signal flag-c = ${bodies.flagC}`,
      `signal feeling = ${bodies.feeling}`,
      `signal target = ${bodies.target}`,
    ].join('\n'),
  )

const parts = fc
  .tuple(cases({ ...base }, fc.constantFrom('0.0', '0.7', '1.0')), cases(base, fc.constantFrom('0.0', '0.5', '1.0')))
  .map(([first, second]) => `signal part-a = ${first}\nsignal part-b = ${second}`)

const weights = fc.constantFrom('0.10', '0.25', '0.30', '0.70', '1.00', '-0.20')

const bands = 'bands mood { low below 0.15 mid below 0.30 high otherwise }'

const offsets = fc
  .array(fc.tuple(fc.constantFrom(...models), fc.constantFrom('0.10', '0.15', '-0.05')), { maxLength: 2 })
  .map((all) =>
    all
      .filter(([name], index) => all.findIndex(([other]) => other === name) === index)
      .map(([name, value]) => `offset ${name} ${value}`)
      .join(' '),
  )

/** One with bands; one that scores each model, or has bands too, so that `benefit` has one source. */
const scorer = fc
  .record({ first: weights, second: weights, third: weights, fitting: fc.oneof(offsets, fc.constant(bands)) })
  .map(({ first, second, third, fitting }) =>
    [
      block('scorer load', [`weight ${first} part-a`, `weight ${second} part-b`, bands]),
      block('scorer fit', [`weight ${third} part-b`, fitting]),
    ].join('\n'),
  )

const climbs = fc
  .record({ order: fc.shuffledSubarray([...models], { minLength: 2 }), broad: fc.boolean() })
  .map(({ order, broad }) => {
    const [first, second, ...rest] = order
    const climb =
      broad && rest.length > 0
        ? `[${first}, ${second}] -> ${rest.join(' -> ')}`
        : [first, second, ...rest].join(' -> ')
    return `ladder up may descend { ${climb} }`
  })

const pools = fc
  .tuple(nonEmptySubset(models), nonEmptySubset(models), fc.array(fc.constantFrom(1, 2, 7), { minLength: 4, maxLength: 4 }))
  .map(
    ([main, cheap, share]) =>
      `pool main = ${names(main)}\n` +
      `pool cheap = [${cheap.map((name, index) => `${name} weight ${share[index] ?? 1}`).join(', ')}]`,
  )

const memories = fc.tuple(fc.boolean(), fc.boolean(), fc.boolean()).map(([first, second, third]) =>
  block('state', [
    `latch seen${first ? ' per choice' : ''}`,
    'latch firm',
    `counter tries up to 3${second ? ' per choice' : ''}`,
    'streak row up to 2',
    `pin favourite for 1min${third ? ' refreshed on use' : ''}`,
    'level peak on mood',
    `level fading on mood for 30s${first ? ' refreshed on use' : ''}`,
  ]),
)

const vocabulary = fc
  .tuple(pools, climbs, memories, parts, scorer, signals, fc.constantFrom('0.70', '0.5'), fc.constantFrom('1', '3'))
  .map(([poolText, ladder, state, partText, scorerText, signalText, good, enough]) =>
    [
      poolText,
      'phrases oops = ["wait", word "hmm", "another way"]',
      'phrases please = ["please"]',
      `setting good-enough = ${good} from 0.0 to 1.0`,
      `setting enough = ${enough} from 0 to 9`,
      'hours office = [mon, tue, fri] 09:00 to 18:00 in "UTC"',
      'classifier triage { model ada-1 scores main timeout 10s }',
      'classifier judge { model ada-1 labels mood }',
      ladder,
      state,
      partText,
      scorerText,
      signalText,
    ].join('\n'),
  )

// -------------------------------------------------------------------- filters

const modelFilter = fc
  .tuple(fc.constantFrom('allow', 'deny', 'deny'), truth(inModelFilter, 1), optional(truth(inFilterWhen, 1)))
  .map(([effect, where, when]) => ({ effect, subject: 'models', where, when }))

const endpointFilter = fc
  .tuple(fc.constantFrom('allow', 'deny', 'deny'), truth(inEndpointFilter, 1), optional(truth(inFilterWhen, 1)))
  .map(([effect, where, when]) => ({ effect, subject: 'endpoints', where, when }))

const filters = fc.array(fc.oneof(modelFilter, endpointFilter), { maxLength: 2 }).map((all) =>
  all
    .map(
      (filter, index) =>
        `${filter.effect} f${index + 1}: ${filter.subject} where ${filter.where}` +
        (filter.when === '' ? '' : ` when ${filter.when}`),
    )
    .join('\n'),
)

const hides = optional(truth(inHide, 1).map((when) => `hide away: tool "UpgradeSessionModel" when ${when}`))
const unchecked = fc.constantFrom('', '', 'unchecked [context-window]', 'unchecked [context-window, modality]')

// --------------------------------------------------------------------- choices

const withProfile = fc.constantFrom('', '', ' with quick')

const ranking = fc.oneof(
  fc.constantFrom('cheapest', 'cheapest by list', 'cheapest by expected', 'first'),
  fc.constantFrom('weighted per session', 'weighted per turn', 'weighted per call'),
  fc
    .tuple(
      fc.constantFrom('highest', 'lowest'),
      fc.constantFrom('load.score(it)', 'fit.score(it)', 'triage.score(it)', 'step(up, it)', 'tier(it)', 'price(it, output)', 'context-window(it)'),
    )
    .map((words) => words.join(' ')),
)

/** A choice that may be refused ends in `last`, or in another choice. */
function choice(start: boolean, depth: number): fc.Arbitrary<string> {
  const last = fc.constantFrom('stop "nothing left"', ...(start ? ['use ada-1'] : ['keep', 'restart', 'use ada-1']))
  const otherwise = depth === 0 ? last : fc.oneof(last, choice(start, depth - 1))
  const anywhere = fc.tuple(modelValue(inRule).map(referable), fc.constant(''), withProfile)
  // Only a model that is not known beforehand may be asked for at a host that does not serve it.
  const somewhere = fc.tuple(fc.constantFrom('target', 'requested'), fc.constant(` at ${providers[0]}`), withProfile)
  const use = fc.oneof({ weight: 3, arbitrary: anywhere }, { weight: 1, arbitrary: somewhere })
  return fc.oneof(
    use.map(([model, at, profile]) => `use ${model}${at}${profile}`),
    fc
      .tuple(use, otherwise)
      .map(([[model, at, profile], next]) => `use ${model}${at}${profile} else ${next}`),
    fc
      .tuple(ranking, fc.constantFrom('main', 'cheap'), optional(truth(inChoice, 1)), withProfile, otherwise)
      .map(
        ([rank, pool, where, profile, next]) =>
          `choose ${rank} from ${pool}${where === '' ? '' : ` where ${where}`}${profile} else ${next}`,
      ),
    ...(start
      ? []
      : [
          fc
            .tuple(fc.constantFrom('upgrade to', 'downgrade to'), fc.constantFrom(...models), optional(otherwise))
            .map(([verb, model, next]) => `${verb} ${model}${next === '' ? '' : ` else ${next}`}`),
          optional(otherwise).map((next) => `upgrade via up${next === '' ? '' : ` else ${next}`}`),
          last,
        ]),
  )
}

/** `use` takes a plain path; a function stands in a signal. */
function referable(model: string): string {
  return model.includes('(') ? 'target' : model
}

const effect = fc.oneof(
  fc.constantFrom('remind "Think again."', 'alert "look"'),
  fc.constantFrom('set seen', 'set firm', 'reset tries', 'reset row', 'add 1 to tries', 'add 2 to row'),
  fc.constantFrom('pin favourite', 'release favourite'),
  fc
    .tuple(fc.constantFrom('peak', 'fading'), mood(inRule, 0))
    .map(([level, word]) => `raise ${level} to ${word}`),
)

interface RuleText {
  readonly guard: string
  readonly actions: string
}

function rule(start: boolean): fc.Arbitrary<RuleText> {
  const effects = fc.array(effect, { maxLength: 2 })
  const choosing = fc
    .tuple(truth(inRule), effects, fc.constantFrom('', '', 'for this call '), choice(start, 1))
    .map(([guard, before, once, chosen]) => ({
      guard,
      actions: [...before, `${once}${chosen}`].join(', '),
    }))
  const affecting = fc
    .tuple(optional(truth(inRule)), fc.array(effect, { minLength: 1, maxLength: 2 }))
    .map(([guard, actions]) => ({ guard, actions: actions.join(', ') }))
  return fc.oneof(choosing, affecting)
}

function decisions(head: string, start: boolean, first: number): fc.Arbitrary<string> {
  return fc
    .tuple(
      fc.array(rule(start), { maxLength: 3 }),
      fc.constantFrom('', `default-${head.split(' ').at(-1) ?? ''}`),
      fc.array(effect, { maxLength: 1 }),
      fc.oneof(fc.constant(start ? 'use ada-1' : 'keep'), choice(start, 2)),
    )
    .map(([rules, name, effects, last]) =>
      block(head, [
        ...rules.map(({ guard, actions }, index) => {
          const named = `rule ${ruleNames[first + index] ?? 'r1'}:`
          return guard === '' ? `${named} ${actions}` : `${named} when ${guard} then ${actions}`
        }),
        `otherwise ${name === '' ? '' : `${name}: `}${[...effects, last].join(', ')}`,
      ]),
    )
}

const blocks = fc.oneof(
  decisions('on start', true, 0),
  fc.tuple(decisions('on start', true, 0), decisions('on turn, call', false, 3)).map((all) => all.join('\n\n')),
  fc
    .tuple(decisions('on start', true, 0), decisions('on turn', false, 3), decisions('on call', false, 6))
    .map((all) => all.join('\n\n')),
  decisions('on start, turn, call', true, 0),
)

// --------------------------------------------------------------------- serving

const serveLines = fc
  .record({
    order: fc.oneof(
      fc.constantFrom('', 'order by price', 'order by latency', 'order by request'),
      nonEmptySubset(providers).map((all) => `order ${names(all)}`),
      fc.shuffledSubarray([...providers], { minLength: 2 }).map(([first, ...rest]) => `order [${first}] then ${names(rest)}`),
    ),
    strategy: fc.constantFrom('', '', 'strategy shuffle', 'strategy price-weighted { power 2, within 4x }'),
    prefer: optional(truth(inServing, 0).map((test) => `prefer ${test}`)),
    require: optional(truth(inServing, 0).map((test) => `require ${test}`)),
    sticky: fc.constantFrom('', 'sticky provider', 'sticky provider for 1min refreshed on use'),
  })
  .map((lines) => Object.values(lines))

const serving = fc
  .tuple(serveLines, optional(serveLines.map((lines) => block('serve main', lines))), serveLines)
  .map(([any, pool, quick]) => [block('serve any', any), pool, block('profile quick', quick)].join('\n'))

const keepOrCompact = fc.constantFrom('keep context', 'compact to 30%', 'compact to 50%')
const hardness = fc.constantFrom('soft', 'hard')

const switching = optional(
  fc
    .tuple(hardness, hardness, keepOrCompact, keepOrCompact, optional(keepOrCompact))
    .map(([router, concrete, same, other, provider]) =>
      block('switch', [
        `router session ${router}`,
        `concrete session ${concrete}`,
        `same family ${same}`,
        `other family ${other}`,
        provider === '' ? '' : `other provider ${provider}`,
      ]),
    ),
)

const budget = fc
  .constantFrom('at 100% then deny upgrades', 'at 80% then only cheap', 'at 100% then stop "spent"', 'at 80% then alert "soon"')
  .chain((action) => fc.constantFrom('', '', 'scope provider').map((scope) => [scope, action]))
  .map((lines) => block('budget purse', ['limit $5 per session', ...lines]))

const worth = fc.constantFrom(
  '',
  'assume worth: success worth $2',
  `assume wordier: verbosity ${models[0]} -> ${models[1]} 1.3x (0.9x to 1.8x)`,
)

// ----------------------------------------------------------------------- whole

/** The source text of a whole, well-typed policy that imports nothing. */
export const policyText: fc.Arbitrary<string> = fc
  .tuple(catalogueText, vocabulary, filters, hides, unchecked, blocks, serving, switching, budget, worth)
  .map((sections) => ['policy made-up', ...sections.filter((section) => section !== '')].join('\n\n') + '\n')
  .map(withDeclaredRules)

/** Rules come and go as a policy shrinks; `since rule` falls back to one that is there. */
function withDeclaredRules(text: string): string {
  const declared = [...text.matchAll(/^ {2}(?:rule|otherwise) ([a-z0-9-]+):/gm)].map((match) => match[1] ?? '')
  const [first] = declared
  return text.replace(/(turns|calls|time) since rule (\S+?)(?=[\s),])/g, (whole, unit: string, rule: string) =>
    declared.includes(rule) ? whole : first === undefined ? `${unit} since switch` : `${unit} since rule ${first}`,
  )
}

