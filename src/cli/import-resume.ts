import { readFile, rename, stat } from 'node:fs/promises'
import type { Importer, ImportOptions, ImportRun } from '../trace/importers/importer.ts'
import { isStill, resumeImport } from '../trace/importers/resume/resume.ts'
import type { ResumeCounts } from '../trace/importers/resume/resume.ts'
import { readState, stateText } from '../trace/importers/resume/state.ts'
import type { ImportState } from '../trace/importers/resume/state.ts'
import type { Context } from './context.ts'
import type { Failure } from './failure.ts'
import { packageVersion } from './version.ts'
import { writeFileWhole } from './write-file.ts'

export interface ResumableRun extends ImportRun {
  readonly resumed: {
    /** The trace is as it should be, and is left alone. */
    readonly nothingNew: boolean
    /** Keeps where the next import begins, before the trace that was written takes the place of the last one. */
    readonly prepare: (written: string, context: Context) => Promise<void>
    readonly finish: () => Promise<ResumeCounts>
  }
}

/** Beside the trace: where the next import begins. The second is of a trace that was being put in place. */
const statesOf = (output: string): { readonly state: string; readonly next: string } => ({
  state: `${output}.resume.json`,
  next: `${output}.resume.next.json`,
})

/** The import of what is new since `output` was written, or why there is no going on from it. */
export async function goOn(
  importer: Importer,
  paths: readonly string[],
  options: ImportOptions,
  output: string,
): Promise<ResumableRun | Failure> {
  const names = statesOf(output)
  const state = await stateAt(names, output)
  if (state !== undefined && 'message' in state) return state
  const run = await resumeImport(importer, paths, options, { state, output, version: await packageVersion() })
  if (run.kind === 'refused') {
    return {
      message: run.reason,
      help: `import all that is there now under another name, or remove \`${output}\` and \`${names.state}\` first`,
    }
  }
  const prepare = async (written: string, context: Context): Promise<void> => {
    await writeFileWhole(names.next, stateText(await run.stateFor(written)), context, { overwrite: true })
  }
  const finish = async (): Promise<ResumeCounts> => {
    if (!run.nothingNew) await rename(names.next, names.state)
    return run.counts()
  }
  return { records: run.records, report: run.report, resumed: { nothingNew: run.nothingNew, prepare, finish } }
}

/** An import that was killed has left one of two states that fits the trace, whichever of the two that is. */
async function stateAt(
  { state, next }: ReturnType<typeof statesOf>,
  output: string,
): Promise<ImportState | Failure | undefined> {
  if (!(await exists(output))) return undefined
  const prepared = await readStateAt(next)
  if (prepared !== undefined && (await isStill(output, prepared))) {
    await rename(next, state)
    return prepared
  }
  if (!(await exists(state))) {
    return {
      message: `\`${output}\` was not imported with \`--resume\`, so what was read for it is not known`,
      help: 'choose another name, or remove it first',
    }
  }
  return (await readStateAt(state)) ?? {
    message: `\`${state}\` does not say what was read`,
    help: `remove it and \`${output}\`, and import again`,
  }
}

async function readStateAt(path: string): Promise<ImportState | undefined> {
  return (await exists(path)) ? readState(await readFile(path, 'utf8')) : undefined
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  )
}
