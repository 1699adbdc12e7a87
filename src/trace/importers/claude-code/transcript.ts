import { basename } from 'node:path'
import type { TraceFile } from '../../files.ts'
import type { Provenance } from '../../record.ts'
import { settleSideCalls } from './advice.ts'
import { applyRow, endConversation } from './apply-row.ts'
import { beginConversation } from './conversation.ts'
import type { Conversation, ConversationIdentity, Surroundings } from './conversation.ts'
import { readObjects } from '../read-objects.ts'
import { readRow, unknownType } from './row.ts'
import type { Body, Row } from './row.ts'
import { agentSession } from './survey.ts'
import type { LineTally } from '../line-tally.ts'

export interface TranscriptSurroundings extends Surroundings {
  /** The turns that a session has had in files before this one. */
  readonly turnsOf: (session: string) => number
  readonly agentsWithFile: ReadonlySet<string>
  readonly tally: LineTally
}

type Subagent = Extract<Body, { kind: 'subagent' }>

/** The conversations of one file: a person's, usually one, and those of the agents it started. */
export async function readTranscript(
  file: TraceFile,
  surroundings: TranscriptSurroundings,
): Promise<readonly Conversation[]> {
  const { tally } = surroundings
  const name = basename(file.name)
  const conversations = new Map<string, Conversation>()
  const seen = new Set<string>()
  const roots = new Map<string, string>()
  let session = name.replace(/\.jsonl(\.gz|\.zst)?$/, '')

  const conversationOf = (identity: ConversationIdentity): Conversation => {
    const known = conversations.get(identity.session)
    if (known !== undefined) return known
    const begun = beginConversation(identity, surroundings.turnsOf(identity.session))
    conversations.set(identity.session, begun)
    return begun
  }

  const take = (row: Row, at: Provenance): string => {
    const { envelope, body } = row
    const { uuid } = envelope
    if (uuid !== undefined && seen.has(uuid)) return 'repeated line'
    if (uuid !== undefined) seen.add(uuid)
    session = envelope.session ?? session
    if (body.kind === 'subagent') takeSubagent(row, body, at)
    else if (body.kind !== 'nothing' || envelope.uuid !== undefined) {
      applyRow(conversationOf(identityOf(row, session, roots)), row, at, surroundings)
    }
    return row.category
  }

  const takeSubagent = ({ envelope }: Row, body: Subagent, at: Provenance): void => {
    if (body.agent === undefined) return
    const own = agentSession(session, body.agent)
    if (surroundings.agentsWithFile.has(own)) return
    const inner = readRow(body.inner)
    // A block comes again with every step that the agent reports.
    if (inner.envelope.uuid !== undefined && seen.has(inner.envelope.uuid)) return
    if (inner.envelope.uuid !== undefined) seen.add(inner.envelope.uuid)
    const conversation = conversationOf({ session: own, parent: session })
    conversation.begun = true
    conversation.contextImages ??= 0
    conversation.version = envelope.version ?? conversation.version
    applyRow(conversation, inner, at, surroundings)
  }

  await readObjects(file, tally, (object, line) => {
    const row = readRow(object)
    if (row.category === unknownType) tally.unknown(object['type'])
    return take(row, { file: name, line })
  })

  return [...conversations.values()].flatMap((conversation) => {
    if (endConversation(conversation, surroundings)) tally.unnamedModelChange()
    return [conversation, ...settleSideCalls(conversation)]
  })
}

/** A subagent's lines name it, or hang on the first line of their own conversation. */
function identityOf(row: Row, session: string, roots: Map<string, string>): ConversationIdentity {
  const { sidechain, agent, uuid, parentUuid } = row.envelope
  if (!sidechain) return { session, parent: undefined }
  if (agent !== undefined) return { session: agentSession(session, agent), parent: session }
  const above = typeof parentUuid === 'string' ? roots.get(parentUuid) : undefined
  const root = above ?? uuid ?? 'unknown'
  if (uuid !== undefined) roots.set(uuid, root)
  return { session: `${session}/sidechain-${root}`, parent: session }
}
