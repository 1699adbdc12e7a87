import { phraseCounter } from '../../src/trace/importers/text-facts.ts'
import type { CallRecord } from '../../src/trace/record.ts'
import { importPaths } from './claude-transcript.ts'
import type { Imported } from './claude-transcript.ts'
import { sharedData } from './shared-data.ts'

/** Seventeen whole sessions. */
export const transcripts: string = sharedData('agent-sessions/claude') ?? ''
/** Three cut sessions, around errors. */
export const windows: string = sharedData('agent-sessions/error-windows') ?? ''
/** One row a call, read from the same sessions by another program. */
export const callRows: string = sharedData('agent-sessions/calls.csv') ?? ''
export const present: boolean = transcripts !== '' && windows !== '' && callRows !== ''

/** Phrases of doubt, counted in every text of `recordings`. */
export const doubts: readonly string[] = [
  'wait,',
  'hmm',
  'actually,',
  'let me reconsider',
  'on second thought',
  'different approach',
  'another approach',
  "isn't working",
  "doesn't work",
  "didn't work",
  'still fail',
  'step back',
]
const doubtCounter = phraseCounter(doubts.map((text) => ({ text, word: false })))
export const doubtDigest: string = doubtCounter.digest

let imported: Promise<Imported> | undefined

/** All twenty files, imported once a test file. */
export function recordings(): Promise<Imported> {
  imported ??= importPaths([transcripts, windows], { phraseLists: [doubtCounter] })
  return imported
}

/** The served calls of each person's conversation, in order. */
export async function chains(): Promise<readonly (readonly CallRecord[])[]> {
  const { sessions, calls } = await recordings()
  const main = sessions.filter((session) => session.sidechain === false)
  return main.map(({ session }) =>
    calls.filter((call) => call.session === session && call.end === 'served'),
  )
}

export async function sessionCalls(start: string): Promise<readonly CallRecord[]> {
  return (await recordings()).calls.filter((call) => call.session.startsWith(start))
}
