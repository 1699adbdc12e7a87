import { fileSourceReader, maxFileBytes } from '../node/read-sources.ts'
import type { ReadProblem } from '../policy/load.ts'
import type { Context } from './context.ts'
import type { Failure } from './failure.ts'

export type ReadText =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly failure: Failure }

/** The text of one policy file, `-` for the standard input. What is no text is a failure that says so. */
export async function readText(path: string, context: Context): Promise<ReadText> {
  if (path === '-') return readStdin(context)
  const read = fileSourceReader().read(path, undefined)
  if (read.kind === 'source') return { ok: true, text: read.source.text }
  return { ok: false, failure: readFailure(path, read.problem) }
}

/** A file that could not be read, with its name where the message has none. */
export function readFailure(path: string, { message, help }: ReadProblem): Failure {
  const shown = `\`${path}\``
  return { message: message.includes(shown) ? message : `${shown}: ${message}`, help }
}

async function readStdin(context: Context): Promise<ReadText> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of context.stdin) {
    length += chunk.length
    if (length > maxFileBytes) {
      return refuse(`the standard input is larger than ${maxFileBytes} bytes`, 'split it into files')
    }
    chunks.push(chunk)
  }
  const bytes = Buffer.concat(chunks)
  try {
    if (!bytes.includes(0)) {
      return { ok: true, text: new TextDecoder('utf-8', { fatal: true }).decode(bytes) }
    }
  } catch {
    // Said below: both are no text.
  }
  return refuse('the standard input is not UTF-8 text', 'a policy is a text file in UTF-8')
}

function refuse(message: string, help: string): ReadText {
  return { ok: false, failure: { message, help } }
}
