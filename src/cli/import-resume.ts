import { readFile, stat } from 'node:fs/promises'
import type { Importer, ImportOptions, ImportRun } from '../trace/importers/importer.ts'
import { resumeImport } from '../trace/importers/resume/resume.ts'
import type { ResumeCounts } from '../trace/importers/resume/resume.ts'
import { readState, stateText } from '../trace/importers/resume/state.ts'
import type { ImportState } from '../trace/importers/resume/state.ts'
import type { Context } from './context.ts'
import type { Failure } from './failure.ts'
import { packageVersion } from './version.ts'
import { writeFileWhole } from './write-file.ts'

export interface ResumableRun extends ImportRun {
  readonly resumed: {
    /** Keeps beside the trace, once it is written, where the next import begins. */
    readonly finish: (context: Context) => Promise<ResumeCounts>
  }
}

/** The import of what is new since `output` was written, or why there is no going on from it. */
export async function goOn(
  importer: Importer,
  paths: readonly string[],
  options: ImportOptions,
  output: string,
): Promise<ResumableRun | Failure> {
  const statePath = `${output}.resume.json`
  const state = await stateAt(statePath, output)
  if (state !== undefined && 'message' in state) return state
  const run = await resumeImport(importer, paths, options, { state, output, version: await packageVersion() })
  if (run.kind === 'refused') {
    return {
      message: run.reason,
      help: `import all that is there now under another name, or remove \`${output}\` and \`${statePath}\` first`,
    }
  }
  const finish = async (context: Context): Promise<ResumeCounts> => {
    const text = stateText(await run.stateFor(output))
    await writeFileWhole(statePath, text, context, { overwrite: true })
    return run.counts()
  }
  return { records: run.records, report: run.report, resumed: { finish } }
}

async function stateAt(statePath: string, output: string): Promise<ImportState | Failure | undefined> {
  if (!(await exists(output))) return undefined
  if (!(await exists(statePath))) {
    return {
      message: `\`${output}\` was not imported with \`--resume\`, so what was read for it is not known`,
      help: 'choose another name, or remove it first',
    }
  }
  const state = readState(await readFile(statePath, 'utf8'))
  return state ?? { message: `\`${statePath}\` does not say what was read`, help: `remove it and \`${output}\`, and import again` }
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  )
}
