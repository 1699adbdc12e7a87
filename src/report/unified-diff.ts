import { createTwoFilesPatch } from 'diff'
import { escapeTerminal } from './escape.ts'

/** Texts that differ more than this are shown whole, one after the other: a diff would take minutes. */
const mostEdits = 20_000

/** A unified diff of two versions of a file, without a final line feed; empty where they are equal. */
export function unifiedDiff(name: string, before: string, after: string, what: string): string {
  if (before === after) return ''
  const options = { context: 3, maxEditLength: mostEdits }
  const patch =
    createTwoFilesPatch(name, `${name} (${what})`, before, after, undefined, undefined, options) ??
    `--- ${name}\n+++ ${name} (${what})\nthe two differ nearly everywhere`
  return patch.replace(/^=+\n/, '').replace(/\n$/, '')
}

/** The same for a terminal, each line with its end. */
export function diffText(name: string, before: string, after: string, what: string): string {
  const diff = unifiedDiff(name, before, after, what)
  return diff === '' ? '' : `${diff.split('\n').map(escapeTerminal).join('\n')}\n`
}
