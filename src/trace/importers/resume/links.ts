import { createHash } from 'node:crypto'

/** 66 bits in eleven characters: enough that two of a billion links hardly ever meet. */
const linkChars = 11

export function linkOf(identity: string): string {
  return createHash('sha256').update(identity).digest('base64url').slice(0, linkChars)
}

/** The link of a session, which files that tell of it share. */
export function sessionLink(session: string): string {
  return `session ${session}`
}

/** What the sessions of lone calls of one file share: all but their place in it. */
export function loneLabel(session: string): string {
  return session.replace(/:[\d.]+$/, ':')
}
