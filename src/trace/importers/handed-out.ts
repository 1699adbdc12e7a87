import type { TraceFile } from '../files.ts'

const most = 5_000

/**
 * What a reader gives while it reads a file, as it comes: the file is read on only when what was
 * given before has been taken, so that memory does not grow with the file. A reader that does
 * not open the file itself waits for `ready`.
 */
export async function* handedOut<T>(
  file: TraceFile,
  read: (file: TraceFile, give: (one: T) => void, ready: () => Promise<void>) => Promise<void>,
): AsyncGenerator<T> {
  let given: T[] = []
  let ended = false
  let failure: unknown
  let wakeTaker = (): void => undefined
  let wakeReader = (): void => undefined
  async function* held(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const chunk of chunks) {
      await ready()
      yield chunk
    }
  }
  const ready = async (): Promise<void> => {
    while (given.length > most && !ended) await new Promise<void>((wake) => (wakeReader = wake))
  }
  const give = (one: T): void => {
    given.push(one)
    wakeTaker()
  }
  const reading = read({ ...file, open: () => held(file.open()) }, give, ready)
    .catch((error: unknown) => (failure = error))
    .finally(() => {
      ended = true
      wakeTaker()
    })
  try {
    while (given.length > 0 || !ended) {
      if (given.length === 0) await new Promise<void>((wake) => (wakeTaker = wake))
      const taken = given
      given = []
      yield* taken
      wakeReader()
    }
    if (failure !== undefined) throw failure
  } finally {
    // A taker that has had enough lets the reader run out.
    ended = true
    wakeReader()
    await reading
  }
}
