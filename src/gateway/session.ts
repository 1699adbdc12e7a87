import type { SessionState } from '../policy/decision.ts'
import type { KeptCaches } from '../replay/session/caches.ts'
import type { SavedAccounts } from '../replay/serving/budgets.ts'

/** A session between two calls: plain JSON, kept by whoever runs the gateway (`sessionText`). */
export interface GatewaySession {
  readonly state: SessionState
  /** Accounts of the budgets that are the session's own. */
  readonly spent: SavedAccounts
  /** What its calls have left in prompt caches, by what was answered. */
  readonly caches: KeptCaches
  /** Whose account its calls are made for; `undefined`: nobody's. */
  readonly account: string | undefined
}
