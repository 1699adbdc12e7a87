import { Presets, SingleBar } from 'cli-progress'
import type { Context } from './context.ts'

export interface Progress {
  /** `total` undefined: not known yet. */
  readonly update: (done: number, total: number | undefined) => void
  /** Removes what was drawn. */
  readonly stop: () => void
}

/** A bar on standard error where that is a terminal, nothing elsewhere; it never touches a result. */
export function startProgress(context: Context, label: string, unit: string): Progress {
  if (!context.showProgress) return { update: () => {}, stop: () => {} }
  const bar = new SingleBar(
    {
      format: `${label} {bar} {percentage}% · {value} of {total} ${unit}`,
      stream: process.stderr,
      clearOnComplete: true,
      hideCursor: true,
      stopOnComplete: false,
      // Short work shows no bar at all.
      fps: 5,
    },
    Presets.shades_classic,
  )
  let started = false
  const forget = context.onInterrupt(() => bar.stop())
  return {
    update: (done, total) => {
      if (total === undefined) return
      if (started) bar.update(done)
      else bar.start(total, done)
      started = true
    },
    stop: () => {
      bar.stop()
      forget()
    },
  }
}
