import { mkdtempSync, rmSync, writeFileSync, mkdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { Readable } from 'node:stream'
import type { Context } from '../../src/cli/context.ts'
import { run } from '../../src/cli/run.ts'
import { plainStyle } from '../../src/report/style.ts'

export interface Ran {
  readonly code: number
  readonly out: string
  readonly err: string
}

/** Runs a command line in this process, on streams of its own, as it runs in a pipe. */
export async function reroute(words: readonly string[], stdin: string = ''): Promise<Ran> {
  const out: string[] = []
  const err: string[] = []
  const context: Context = {
    out: async (text) => void out.push(text),
    note: (text) => void err.push(text),
    style: plainStyle,
    noteStyle: plainStyle,
    width: 100,
    showProgress: false,
    stdin: Readable.from([Buffer.from(stdin)], { objectMode: false }),
    onInterrupt: () => () => {},
  }
  const code = await run(words, context)
  return { code, out: out.join(''), err: err.join('') }
}

/** A directory of files that a test writes; removed with `dispose`. */
export interface Box {
  readonly path: string
  /** Writes a file and gives back its path. */
  readonly write: (name: string, content: string | Uint8Array) => string
  readonly dispose: () => void
}

export function box(): Box {
  const path = mkdtempSync(join(tmpdir(), 'reroute-'))
  return {
    path,
    write: (name, content) => {
      const file = join(path, name)
      mkdirSync(dirname(file), { recursive: true })
      writeFileSync(file, content)
      return file
    },
    dispose: () => rmSync(path, { recursive: true, force: true }),
  }
}

/** Output with what differs between machines taken out: the directory of a box. */
export function withoutPath(text: string, { path }: Box): string {
  return text.replaceAll(`${path}/`, '')
}
