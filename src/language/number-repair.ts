export interface NumberRepair {
  readonly help: string
  /** What was probably meant, `undefined` when that is not clear. */
  readonly replacement: string | undefined
}

const unitNames: ReadonlyMap<string, string> = new Map([
  ...['msec', 'msecs', 'millis', 'milliseconds'].map((name) => [name, 'ms'] as const),
  ...['sec', 'secs', 'second', 'seconds', 's'].map((name) => [name, 's'] as const),
  ...['mins', 'minute', 'minutes', 'min'].map((name) => [name, 'min'] as const),
  ...['hr', 'hrs', 'hour', 'hours', 'h'].map((name) => [name, 'h'] as const),
  ...['day', 'days', 'd'].map((name) => [name, 'd'] as const),
])

/** `5` and `minutes`, written as two words, as a duration; `undefined`: the second is no unit of time. */
export function durationOf(number: string, unit: string): string | undefined {
  const weeks = /^(w|weeks?)$/i.test(unit)
  if (weeks) return `${Number(number.replaceAll('_', '')) * 7}d`
  const known = unitNames.get(unit.toLowerCase()) ?? (/^(ms|millisecond)$/i.test(unit) ? 'ms' : undefined)
  return known === undefined ? undefined : `${number}${known}`
}

const smallerUnit: ReadonlyMap<string, readonly [number, string]> = new Map([
  ['s', [1000, 'ms']],
  ['min', [60, 's']],
  ['h', [60, 'min']],
  ['d', [24, 'h']],
])

const units = 'the units are `ms s min h d`, `k M` before a unit word, `%`, `x` and `$`'

/**
 * What to say about a digit run that is no number. `countsSomething` tells that a unit word such as
 * `tokens` follows, so that `5m` is five million.
 */
export function repairNumber(image: string, countsSomething: boolean): NumberRepair {
  if (image.startsWith('$')) return repairMoney(image)
  const hour = /^(\d{1,2})(am|pm)$/i.exec(image)
  if (hour !== null && Number(hour[1]) <= 12) {
    const at = (Number(hour[1]) % 12) + (hour[2]?.toLowerCase() === 'pm' ? 12 : 0)
    return { help: 'a time of day has two digits each: `09:00`', replacement: `${String(at).padStart(2, '0')}:00` }
  }
  const parts = /^(\d[\d_]*?)_*(?:\.([\d_]+))?([A-Za-z_]*)$/.exec(image)
  if (parts === null) return { help: units, replacement: undefined }
  const whole = parts[1] ?? ''
  const fraction = parts[2]
  const written = parts[3] ?? ''
  if (written === 'm') {
    return {
      help: 'minutes are `min`, millions are `M`, milliseconds are `ms`',
      replacement: fraction === undefined ? `${whole}${countsSomething ? 'M' : 'min'}` : undefined,
    }
  }
  if (/^mm?(io|illion)?$/i.test(written)) return finish(whole, fraction, 'M')
  if (written === 'K') return finish(whole, fraction, 'k')
  if (written === 'X') return finish(whole, fraction, 'x')
  if (/^(b|bn|billion)$/i.test(written) && fraction === undefined) {
    return { help: units, replacement: `${whole}_000M` }
  }
  if (/^(w|weeks?)$/i.test(written) && fraction === undefined) {
    const days = Number(whole.replaceAll('_', '')) * 7
    return { help: 'the longest unit of time is the day', replacement: `${days}d` }
  }
  if (written === '') return { help: units, replacement: undefined }
  return finish(whole, fraction, unitNames.get(written.toLowerCase()) ?? written)
}

function finish(whole: string, fraction: string | undefined, unit: string): NumberRepair {
  if (fraction === undefined) {
    const known = smallerUnit.has(unit) || /^(ms|x|k|M)$/.test(unit)
    return { help: units, replacement: known ? whole + unit : undefined }
  }
  if (/^[xkM]$/.test(unit)) return { help: units, replacement: `${whole}.${fraction}${unit}` }
  const smaller = smallerUnit.get(unit)
  const places = 10 ** fraction.length
  const scaled = smaller === undefined ? 0 : Number(whole + fraction) * smaller[0]
  const exact = smaller !== undefined && Number.isSafeInteger(scaled) && scaled % places === 0
  return {
    help: 'a number with a unit has no decimal point; take the smaller unit',
    replacement: exact ? `${scaled / places}${smaller[1]}` : undefined,
  }
}

function repairMoney(image: string): NumberRepair {
  const parts = /^\$(\d[\d_]*)(?:\.(\d+))?([kKmM])$/.exec(image)
  const help = 'money is written in dollars, such as `$0.96` or `$2_000`'
  if (parts === null) return { help, replacement: undefined }
  const factor = (parts[3] ?? '').toLowerCase() === 'k' ? 1_000 : 1_000_000
  const fraction = parts[2] ?? ''
  const scaled =
    (Number((parts[1] ?? '').replaceAll('_', '') + fraction) * factor) / 10 ** fraction.length
  const replacement = Number.isSafeInteger(scaled)
    ? `$${String(scaled).replace(/\B(?=(\d{3})+$)/g, '_')}`
    : undefined
  return { help, replacement }
}
