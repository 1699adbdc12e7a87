import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

// Writes src/replay/faults/quantiles.ts: how long incidents last and how long services are up between
// them, as tables of whole seconds. A replay interpolates in them, so that no engine's `exp` decides.
//
// Each quantile is median × exp(a z) below the median and median × exp(b z + c z²) above it, z being the
// normal quantile: log-normal, with an upper half that is bent until the table has the published mean,
// 90th percentile and log-sd (durations), or mean and coefficient of variation (gaps, where b is a). The
// constants were fitted so; test/replay/faults/sample.test.ts holds the tables to the published figures.

const minute = 60
const hour = 3600

const shapes = {
  'openai-api': {
    durations: { median: 80 * minute, a: 1.2939310285661665, b: 0.7095287081174333, c: 0.2961127848656101 },
    gaps: { median: 42 * hour, a: 1.8044630986280614, b: 1.8044630986280614, c: -0.32227327605451955 },
  },
  chatgpt: {
    durations: { median: 84 * minute, a: 1.2623492239749527, b: 0.9046030431939973, c: 0.25643052246448517 },
    gaps: { median: 50 * hour, a: 1.361850802309971, b: 1.361850802309971, c: -0.16902136448994282 },
  },
  'anthropic-api': {
    durations: { median: 46 * minute, a: 1.348298019326628, b: 0.8681135460844394, c: 0.34597145501201765 },
    gaps: { median: 48 * hour, a: 1.5049972826602325, b: 1.5049972826602325, c: -0.043322499075986155 },
  },
}

const classes = 200

function table({ median, a, b, c }: { median: number; a: number; b: number; c: number }): readonly number[] {
  return Array.from({ length: classes + 1 }, (_, at) => {
    // The ends lie at a quarter of the outer classes, for the quantile of 0 and 1 is infinite.
    const z = normalQuantile(Math.min(Math.max(at, 0.25), classes - 0.25) / classes)
    return Math.round(median * Math.exp(z < 0 ? a * z : b * z + c * z * z))
  })
}

/** By bisection over the normal distribution, which is integrated by its series. */
function normalQuantile(share: number): number {
  let [low, high] = [-6, 6]
  for (let step = 0; step < 80; step += 1) {
    const middle = (low + high) / 2
    if (normalShare(middle) < share) low = middle
    else high = middle
  }
  return (low + high) / 2
}

function normalShare(z: number): number {
  let [term, sum] = [z, z]
  for (let n = 1; n < 200; n += 1) {
    term *= (z * z) / (2 * n + 1)
    sum += term
  }
  return 0.5 + (sum * Math.exp((-z * z) / 2)) / Math.sqrt(2 * Math.PI)
}

function rows(values: readonly number[]): string {
  const lines: string[] = []
  for (let at = 0; at < values.length; at += 10) lines.push(`      ${values.slice(at, at + 10).join(', ')},`)
  return lines.join('\n')
}

const text = `// Written by scripts/generate-fault-quantiles.ts; do not edit.

/** Seconds at the quantiles 0, 1/200, 2/200, … 1. */
export interface Quantiles {
  readonly durations: readonly number[]
  readonly gaps: readonly number[]
}

export const quantiles: { readonly [preset in 'openai-api' | 'chatgpt' | 'anthropic-api']: Quantiles } = {
${Object.entries(shapes)
  .map(
    ([name, { durations, gaps }]) => `  ${name.includes('-') ? `'${name}'` : name}: {
    durations: [
${rows(table(durations))}
    ],
    gaps: [
${rows(table(gaps))}
    ],
  },`,
  )
  .join('\n')}
}
`

writeFileSync(fileURLToPath(new URL('../src/replay/faults/quantiles.ts', import.meta.url)), text)
