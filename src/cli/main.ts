#!/usr/bin/env node
import { exitCode } from './exit-code.ts'
import { openProcess } from './process-context.ts'
import { run } from './run.ts'

const { context, interrupt } = openProcess(process)

// The first interruption cleans up; a second one finds no handler and ends the process at once.
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    interrupt()
    process.exit(exitCode.interrupted)
  })
}

process.exitCode = await run(process.argv.slice(2), context)
