import { inject } from 'vitest'

declare module 'vitest' {
  interface ProvidedContext {
    /** 1 in the default run; `npm run test:laws` looks at so many times as many cases. */
    readonly lawScale: number
  }
}

/** The long run, with many more cases. */
export function isLongRun(): boolean {
  return inject('lawScale') > 1
}

/** How a run looks at a law: at `usual` cases by default, at many more of a new seed in the long run. */
export function lawRuns(usual: number): { readonly numRuns: number } {
  return { numRuns: usual * inject('lawScale') }
}
