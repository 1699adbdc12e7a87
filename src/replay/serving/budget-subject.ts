import type { Budget } from '../../policy/core.ts'

/** Whom a call is made for, as far as the log tells. */
export interface Payer {
  /** Facts of the request, by signal name. */
  readonly signal: (name: string) => unknown
  readonly account: string | undefined
}

/** Its account is the session's own: no other session is charged to it. */
export function isOfSession({ scope, per }: Budget): boolean {
  return scope === 'session' || per === 'session' || per === 'turn'
}

/**
 * Whose account of a budget a call is charged to: a provider's own, a team's, a customer's, a user's,
 * a repository's, that of the log's account. Every other scope is one account. Whom the log does not
 * tell shares one account with all others of whom it does not.
 */
export function budgetSubject({ scope }: Budget, payer: Payer, provider: string | undefined): string {
  switch (scope) {
    case 'provider':
      return provider ?? ''
    case 'team':
    case 'customer':
    case 'user':
      return String(payer.signal(scope) ?? '')
    case 'repo':
      return String(payer.signal('repo.name') ?? '')
    case 'account':
    case 'key':
      return payer.account ?? ''
    default:
      return ''
  }
}
