import { defineConfig, type ViteUserConfig } from 'vitest/config'
import { lawSummary } from './test/support/law-summary.ts'

/** The same laws over many more cases: `npm run test:laws`. */
const config: ViteUserConfig = defineConfig({
  test: {
    include: [
      'test/laws/**/*.test.ts',
      'test/analysis/diff/laws.test.ts',
      'test/check/brute-force.test.ts',
      'test/check/diagram/blocks.test.ts',
      'test/check/prefixes.test.ts',
      'test/gateway/identity.test.ts',
      'test/language/format.test.ts',
      'test/policy/elaborate/totality.test.ts',
      'test/policy/engine/equals-reference.test.ts',
      'test/policy/mistakes.test.ts',
      'test/policy/reference/laws.test.ts',
    ],
    setupFiles: ['test/support/count-cases.ts'],
    reporters: ['default', lawSummary()],
    testTimeout: 3_600_000,
    hookTimeout: 60_000,
    // The main process only waits.
    maxWorkers: '100%',
    provide: { lawScale: 50 },
  },
})

export default config
