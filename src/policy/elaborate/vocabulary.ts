import type { Hours, Ladder, Memory, PhraseList, Pool, Scale } from '../core.ts'
import { phraseListDigest } from '../../language/phrases.ts'
import type * as syntax from '../../language/syntax.ts'
import type { Source } from '../../language/source.ts'
import { at } from './context.ts'
import type { Context } from './context.ts'
import { countWords } from './counts.ts'
import { distinct, oneOf } from './lines.ts'
import { lookUp } from './names.ts'
import type { Declared } from './names.ts'
import { defined } from './record.ts'
import { clockMinute, daysOfWeek, isZoneName } from './calendar.ts'
import { durationMicros, wholeNumber } from './units.ts'

export function elaborateScale(
  context: Context,
  { declaration, name, source }: Declared<syntax.ScaleDeclaration>,
): Scale {
  const words = distinct(declaration.words, 'word', source, context.report)
  return {
    name: name.text,
    location: at(source, declaration),
    words: words.map((each) => each.text),
  }
}

export function elaboratePool(
  context: Context,
  { declaration, name, source }: Declared<syntax.PoolDeclaration>,
): Pool {
  const { report } = context
  const once = distinct(
    declaration.items.map((item) => item.model),
    'model',
    source,
    report,
  )
  const models = declaration.items.flatMap((item) => {
    if (lookUp(context.names.models, item.model, source, report) === undefined) return []
    if (!once.includes(item.model)) return []
    const weight =
      item.weight === undefined
        ? 1
        : wholeNumber(item.weight, source, report, { from: 1, to: 1_000_000 })
    return weight === undefined ? [] : [{ model: item.model.text, weight }]
  })
  return { name: name.text, location: at(source, declaration), models }
}

export function elaboratePhrases(
  context: Context,
  { declaration, name, source }: Declared<syntax.PhrasesDeclaration>,
): PhraseList {
  const { report } = context
  if (countWords.has(name.text)) {
    report(
      'RT0203',
      at(source, name),
      `\`${name.text}\` is a word of the language, got it as a list of phrases`,
      {
        help: 'take another name for the list',
      },
    )
  }
  const seen = new Set<string>()
  for (const { text } of declaration.phrases) {
    if (text.value.trim() === '') {
      report('RT0213', at(source, text), 'the phrase is empty', {
        help: 'a phrase has at least one character',
      })
    }
    if (seen.has(text.value)) {
      report('RT0202', at(source, text), `${text.raw} is listed twice`, {
        help: 'name each phrase once',
      })
    }
    seen.add(text.value)
  }
  const phrases = declaration.phrases.map(({ text, word }) => ({ text: text.value, word }))
  return {
    name: name.text,
    location: at(source, declaration),
    phrases,
    digest: phraseListDigest(phrases),
  }
}

export function elaborateHours(
  context: Context,
  { declaration, name, source }: Declared<syntax.HoursDeclaration>,
): Hours | undefined {
  const { report } = context
  const written = declaration.days && distinct(declaration.days, 'day', source, report)
  const named = written?.map((day) => oneOf(day, daysOfWeek, 'day of the week', source, report))
  const fromMinute = clockMinute(declaration.from, source, report)
  const toMinute = clockMinute(declaration.to, source, report, true)
  if (!isZoneName(declaration.zone.value)) {
    report('RT0227', at(source, declaration.zone), `${declaration.zone.raw} is no time zone`, {
      help: 'write `"UTC"` or a zone such as `"Europe/Berlin"`',
    })
  }
  if (fromMinute === undefined || toMinute === undefined) return undefined
  return {
    name: name.text,
    location: at(source, declaration),
    days:
      named === undefined ? [0, 1, 2, 3, 4, 5, 6] : defined(named).map((day) => daysOfWeek.indexOf(day)),
    fromMinute,
    toMinute,
    zone: declaration.zone.value,
  }
}

export function elaborateLadder(
  context: Context,
  { declaration, name, source }: Declared<syntax.LadderDeclaration>,
): Ladder {
  const { report, names } = context
  const seen = new Map<string, syntax.Name>()
  const climbs = declaration.climbs.map((climb) =>
    climb.steps.map((step) =>
      step.flatMap((model) => {
        if (lookUp(names.models, model, source, report) === undefined) return []
        const before = seen.get(model.text)
        if (before !== undefined) {
          report(
            'RT0220',
            at(source, model),
            `\`${model.text}\` stands twice on the ladder \`${name.text}\``,
            {
              help: 'a model stands in at most one climb, once',
              related: [{ location: at(source, before), message: 'first named here' }],
            },
          )
          return []
        }
        seen.set(model.text, model)
        return [model.text]
      }),
    ),
  )
  return {
    name: name.text,
    location: at(source, declaration),
    mayDescend: declaration.mayDescend,
    climbs,
  }
}

export function elaborateMemory(
  context: Context,
  { declaration, name, source }: Declared<syntax.Memory>,
): Memory | undefined {
  const { report, names } = context
  const shared = {
    name: name.text,
    location: at(source, declaration),
    perChoice: declaration.perChoice,
  }
  switch (declaration.kind) {
    case 'latch':
      return { ...shared, kind: 'latch' }
    case 'counter':
    case 'streak': {
      const upTo = wholeNumber(declaration.upTo, source, report, { from: 1, to: 1_000_000 })
      return upTo === undefined ? undefined : { ...shared, kind: declaration.kind, upTo }
    }
    case 'pin': {
      const lifetime = elaborateLifetime(context, declaration.lifetime, source)
      return lifetime && { ...shared, kind: 'pin', lifetime }
    }
    case 'level': {
      const lifetime =
        declaration.lifetime && elaborateLifetime(context, declaration.lifetime, source)
      const scale = lookUp(names.scales, declaration.scale, source, report)
      if (scale === undefined || (declaration.lifetime !== undefined && lifetime === undefined))
        return undefined
      return { ...shared, kind: 'level', scale: declaration.scale.text, lifetime }
    }
  }
}

export function elaborateLifetime(
  context: Context,
  lifetime: syntax.Lifetime,
  source: Source,
): { readonly micros: number; readonly refreshedOnUse: boolean } | undefined {
  const micros = durationMicros(lifetime.duration, source, context.report)
  return micros === undefined ? undefined : { micros, refreshedOnUse: lifetime.refreshedOnUse }
}
