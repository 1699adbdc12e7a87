import { inputFiles } from './input-files.ts'
import type { Importer, ImportProblem } from './importer.ts'
import { linesOf } from './log-lines.ts'

export interface DetectedFile {
  readonly file: string
  /** Every format that its beginning fits: one, none or several. */
  readonly formats: readonly string[]
}

export interface Detection {
  /** By name. */
  readonly files: readonly DetectedFile[]
  readonly ignored: readonly ImportProblem[]
}

/** Enough of a file for every format's marks; a whole document on one line is cut there. */
const beginningChars = 1 << 18

/** Which formats the files below some paths fit, by their beginnings alone. */
export async function detectFormats(
  paths: readonly string[],
  importers: readonly Importer[],
  standardInput?: () => AsyncIterable<Uint8Array>,
): Promise<Detection> {
  const { files, ignored } = await inputFiles(paths, () => undefined, standardInput)
  const detected: DetectedFile[] = []
  for (const file of files) {
    let beginning = ''
    for await (const line of linesOf(file, () => undefined)) {
      if ('text' in line) beginning += `${line.text.slice(0, beginningChars)}\n`
      if (beginning.length >= beginningChars) break
    }
    const formats = importers.filter((one) => one.detect(beginning)).map(({ format }) => format)
    detected.push({ file: file.name, formats })
  }
  detected.sort((a, b) => (a.file < b.file ? -1 : 1))
  return { files: detected, ignored }
}
