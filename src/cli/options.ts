import { InvalidArgumentError, Option } from 'commander'

/** `--format` with the formats that a command has; the first is the default. */
export function formatOption(...formats: readonly string[]): Option {
  return new Option('--format <format>', 'how results are printed').choices(formats).default(formats[0])
}

/** `--arrivals`: when the calls of a replay are made. */
export function arrivalsOption(): Option {
  return new Option('--arrivals <when>', '`recorded`: every call when the log made it; else it follows the end of the one before')
    .choices(['closed-loop', 'recorded'])
    .default('closed-loop')
}

/** A whole number from `least` on. */
export function wholeNumber(least: number): (text: string) => number {
  return (text) => {
    const value = Number(text)
    if (!/^\d{1,15}$/.test(text) || value < least) {
      throw new InvalidArgumentError(`got \`${text}\`, expected a whole number from ${least} on`)
    }
    return value
  }
}

/** Gathers an option that may be given several times. */
export function repeated(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value]
}

/** A share from 0 to 100, with or without its sign. */
export function percentage(text: string): number {
  const value = Number(text.replace(/%$/, ''))
  if (!/^\d{1,3}%?$/.test(text) || value > 100) {
    throw new InvalidArgumentError(`got \`${text}\`, expected a whole percentage from 0 to 100`)
  }
  return value
}
