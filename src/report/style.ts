import { Chalk } from 'chalk'

/** What a piece of text is, not what it looks like. */
export interface Style {
  heading(text: string): string
  strong(text: string): string
  dim(text: string): string
  good(text: string): string
  warn(text: string): string
  bad(text: string): string
}

export function createStyle(colour: boolean): Style {
  const chalk = new Chalk({ level: colour ? 1 : 0 })
  return {
    heading: (text) => chalk.bold.underline(text),
    strong: (text) => chalk.bold(text),
    dim: (text) => chalk.dim(text),
    good: (text) => chalk.green(text),
    warn: (text) => chalk.yellow(text),
    bad: (text) => chalk.red(text),
  }
}

export const plainStyle: Style = createStyle(false)
