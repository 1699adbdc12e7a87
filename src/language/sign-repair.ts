export interface SignRepair {
  readonly message: string
  readonly help: string
  /** Text to put in its place, `''` to remove it, `undefined` when the author has to decide. */
  readonly replacement: string | undefined
  /** The tokens with which the parser goes on. */
  readonly tokens: readonly string[]
}

const words: ReadonlyMap<string, readonly [string, string]> = new Map([
  ['==', ['is', '`is` compares, `=` defines']],
  ['===', ['is', '`is` compares, `=` defines']],
  ['!=', ['is not', '`is not` compares']],
  ['!==', ['is not', '`is not` compares']],
  ['<>', ['is not', '`is not` compares']],
  ['\u2260', ['is not', '`is not` compares']],
  ['&&', ['and', 'connectives are words']],
  ['||', ['or', 'connectives are words']],
  ['!', ['not', 'connectives are words']],
  ['=>', ['->', '`->` is the only arrow']],
  ['\u2192', ['->', '`->` is the only arrow']],
  ['\u2264', ['<=', 'order is written `< <= > >=`']],
  ['\u2265', ['>=', 'order is written `< <= > >=`']],
  ['\u2212', ['-', 'a minus sign is the hyphen of the keyboard']],
  ['..', ['to', 'a range is written `from 0.50 to 0.95`']],
  ['...', ['to', 'a range is written `from 0.50 to 0.95`']],
  ['/', ['per', 'prices and rates are written with `per`']],
])

/** What to say about a sign that other languages have. */
export function repairSign(image: string): SignRepair {
  const known = words.get(image)
  if (known !== undefined) {
    const [replacement, help] = known
    return {
      message: `got \`${image}\`, expected \`${replacement}\``,
      help,
      replacement,
      tokens: replacement.split(' '),
    }
  }
  if (image === ';') {
    return {
      message: 'got `;`, which is not needed',
      help: 'line breaks and `;` separate nothing here',
      replacement: '',
      tokens: [],
    }
  }
  return {
    message: `got \`${image}\`; two values cannot be multiplied`,
    help: 'a share of a value is written `80% of value`',
    replacement: undefined,
    tokens: ['+'],
  }
}
