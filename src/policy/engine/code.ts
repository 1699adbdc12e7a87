import type { CallFrame } from './call-frame.ts'
import type { Quantity } from './quantity.ts'

/** `null` is none, `undefined` unknown. A quantity counts parts of `Code.scale`. */
export type Value = boolean | Quantity | string | readonly Value[] | null | undefined

/** Names of what was unknown. */
export type Blame = Set<string>

/**
 * A compiled expression. Pure within one call: the same frame, the same value, but for the
 * classifiers that it asks.
 */
export interface Code {
  readonly run: (frame: CallFrame) => Value
  /** Parts that one base unit is counted in; 1 for all that is no number. */
  readonly scale: bigint
  /** Changes within a call: with effects, with the choice, or with what `it` is. */
  readonly moving: boolean
  /** The value is the same at every call. */
  readonly constant: boolean
  /** Adds what made the value unknown; asked only where it is. */
  readonly blame: (frame: CallFrame, into: Blame) => void
}

export type Truth = boolean | null | undefined

function blameless(): void {
  // A constant is never unknown.
}

export function constantCode(value: Value, scale = 1n): Code {
  return { run: () => value, scale, moving: false, constant: true, blame: blameless }
}

/** A code that reads the frame under one name of its own. */
export function leaf(name: string, run: (frame: CallFrame) => Value, moving = false, scale = 1n): Code {
  return {
    run,
    scale,
    moving,
    constant: false,
    blame: (frame, into) => {
      if (run(frame) === undefined) into.add(name)
    },
  }
}

/** Blames every unknown part. */
export function blameParts(parts: readonly Code[]): Code['blame'] {
  const open = parts.filter((part) => !part.constant)
  return (frame, into) => {
    for (const part of open) if (part.run(frame) === undefined) part.blame(frame, into)
  }
}
