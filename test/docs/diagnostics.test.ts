import { expect, it } from 'vitest'
import { diagnosticsPage } from '../../scripts/diagnostics-page.ts'

it('docs/diagnostics.md is what the registry says', async () => {
  await expect(diagnosticsPage()).toMatchFileSnapshot('../../docs/diagnostics.md')
})
