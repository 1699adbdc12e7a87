import { InvalidArgumentError } from 'commander'
import type { GateResult } from '../analysis/gate/gate.ts'
import { reviewAnnotations } from '../report/diff/annotations.ts'
import { rowsCsv } from '../report/diff/csv.ts'
import { reviewJson } from '../report/diff/json.ts'
import { gateJunit } from '../report/diff/junit.ts'
import { reviewMarkdown } from '../report/diff/markdown.ts'
import type { Review } from '../report/diff/review.ts'
import { reviewSarif } from '../report/diff/sarif.ts'
import { reviewScreen } from '../report/diff/terminal.ts'
import type { Context } from './context.ts'
import type { ExitCode } from './exit-code.ts'
import { badInput, fileFailure, isFileError } from './failure.ts'
import { writeFileWhole } from './write-file.ts'

/** Of a comparison; `junit` needs a verdict as well. */
export const diffFormats = ['terminal', 'json', 'markdown', 'csv', 'sarif', 'github'] as const
export type ReviewFormat = (typeof diffFormats)[number] | 'junit'

export const gateFormats: readonly ReviewFormat[] = [...diffFormats, 'junit']

export interface ReviewOutput {
  readonly format: ReviewFormat
  readonly file: string
}

/** `FORMAT=FILE` of `--output`, given several times. */
export function outputOption(
  formats: readonly ReviewFormat[],
): (text: string, before?: readonly ReviewOutput[]) => readonly ReviewOutput[] {
  return (text, before = []) => {
    const at = text.indexOf('=')
    const format = formats.find((each) => each === text.slice(0, Math.max(0, at)))
    if (format === undefined || text.length === at + 1) {
      throw new InvalidArgumentError(`got \`${text}\`, expected FORMAT=FILE with one of ${formats.join(', ')}`)
    }
    return [...before, { format, file: text.slice(at + 1) }]
  }
}

export function reviewText(review: Review, format: ReviewFormat, screen: Pick<Context, 'style' | 'width'>): string {
  switch (format) {
    case 'terminal':
      return reviewScreen(review, screen)
    case 'json':
      return reviewJson(review)
    case 'markdown':
      return reviewMarkdown(review)
    case 'csv':
      return rowsCsv(review)
    case 'sarif':
      return reviewSarif(review)
    case 'github':
      return reviewAnnotations(review)
    case 'junit':
      if (!hasVerdict(review)) throw new Error('JUnit was asked for without a gate')
      return gateJunit(review)
  }
}

function hasVerdict(review: Review): review is Review & { readonly gate: GateResult } {
  return review.gate !== undefined
}

/** Writes every `--output`; `undefined`: all are written, else how the command ends. */
export async function writeOutputs(
  review: Review,
  outputs: readonly ReviewOutput[],
  plain: Pick<Context, 'style' | 'width'>,
  context: Context,
): Promise<ExitCode | undefined> {
  for (const { format, file } of outputs) {
    try {
      await writeFileWhole(file, reviewText(review, format, plain), context, { overwrite: true })
    } catch (error) {
      if (isFileError(error)) return badInput(context, fileFailure(file, 'write', error))
      throw error
    }
  }
  return undefined
}
