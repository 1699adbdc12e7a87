import type * as syntax from '../../language/syntax.ts'
import type { Source } from '../../language/source.ts'
import type { Classifier, Expression, Scorer } from '../core.ts'
import { at, listed } from './context.ts'
import type { Context } from './context.ts'
import { factTypes, testStatuses } from './core-words.ts'
import { elaborateExpression, snippet } from './expressions.ts'
import { distinct, lineOf, oneOf, onceEach } from './lines.ts'
import { lookUp } from './names.ts'
import type { Declared } from './names.ts'
import { describeType } from './types.ts'
import {
  durationMicros,
  signedMillionths,
  sizeOf,
  unitScoreMillionths,
  wholeNumber,
} from './units.ts'

// --- classifiers

export function elaborateClassifier(
  context: Context,
  { declaration, name, source }: Declared<syntax.ClassifierDeclaration>,
): Classifier | undefined {
  const { report, names } = context
  const { lines } = declaration
  onceEach(lines, ['card'], source, report)
  const model = lineOf(lines, 'model')
  const timeout = lineOf(lines, 'timeout')
  const maxOutput = lineOf(lines, 'max-output')
  const window = lineOf(lines, 'window')
  const prompt = lineOf(lines, 'prompt')
  const typicalOutput = lineOf(lines, 'typical-output')
  const typicalLatency = lineOf(lines, 'typical-latency')
  if (model === undefined) {
    report('RT0212', at(source, name), `the classifier \`${name.text}\` has no \`model\``, {
      help: 'write which model gives the verdicts: its tokens are billed',
    })
  } else lookUp(names.models, model.value, source, report)
  const verdict = elaborateVerdict(context, declaration, source)
  const windowChars = window && sizeOf(window.amount, 'chars', source, report)
  for (const part of [window?.head, window?.tail])
    if (part !== undefined) sizeOf(part, 'chars', source, report)
  for (const line of lines) {
    if (line.kind === 'reads')
      for (const reading of line.readings) checkReading(context, reading, source)
    if (line.kind === 'card') checkCard(context, line, source)
  }
  if (model === undefined || verdict === undefined) return undefined
  return {
    name: name.text,
    location: at(source, declaration),
    model: model.value.text,
    verdict,
    timeoutMicros: timeout && durationMicros(timeout.duration, source, report),
    maxOutputTokens: maxOutput && sizeOf(maxOutput.amount, 'tokens', source, report),
    windowChars,
    promptTokens: prompt && sizeOf(prompt.amount, 'tokens', source, report),
    typicalOutputTokens: typicalOutput && sizeOf(typicalOutput.amount, 'tokens', source, report),
    typicalLatencyMicros: typicalLatency && durationMicros(typicalLatency.duration, source, report),
  }
}

function elaborateVerdict(
  context: Context,
  declaration: syntax.ClassifierDeclaration,
  source: Source,
): Classifier['verdict'] | undefined {
  const { report, names } = context
  const scores = lineOf(declaration.lines, 'scores')
  const labels = lineOf(declaration.lines, 'labels')
  if (scores !== undefined && labels !== undefined) {
    report('RT0211', at(source, labels), '`scores` and `labels` exclude each other', {
      help: 'a verdict is a score for each model of a pool, or one word of a scale',
      related: [{ location: at(source, scores), message: '`scores` stands here' }],
    })
    return undefined
  }
  if (scores !== undefined) {
    return (
      lookUp(names.pools, scores.value, source, report) && {
        kind: 'scores',
        pool: scores.value.text,
      }
    )
  }
  if (labels === undefined) {
    report(
      'RT0212',
      at(source, declaration.name),
      `the classifier \`${declaration.name.text}\` has neither \`scores\` nor \`labels\``,
      {
        help: 'write `scores POOL` or `labels SCALE`',
      },
    )
    return undefined
  }
  const scale = lookUp(names.scales, labels.value, source, report)
  if (scale === undefined) return undefined
  const clash = scale.declaration.words.filter((word) => testStatuses.includes(word.text))
  if (clash.length > 0) {
    report(
      'RT0203',
      at(source, labels.value),
      `${listed(
        clash.map((word) => word.text),
        'and',
      )} of the scale \`${labels.value.text}\` is a status`,
      {
        help: 'a label cannot be one of the words that tell how a classifier failed',
        related: clash.map((word) => ({
          location: at(scale.source, word),
          message: 'the word stands here',
        })),
      },
    )
    return undefined
  }
  return { kind: 'labels', scale: labels.value.text }
}

/** What a classifier may be shown besides signals. */
const readings = ['system', 'history', 'messages', 'tools'] as const
const readScopes = ['tools', 'messages', 'turns', 'calls'] as const

function checkReading(context: Context, reading: syntax.Reading, source: Source): void {
  if (reading.kind === 'last') {
    wholeNumber(reading.count, source, context.report, { from: 1, to: 10_000 })
    oneOf(reading.scope, readScopes, 'part of a session', source, context.report)
    return
  }
  const written = reading.names.map((name) => name.text).join('.')
  const first = reading.names[0]
  if (first === undefined || factTypes.has(written)) return
  if (reading.names.length === 1) {
    if (context.names.values.entries.get(first.text)?.declaration.kind === 'signal') return
    oneOf(first, [...readings, ...factTypes.keys()], 'signal', source, context.report)
    return
  }
  oneOf(
    { kind: 'name', text: written, span: reading.span },
    [...factTypes.keys()],
    'signal',
    source,
    context.report,
  )
}

function checkCard(
  context: Context,
  card: Extract<syntax.ClassifierLine, { kind: 'card' }>,
  source: Source,
): void {
  lookUp(context.names.models, card.model, source, context.report)
  for (const { task, score } of card.tasks)
    unitScoreMillionths(score, source, context.report, `the score of ${task.raw}`)
}

// --- scorers

export function elaborateScorer(
  context: Context,
  { declaration, name, source }: Declared<syntax.ScorerDeclaration>,
): Scorer | undefined {
  const { report, names } = context
  const weighted: { weightMillionths: bigint; signal: Expression }[] = []
  const offsets: { model: string; valueMillionths: bigint }[] = []
  let sound = true
  onceEach(declaration.lines, ['weight', 'offset'], source, report)
  const offsetLines = declaration.lines.filter((line) => line.kind === 'offset')
  distinct(
    offsetLines.map((line) => line.model),
    'model',
    source,
    report,
  )
  for (const line of declaration.lines) {
    if (line.kind === 'weight') {
      const weightMillionths = signedMillionths(line.weight, source, report)
      const signal = weighedSignal(context, line.signal, source)
      if (weightMillionths === undefined || signal === undefined) sound = false
      else weighted.push({ weightMillionths, signal })
    }
    if (line.kind === 'offset') {
      const valueMillionths = signedMillionths(line.value, source, report)
      const model = lookUp(names.models, line.model, source, report)
      if (valueMillionths === undefined || model === undefined) sound = false
      else offsets.push({ model: line.model.text, valueMillionths })
    }
  }
  if (!declaration.lines.some((line) => line.kind === 'weight')) {
    report('RT0212', at(source, name), `the scorer \`${name.text}\` weighs nothing`, {
      help: 'write at least one `weight 0.30 signal`',
    })
    sound = false
  }
  const bandsLine = lineOf(declaration.lines, 'bands')
  const bands = bandsLine && elaborateBands(context, bandsLine, source)
  if (bandsLine !== undefined && offsets.length > 0) {
    report('RT0211', at(source, bandsLine), '`offset` and `bands` exclude each other', {
      help: 'offsets make a score for each model, bands one word for the call',
    })
    sound = false
  }
  if (!sound || (bandsLine !== undefined && bands === undefined)) return undefined
  return { name: name.text, location: at(source, declaration), weights: weighted, offsets, bands }
}

function weighedSignal(
  context: Context,
  path: syntax.Path,
  source: Source,
): Expression | undefined {
  const node: syntax.ReferenceExpression = {
    kind: 'reference',
    span: path.span,
    path,
    arguments: undefined,
  }
  const scope = { source, place: 'signal', it: undefined } as const
  const signal = elaborateExpression(context, scope, node)
  if (signal === undefined) return undefined
  const { type } = signal
  if (type.kind === 'number' && type.unit === 'score') return signal
  context.report(
    'RT0205',
    at(source, path),
    `\`${snippet(scope, path)}\` is ${describeType(type)}, expected a score`,
    {
      help: 'a weighed signal gives numbers such as `0.0`, `0.5` and `1.0`: turn it into cases',
    },
  )
  return undefined
}

function elaborateBands(
  context: Context,
  line: Extract<syntax.ScorerLine, { kind: 'bands' }>,
  source: Source,
): Scorer['bands'] {
  const { report } = context
  const scale = lookUp(context.names.scales, line.scale, source, report)
  if (scale === undefined) return undefined
  const words = scale.declaration.words.map((word) => word.text)
  distinct(
    line.bands.map((band) => band.word),
    'word',
    source,
    report,
  )
  const bands: { word: string; belowMillionths: bigint | undefined }[] = []
  let limit: bigint | undefined
  let rank = -1
  for (const [index, band] of line.bands.entries()) {
    const word = oneOf(band.word, words, `word of \`${line.scale.text}\``, source, report)
    const below = band.below && signedMillionths(band.below, source, report)
    const last = index === line.bands.length - 1
    if (word === undefined || (band.below !== undefined && below === undefined)) return undefined
    if ((band.below === undefined) !== last) {
      report(
        'RT0212',
        at(source, band),
        last ? 'the last band has no end' : 'only the last band is `otherwise`',
        {
          help: 'bands rise: `low below 0.15`, `middle below 0.35`, `high otherwise`',
        },
      )
      return undefined
    }
    if (below !== undefined && limit !== undefined && below <= limit) {
      report(
        'RT0213',
        at(source, band),
        `the band \`${word}\` ends at or below the one before it`,
        {
          help: 'write the bands from the lowest to the highest',
        },
      )
      return undefined
    }
    if (words.indexOf(word) < rank) {
      report('RT0213', at(source, band), `\`${word}\` is lower than the band before it`, {
        help: `the scale rises: ${words.map((each) => `\`${each}\``).join(', ')}`,
      })
      return undefined
    }
    rank = words.indexOf(word)
    limit = below ?? limit
    bands.push({ word, belowMillionths: below })
  }
  return { scale: line.scale.text, bands }
}
