import { InvalidArgumentError, Option } from 'commander'

/** `--format` with the formats that a command has; the first is the default. */
export function formatOption(...formats: readonly string[]): Option {
  return new Option('--format <format>', 'how results are printed').choices(formats).default(formats[0])
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
