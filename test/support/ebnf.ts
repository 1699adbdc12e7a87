import { readFileSync } from 'node:fs'
import fc from 'fast-check'

/** One expression of a grammar in the notation of `grammar/route.ebnf`. */
export type Production =
  | { readonly kind: 'word'; readonly text: string }
  | { readonly kind: 'token'; readonly name: string }
  | { readonly kind: 'rule'; readonly name: string }
  | { readonly kind: 'sequence'; readonly parts: readonly Production[] }
  | { readonly kind: 'choice'; readonly parts: readonly Production[] }
  | { readonly kind: 'optional'; readonly part: Production }
  | { readonly kind: 'repeated'; readonly part: Production }

export type Grammar = ReadonlyMap<string, Production>

/** A token of a sentence: a word or sign of the grammar, or one of a token class. */
export interface SentenceToken {
  readonly text: string
  /** The class, such as `Name`; `undefined` for words and signs. */
  readonly token: string | undefined
}

const grammarText = readFileSync(new URL('../../grammar/route.ebnf', import.meta.url), 'utf8')

export function routeGrammar(): Grammar {
  return readGrammar(grammarText)
}

/** The reserved words as the comment at the head of the grammar lists them. */
export function listedReservedWords(): string[] {
  const list = /never usable as a name:\n([^]*?)\n\s*Every other/.exec(grammarText)?.[1] ?? ''
  return list.trim().split(/\s+/)
}

/** Every quoted word or sign. */
export function grammarWords(grammar: Grammar): Set<string> {
  const words = new Set<string>()
  const visit = (production: Production): void => {
    if (production.kind === 'word') words.add(production.text)
    if ('parts' in production) production.parts.forEach(visit)
    if ('part' in production) visit(production.part)
  }
  for (const production of grammar.values()) visit(production)
  return words
}

export function readGrammar(text: string): Grammar {
  const symbols =
    text.replaceAll(/\(\*[^]*?\*\)/g, ' ').match(/"[^"]*"|[A-Za-z]+|[=|;[\]{}()]/g) ?? []
  let position = 0
  const rules = new Map<string, Production>()
  const take = (expected?: string): string => {
    const symbol = symbols[position]
    if (symbol === undefined || (expected !== undefined && symbol !== expected)) {
      throw new Error(`route.ebnf: got ${symbol ?? 'the end'}, expected ${expected ?? 'more'}`)
    }
    position += 1
    return symbol
  }
  const choice = (): Production => {
    const parts = [sequence()]
    while (symbols[position] === '|') {
      take('|')
      parts.push(sequence())
    }
    return parts.length === 1 && parts[0] !== undefined ? parts[0] : { kind: 'choice', parts }
  }
  const sequence = (): Production => {
    const parts: Production[] = []
    while (!['|', ';', ']', '}', ')', undefined].includes(symbols[position])) parts.push(factor())
    return parts.length === 1 && parts[0] !== undefined ? parts[0] : { kind: 'sequence', parts }
  }
  const factor = (): Production => {
    const symbol = take()
    if (symbol === '(' || symbol === '[' || symbol === '{') {
      const part = choice()
      take(symbol === '(' ? ')' : symbol === '[' ? ']' : '}')
      if (symbol === '(') return part
      return { kind: symbol === '[' ? 'optional' : 'repeated', part }
    }
    if (symbol.startsWith('"')) return { kind: 'word', text: symbol.slice(1, -1) }
    return { kind: /^[A-Z]/.test(symbol) ? 'token' : 'rule', name: symbol }
  }
  while (position < symbols.length) {
    const name = take()
    take('=')
    rules.set(name, choice())
    take(';')
  }
  return rules
}

// --- sentences

/** The least nesting of rules that a production needs; finite in a sound grammar. */
function leastDepths(grammar: Grammar): Map<string, number> {
  const depths = new Map<string, number>()
  for (let changed = true; changed;) {
    changed = false
    for (const [name, production] of grammar) {
      const depth = 1 + depthOf(production, depths)
      if (depth < (depths.get(name) ?? Infinity)) {
        depths.set(name, depth)
        changed = true
      }
    }
  }
  return depths
}

function depthOf(production: Production, depths: ReadonlyMap<string, number>): number {
  switch (production.kind) {
    case 'word':
    case 'token':
    case 'optional':
    case 'repeated':
      return 0
    case 'rule':
      return depths.get(production.name) ?? Infinity
    case 'sequence':
      return Math.max(0, ...production.parts.map((part) => depthOf(part, depths)))
    case 'choice':
      return Math.min(...production.parts.map((part) => depthOf(part, depths)))
  }
}

const samples: Readonly<Record<string, readonly string[]>> = {
  Name: [
    'a',
    'b2',
    'kimi-k2.6',
    'gpt-5.4-mini',
    'constructor',
    'toString',
    'x_y',
    'use',
    'at',
    'by',
    'with',
    'last',
    'first',
    'model',
    'distinct',
    'messages',
    'calls',
    'turns',
    'tool',
    'call',
    'start',
    'keep',
    'for',
    'from',
    'on',
    'to',
    'never',
    'has',
    'starts',
    'user',
  ],
  String: ['""', '"text"', '"a \\"b\\" \\u{1F600}\\n"', '"// no comment"', '"}"'],
  Integer: ['0', '3', '2_000', '429'],
  Decimal: ['0.70', '1.0', '12.345678'],
  Scaled: ['16k', '1M', '1.05M'],
  Percent: ['80%', '99.9%', '0%'],
  Factor: ['20x', '1.67x'],
  Money: ['$0.96', '$2_000', '$5'],
  Duration: ['250ms', '10s', '5min', '24h', '7d'],
  Date: ['2026-06-01'],
  Clock: ['09:00', '24:00'],
}

/**
 * Sentences of a rule, at most about `size` choices long. Driven by a tape of numbers, so that
 * fast-check shrinks them.
 */
export function sentences(
  grammar: Grammar,
  start: string,
  size: number,
): fc.Arbitrary<SentenceToken[]> {
  const depths = leastDepths(grammar)
  return fc
    .array(fc.nat({ max: 0xffff }), {
      minLength: Math.floor(size / 4),
      maxLength: size,
      size: 'max',
    })
    .map((tape) => {
      let at = 0
      const sentence: SentenceToken[] = []
      const pick = (count: number): number => {
        const choice = tape[at]
        at += 1
        return choice === undefined ? 0 : choice % count
      }
      const emit = (production: Production): void => {
        switch (production.kind) {
          case 'word':
            sentence.push({ text: production.text, token: undefined })
            return
          case 'token': {
            const texts = samples[production.name] ?? []
            sentence.push({ text: texts[pick(texts.length)] ?? '', token: production.name })
            return
          }
          case 'rule': {
            const rule = grammar.get(production.name)
            if (rule === undefined) throw new Error(`route.ebnf has no rule ${production.name}`)
            emit(rule)
            return
          }
          case 'sequence':
            production.parts.forEach(emit)
            return
          case 'choice': {
            const least = depthOf(production, depths)
            const open = at < tape.length
            const parts = production.parts.filter((part) => open || depthOf(part, depths) === least)
            const part = parts[pick(parts.length)]
            if (part !== undefined) emit(part)
            return
          }
          case 'optional':
            if (at < tape.length && pick(2) === 1) emit(production.part)
            return
          case 'repeated':
            while (at < tape.length && pick(3) !== 0) emit(production.part)
        }
      }
      emit({ kind: 'rule', name: start })
      return sentence
    })
}

/** A sentence as text, with line breaks at some of the spaces. */
export function sentenceText(sentence: readonly SentenceToken[], breaks: number = 7): string {
  let text = ''
  for (const [index, token] of sentence.entries()) {
    const separator = index === 0 ? '' : index % breaks === 0 ? '\n' : ' '
    text += separator + token.text
  }
  return `${text}\n`
}

// --- recognition

/** Whether a sentence belongs to a rule, by trying every way; for short sentences. */
export function recognises(
  grammar: Grammar,
  start: string,
  sentence: readonly SentenceToken[],
  isName: (text: string) => boolean,
): boolean {
  return matcher(grammar, sentence, isName)({ kind: 'rule', name: start }, 0).has(sentence.length)
}

/** The alternatives, options and repetitions that a sentence goes through; `undefined`: it is none. */
export function partsUsed(
  grammar: Grammar,
  start: string,
  sentence: readonly SentenceToken[],
  isName: (text: string) => boolean,
): ReadonlySet<Production> | undefined {
  const ends = matcher(grammar, sentence, isName)
  const used = new Set<Production>()
  const derive = (production: Production, from: number, to: number): void => {
    switch (production.kind) {
      case 'word':
      case 'token':
        return
      case 'rule': {
        const rule = grammar.get(production.name)
        if (rule !== undefined) derive(rule, from, to)
        return
      }
      case 'sequence':
        sequence(production.parts, from, to)
        return
      case 'choice': {
        const part = production.parts.find((each) => ends(each, from).has(to))
        if (part === undefined) return
        used.add(part)
        derive(part, from, to)
        return
      }
      case 'optional':
        if (from === to) return
        used.add(production.part)
        derive(production.part, from, to)
        return
      case 'repeated':
        repeated(production.part, from, to)
    }
  }
  const sequence = (parts: readonly Production[], from: number, to: number): void => {
    const [first, ...rest] = parts
    if (first === undefined) return
    const whole: Production = { kind: 'sequence', parts: rest }
    const middle = [...ends(first, from)].find((end) => ends(whole, end).has(to))
    if (middle === undefined) return
    derive(first, from, middle)
    sequence(rest, middle, to)
  }
  const repeated = (part: Production, from: number, to: number): void => {
    let position = from
    while (position < to) {
      used.add(part)
      const here = position
      const next = [...ends(part, here)].find((end) => end > here && ends({ kind: 'repeated', part }, end).has(to))
      if (next === undefined) return
      derive(part, here, next)
      position = next
    }
  }
  const whole: Production = { kind: 'rule', name: start }
  if (!ends(whole, 0).has(sentence.length)) return undefined
  derive(whole, 0, sentence.length)
  return used
}

/** Every alternative, option and repetition of a grammar, with the rule that it stands in. */
export function partsOf(grammar: Grammar): ReadonlyMap<Production, string> {
  const found = new Map<Production, string>()
  for (const [name, rule] of grammar) {
    const visit = (production: Production): void => {
      if (production.kind === 'choice') for (const part of production.parts) found.set(part, name)
      if (production.kind === 'optional' || production.kind === 'repeated') found.set(production.part, name)
      if ('parts' in production) production.parts.forEach(visit)
      if ('part' in production) visit(production.part)
    }
    visit(rule)
  }
  return found
}

/** A part of a grammar as it is written there. */
export function partText(production: Production): string {
  switch (production.kind) {
    case 'word':
      return JSON.stringify(production.text)
    case 'token':
    case 'rule':
      return production.name
    case 'sequence':
      return production.parts.map(partText).join(' ')
    case 'choice':
      return `( ${production.parts.map(partText).join(' | ')} )`
    case 'optional':
      return `[ ${partText(production.part)} ]`
    case 'repeated':
      return `{ ${partText(production.part)} }`
  }
}

function matcher(
  grammar: Grammar,
  sentence: readonly SentenceToken[],
  isName: (text: string) => boolean,
): (production: Production, from: number) => ReadonlySet<number> {
  const memo = new Map<string, ReadonlySet<number>>()
  const ends = (production: Production, from: number): ReadonlySet<number> => {
    switch (production.kind) {
      case 'word':
        return matchWord(production.text, from)
      case 'token':
        return matchToken(production.name, from)
      case 'rule': {
        const key = `${production.name} ${from}`
        const known = memo.get(key)
        if (known !== undefined) return known
        const rule = grammar.get(production.name)
        const found = rule === undefined ? new Set<number>() : ends(rule, from)
        memo.set(key, found)
        return found
      }
      case 'sequence':
        return production.parts.reduce<ReadonlySet<number>>(
          (starts, part) => union([...starts].map((position) => ends(part, position))),
          new Set([from]),
        )
      case 'choice':
        return union(production.parts.map((part) => ends(part, from)))
      case 'optional':
        return union([new Set([from]), ends(production.part, from)])
      case 'repeated': {
        const reached = new Set([from])
        for (const position of reached) {
          for (const end of ends(production.part, position)) reached.add(end)
        }
        return reached
      }
    }
  }
  const next = (from: number, fits: boolean): ReadonlySet<number> => new Set(fits ? [from + 1] : [])
  const matchWord = (text: string, from: number): ReadonlySet<number> => {
    const token = sentence[from]
    return next(from, token?.text === text && (token.token === undefined || token.token === 'Name'))
  }
  const matchToken = (name: string, from: number): ReadonlySet<number> => {
    const token = sentence[from]
    if (token === undefined) return next(from, false)
    const fits =
      token.token === name || (name === 'Name' && token.token === undefined && isName(token.text))
    return next(from, fits)
  }
  return ends
}

function union(sets: readonly ReadonlySet<number>[]): ReadonlySet<number> {
  return new Set(sets.flatMap((set) => [...set]))
}
