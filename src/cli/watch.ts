import { watch } from 'node:fs'
import { dirname, resolve } from 'node:path'
import type { Context } from './context.ts'

/** Editors write a file in several steps; what comes within this counts as one change. */
const settleMillis = 80

/**
 * Runs `act` now and again after each change of a file that it names, until the command is
 * interrupted. Directories are watched, because editors replace files.
 */
export async function watchFiles(context: Context, act: () => Promise<readonly string[]>): Promise<void> {
  let interrupted = false
  let wake: () => void = () => {}
  const forget = context.onInterrupt(() => {
    interrupted = true
    wake()
  })
  for (;;) {
    const files = new Set((await act()).map((file) => resolve(file)))
    if (interrupted) break
    await new Promise<void>((done) => {
      let timer: NodeJS.Timeout | undefined
      const directories = [...new Set([...files].map((file) => dirname(file)))]
      const watchers = directories.map((directory) =>
        watch(directory, (_, name) => {
          if (name !== null && !files.has(resolve(directory, name))) return
          clearTimeout(timer)
          timer = setTimeout(() => wake(), settleMillis)
        }),
      )
      wake = () => {
        clearTimeout(timer)
        for (const each of watchers) each.close()
        done()
      }
    })
    if (interrupted) break
  }
  forget()
}
