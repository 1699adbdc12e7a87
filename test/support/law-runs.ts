import { inject } from 'vitest'

declare module 'vitest' {
  interface ProvidedContext {
    /** 1 in the default run; `npm run test:laws` looks at so many times as many cases. */
    readonly lawScale: number
  }
}

/** How many cases of a law a run looks at, `usual` of them by default. */
export function lawRuns(usual: number): { readonly numRuns: number } {
  return { numRuns: usual * inject('lawScale') }
}
