import type { Endpoint } from '../../policy/core.ts'

/**
 * What a cooldown, a breaker or a limit counts together: every endpoint of one key shares one state.
 * A region or an account that nobody declares is that of its provider alone.
 */
export function scopeKey(scope: string | undefined, host: Endpoint): string {
  switch (scope) {
    case 'provider':
      return JSON.stringify([host.provider])
    case 'model':
      return JSON.stringify([host.model])
    case 'region':
      return JSON.stringify(host.region === null ? ['of', host.provider] : ['region', host.region])
    case 'account':
      return JSON.stringify(host.account === null ? ['of', host.provider] : ['account', host.account])
    default:
      return JSON.stringify([host.model, host.provider])
  }
}

/** The same for a reader: `big at north`, `north`, `region eu`. */
export function scopeName(scope: string | undefined, host: Endpoint): string {
  switch (scope) {
    case 'provider':
      return host.provider
    case 'model':
      return host.model
    case 'region':
      return host.region === null ? host.provider : `region ${host.region}`
    case 'account':
      return host.account === null ? host.provider : `account ${host.account}`
    default:
      return `${host.model} at ${host.provider}`
  }
}
