import { defineConfig, type ViteUserConfig } from 'vitest/config'

const config: ViteUserConfig = defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    setupFiles: ['test/support/same-cases.ts'],
    // Properties and spawned commands on a small shared machine; a hang still ends.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // The main process only waits.
    maxWorkers: '100%',
    // No file changes what another one reads; loading modules anew for each takes as long as the tests do.
    isolate: false,
    provide: { lawScale: 1 },
  },
})

export default config
