import type { Context } from './context.ts'
import { createStyle } from '../report/style.ts'

/** A context on the streams of a process. `interrupt` runs what commands have left to clean. */
export function openProcess(host: NodeJS.Process): { context: Context; interrupt: () => void } {
  const cleaners = new Set<() => void>()
  let closed = false
  // A reader that has seen enough closes the pipe; that is no error of ours.
  for (const stream of [host.stdout, host.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error
      if (stream === host.stdout) closed = true
    })
  }
  const context: Context = {
    out: (text) =>
      closed
        ? Promise.resolve()
        : new Promise((resolve) => {
            host.stdout.write(text, () => resolve())
          }),
    note: (text) => {
      host.stderr.write(text)
    },
    style: createStyle(wantsColour(host, host.stdout)),
    noteStyle: createStyle(wantsColour(host, host.stderr)),
    width: host.stdout.isTTY ? Math.max(60, Math.min(host.stdout.columns, 140)) : 100,
    showProgress: host.stderr.isTTY,
    stdin: host.stdin,
    onInterrupt: (clean) => {
      cleaners.add(clean)
      return () => cleaners.delete(clean)
    },
  }
  return {
    context,
    interrupt: () => {
      for (const clean of cleaners) clean()
    },
  }
}

/** Colour on a terminal, unless `NO_COLOR`, `--no-color` or a terminal that cannot says otherwise. */
function wantsColour(host: NodeJS.Process, stream: NodeJS.WriteStream): boolean {
  const { NO_COLOR: none, FORCE_COLOR: forced, TERM: terminal } = host.env
  if (host.argv.includes('--no-color')) return false
  if (none !== undefined && none !== '') return false
  if (forced !== undefined && forced !== '' && forced !== '0') return true
  return stream.isTTY && terminal !== 'dumb'
}
