import type { IToken, TokenType } from 'chevrotain'
import { durationOf } from '../number-repair.ts'
import * as kinds from '../tokens.ts'
import { matches } from './first-tokens.ts'

/** What to say of a token that the grammar does not expect, with the way that it is written here. */
export interface Advice {
  readonly help: string
  readonly fix?: { readonly title: string; readonly edits: readonly Edit[] } | undefined
}

/** In offsets of the file; an empty span inserts. */
interface Edit {
  readonly start: number
  readonly end: number
  readonly text: string
}

/** An unexpected token among those of its file, and what was expected of it. */
export interface Place {
  readonly tokens: readonly IToken[]
  readonly index: number
  readonly expected: readonly TokenType[]
  readonly text: string
}

type Adviser = (place: Place) => Advice | undefined

/** The first adviser that knows what was meant. */
export function adviceFor(place: Place): Advice | undefined {
  for (const adviser of advisers) {
    const advice = adviser(place)
    if (advice !== undefined) return advice
  }
  return undefined
}

// --- reading the place

function tokenAt({ tokens, index }: Place, offset = 0): IToken | undefined {
  return tokens[index + offset]
}

function image(place: Place, offset = 0): string {
  return tokenAt(place, offset)?.image ?? ''
}

function isA(place: Place, type: TokenType, offset = 0): boolean {
  const token = tokenAt(place, offset)
  return token !== undefined && matches(token, type)
}

function expects({ expected }: Place, ...types: readonly TokenType[]): boolean {
  return types.some((type) => expected.includes(type))
}

function expectsWord(place: Place, word: Parameters<typeof kinds.word>[0]): boolean {
  return expects(place, kinds.word(word))
}

function endOf(token: IToken | undefined): number {
  return (token?.endOffset ?? (token?.startOffset ?? 0) - 1) + 1
}

/** Instead of the tokens from one offset to another, both included. */
function replacing(place: Place, text: string, from = 0, to = 0): Advice['fix'] {
  const [first, last] = [tokenAt(place, from), tokenAt(place, to)]
  return first && { title: `write \`${text}\``, edits: [{ start: first.startOffset, end: endOf(last), text }] }
}

function removing(place: Place): Advice['fix'] {
  const token = tokenAt(place)
  return token && { title: 'remove it', edits: [{ start: token.startOffset, end: endOf(token), text: '' }] }
}

/** How many tokens from here stand on this line, up to one that `ends` it. */
function tokensOnLine(place: Place, ends: (token: IToken) => boolean): number {
  const lineEnd = place.text.indexOf('\n', tokenAt(place)?.startOffset)
  let count = 0
  for (let token = tokenAt(place); token !== undefined; token = tokenAt(place, count)) {
    if ((lineEnd >= 0 && token.startOffset > lineEnd) || ends(token)) break
    count += 1
  }
  return count
}

// --- numbers and their units

const units = 'the units of time are `ms`, `s`, `min`, `h` and `d`'

const duration: Adviser = (place) => {
  if (!expects(place, kinds.durationToken)) return undefined
  const number = image(place)
  if (isA(place, kinds.integerToken)) {
    const spelled = durationOf(number, image(place, 1))
    if (spelled !== undefined) return { help: `number and unit are one word; ${units}`, fix: replacing(place, spelled, 0, 1) }
    return { help: `write the unit; ${units}`, fix: replacing(place, `${number}s`) }
  }
  return isA(place, kinds.clockToken) ? { help: units } : undefined
}

const timeout: Adviser = (place) => {
  if (image(place, -1) !== 'timeout' || !expectsWord(place, 'first-token')) return undefined
  const help = 'say of what: `timeout total 30s`, `timeout first-token 30s` or `timeout idle 30s`'
  if (isA(place, kinds.durationToken)) return { help, fix: replacing(place, `total ${image(place)}`) }
  return isA(place, kinds.integerToken) ? { help: `${help}; ${units}`, fix: replacing(place, `total ${image(place)}s`) } : { help }
}

const money: Adviser = (place) => {
  if (!expects(place, kinds.moneyToken)) return undefined
  if (isA(place, kinds.percentToken) && expects(place, kinds.factorToken)) {
    const factor = Number(image(place).slice(0, -1)) / 100
    return { help: 'a share of the input price is a factor', fix: replacing(place, `${factor}x`) }
  }
  if (!isA(place, kinds.integerToken) && !isA(place, kinds.decimalToken)) return undefined
  const named = /^(usd|dollars?)$/i.test(image(place, 1))
  return { help: 'money is in dollars, with the sign in front', fix: replacing(place, `$${image(place)}`, 0, named ? 1 : 0) }
}

const share: Adviser = (place) => {
  if (!expects(place, kinds.percentToken)) return undefined
  if (isA(place, kinds.integerToken)) return { help: 'a share has its sign', fix: replacing(place, `${image(place)}%`) }
  if (!isA(place, kinds.decimalToken)) return undefined
  const [whole = '', fraction = ''] = image(place).split('.')
  const padded = `${whole}${fraction.padEnd(2, '0')}`.replace(/^0+(?=\d)/, '')
  const percent = padded.length > 2 || fraction.length > 2 ? undefined : `${padded}%`
  return { help: 'shares are percentages', ...(percent !== undefined && { fix: replacing(place, percent) }) }
}

const factor: Adviser = (place) =>
  expects(place, kinds.factorToken) && !expects(place, kinds.moneyToken) && (isA(place, kinds.integerToken) || isA(place, kinds.decimalToken))
    ? { help: 'a factor ends in `x`', fix: replacing(place, `${image(place)}x`) }
    : undefined

const thousands: Adviser = (place) => {
  const [before, after] = [tokenAt(place, -1), tokenAt(place, 1)]
  if (image(place) !== ',' || before === undefined || after === undefined) return undefined
  const isApart = !/^\d{1,3}$/.test(before.image) || !/^\d{3}$/.test(after.image) || endOf(before) + 1 !== after.startOffset
  return isApart ? undefined : { help: 'thousands are told apart by `_`, or written with `k`', fix: replacing(place, `${before.image}_${after.image}`, -1, 1) }
}

const million: Adviser = (place) =>
  image(place) === 'million' && expects(place, kinds.scaledToken)
    ? { help: 'a million is `1M`', fix: replacing(place, '1M') }
    : undefined

const plurals: ReadonlyMap<string, string> = new Map([['token', 'tokens'], ['char', 'chars'], ['character', 'chars'], ['characters', 'chars'], ['byte', 'bytes']])

const plural: Adviser = (place) => {
  const unit = plurals.get(image(place))
  if (unit === undefined || !(isA(place, kinds.integerToken, -1) || isA(place, kinds.scaledToken, -1))) return undefined
  return { help: `sizes are in \`tokens\`, \`chars\` or \`bytes\``, fix: replacing(place, unit) }
}

// --- brackets

const pairs: ReadonlyMap<string, string> = new Map([['(', ')'], ['{', '}']])

const list: Adviser = (place) => {
  if (!expects(place, kinds.openBracketToken) || image(place) === '') return undefined
  const help = 'a list stands in square brackets, as in `[a, b]`'
  const closing = pairs.get(image(place))
  if (closing !== undefined) {
    const count = tokensOnLine(place, (token) => token.image === closing)
    const close = tokenAt(place, count)
    if (close?.image !== closing) return { help }
    const edits = [
      { start: tokenAt(place)?.startOffset ?? 0, end: endOf(tokenAt(place)), text: '[' },
      { start: close.startOffset, end: endOf(close), text: ']' },
    ]
    return { help, fix: { title: 'write square brackets', edits } }
  }
  if (isA(place, kinds.nameToken)) {
    let last = 0
    while (image(place, last + 1) === ',' && isA(place, kinds.nameToken, last + 2)) last += 2
    const [first, end] = [tokenAt(place)?.startOffset ?? 0, endOf(tokenAt(place, last))]
    return { help, fix: replacing(place, `[${place.text.slice(first, end)}]`, 0, last) }
  }
  return { help }
}

const facts: Adviser = (place) => {
  if (!expects(place, kinds.openBraceToken) || !isA(place, kinds.nameToken) || !['given', 'with'].includes(image(place, -1))) return undefined
  const help = 'facts stand in braces, as in `{ images 1 }`'
  const count = tokensOnLine(place, (token) => token.image === '->' || token.image === '}')
  const [first, last] = [tokenAt(place), tokenAt(place, count - 1)]
  if (first === undefined || last === undefined) return { help }
  return { help, fix: replacing(place, `{ ${place.text.slice(first.startOffset, endOf(last))} }`, 0, count - 1) }
}

const bodies: Adviser = (place) =>
  image(place) === ':' && expects(place, kinds.openBraceToken) && !expects(place, kinds.nameToken)
    ? { help: 'what belongs to it stands in braces, `{ … }`; indentation means nothing' }
    : undefined

const needlessComma: Adviser = (place) =>
  image(place) === ',' && expects(place, kinds.closeBraceToken) && !expects(place, kinds.openParenthesisToken)
    ? { help: 'lines of a block stand without commas', fix: removing(place) }
    : undefined

const needlessColon: Adviser = (place) =>
  image(place) === ':' && expects(place, kinds.integerToken) && isA(place, kinds.nameToken, -1)
    ? { help: `no sign stands between a name and its number: \`${image(place, -1)} ${image(place, 1)}\``, fix: removing(place) }
    : undefined

// --- names and texts

const bareName: Adviser = (place) => {
  if (!expects(place, kinds.nameToken) || expects(place, kinds.stringToken) || !isA(place, kinds.stringToken)) return undefined
  const inner = image(place).slice(1, -1)
  const name = inner.trim().replaceAll(/[\s_/]+/g, '-').replaceAll(/[^A-Za-z0-9.-]/g, '')
  const help = inner === name ? 'names stand without quotes' : 'a name is one word without quotes'
  return /^[A-Za-z][A-Za-z0-9-]*(?:\.\d[A-Za-z0-9-]*)*$/.test(name) ? { help, fix: replacing(place, name) } : { help }
}

const quotedText: Adviser = (place) => {
  if (!expects(place, kinds.stringToken) || expects(place, kinds.nameToken) || !isA(place, kinds.nameToken)) return undefined
  const zone = /^[A-Za-z_]+(?:\/[A-Za-z_]+)+/.exec(place.text.slice(tokenAt(place)?.startOffset ?? 0))?.[0]
  const text = zone ?? image(place)
  const start = tokenAt(place)?.startOffset ?? 0
  return { help: 'free text stands in double quotes', fix: { title: `write \`"${text}"\``, edits: [{ start, end: start + text.length, text: `"${text}"` }] } }
}

const spacedName: Adviser = (place) => {
  if (!expects(place, kinds.colonToken) || !isA(place, kinds.nameToken) || image(place, -2) !== 'rule') return undefined
  const name = `${image(place, -1)}-${image(place)}`
  return { help: 'a name is one word', fix: replacing(place, name, -1, 0) }
}

// --- words and signs

const comparatives: ReadonlyMap<string, string> = new Map([
  ['greater', '>'], ['more', '>'], ['larger', '>'], ['higher', '>'], ['above', '>'],
  ['less', '<'], ['fewer', '<'], ['smaller', '<'], ['lower', '<'], ['below', '<'],
])

const comparison: Adviser = (place) => {
  if (!expectsWord(place, 'then') && !expectsWord(place, 'and')) return undefined
  if (image(place) === 'to' && image(place, -1) === 'equal' && image(place, -2) === 'is') return { help: '`is` alone compares', fix: replacing(place, 'is', -2, 0) }
  const sign = comparatives.get(image(place, -1))
  if (image(place) === 'than' && sign !== undefined) {
    const from = image(place, -2) === 'is' ? -2 : -1
    return { help: 'order is written `< <= > >=`', fix: replacing(place, sign, from, 0) }
  }
  return undefined
}

const arrow: Adviser = (place) => {
  if (image(place) !== '->' || !expectsWord(place, 'then')) return undefined
  const names = isA(place, kinds.nameToken, 1) && !actions.has(image(place, 1))
  return { help: 'what a rule does stands after `then`', fix: replacing(place, names ? 'then use' : 'then') }
}

const actions: ReadonlySet<string> = new Set(['use', 'choose', 'upgrade', 'downgrade', 'keep', 'restart', 'stop', 'remind', 'alert', 'set', 'add', 'reset', 'raise', 'pin', 'release', 'for'])

/** One word for another, where that one is expected. */
const words: readonly (readonly [written: string, meant: Parameters<typeof kinds.word>[0], help: string])[] = [
  ['select', 'choose', 'a model is picked from a pool with `choose`'],
  ['pick', 'choose', 'a model is picked from a pool with `choose`'],
  ['return', 'use', 'a model is chosen with `use MODEL`'],
  ['route', 'use', 'a model is chosen with `use MODEL`'],
  ['fallback', 'else', 'what happens when a choice cannot be had stands after `else`'],
  ['otherwise', 'else', 'what happens when a choice cannot be had stands after `else`'],
]

const condition: Adviser = (place) =>
  image(place) === 'if' && image(place, -1) === ':' && expectsWord(place, 'use')
    ? { help: 'a condition begins with `when`', fix: replacing(place, 'when') }
    : undefined

const otherWord: Adviser = (place) => {
  const found = words.find(([written, meant]) => image(place) === written && expectsWord(place, meant))
  return found && { help: found[2], fix: replacing(place, found[1]) }
}

const goto: Adviser = (place) =>
  image(place) === 'goto' ? { help: 'there are no jumps: `restart` chooses again from the start, `keep` stays' } : undefined

/** What is missing in front of a token, or is said otherwise. */
const sayings: readonly (readonly [when: (place: Place) => boolean, help: string, insert?: string])[] = [
  [(place) => image(place, -1) === 'price' && expectsWord(place, 'per'), 'a price says for how much: `price per 1M tokens { input $1  output $2 }`', 'per 1M tokens '],
  [(place) => expectsWord(place, 'times') && image(place, -2) === 'retry', 'as in `retry 3 times on [server]`', 'times '],
  [(place) => image(place, -1) === 'retry' && expects(place, kinds.integerToken), 'as in `retry 3 times on [server]`'],
  [(place) => image(place) === 'to' && image(place, -1) === 'failover', '`failover on [server]` goes to the next host of the same model; another model is `fallback to [MODEL]`'],
  [(place) => image(place) === 'where' && expectsWord(place, 'from'), 'the pool comes first: `choose cheapest from POOL where …`'],
  [(place) => image(place) === 'ends' && image(place, 1) === 'with', 'of a text only its beginning can be asked for: `path starts with "src/"`'],
  [(place) => expectsWord(place, 'in') && image(place, -2) === 'count', 'a count says where: `count failures in last 5 tools`'],
  [(place) => image(place, -1) === 'last' && expects(place, kinds.integerToken), 'say how many, as in `last 5 assistant messages`'],
  [(place) => image(place) === '(' && image(place, -2) === 'use', 'what is worked out has a name: `signal target = …`, then `use target`'],
  [(place) => expects(place, kinds.clockToken), 'as in `hours office = [mon, tue] 09:00 to 18:00 in "UTC"`; without days it is every day'],
]

const saying: Adviser = (place) => {
  const found = sayings.find(([when]) => when(place))
  if (found === undefined) return undefined
  const [, help, insert] = found
  const start = tokenAt(place)?.startOffset ?? 0
  return { help, ...(insert !== undefined && { fix: { title: `write \`${insert.trim()}\``, edits: [{ start, end: start, text: insert }] } }) }
}

const advisers: readonly Adviser[] = [
  timeout, duration, money, share, factor, thousands, million, plural,
  facts, list, bodies, needlessComma, needlessColon, bareName, quotedText, spacedName,
  comparison, arrow, condition, otherWord, goto, saying,
]
