import type { Reporter, TestCase, TestModule } from 'vitest/node'

/** What a long run has tried of one file, or of all. */
interface Tried {
  /** Numbers of the laws whose own property was tried. */
  readonly laws: readonly number[]
  /** Properties beside those: `also law N`, and what belongs to no law. */
  readonly further: number
  readonly cases: number
  readonly seconds: number
}

/** Says at the end of a long run how many cases of how many laws it has tried, and how long that took. */
export function lawSummary(): Reporter {
  let beganMillis = 0
  return {
    onTestRunStart: () => {
      beganMillis = Date.now()
    },
    onTestRunEnd: (modules) => {
      const files = modules.map((module) => ({ name: module.relativeModuleId, tried: triedIn(module) }))
      const lines = files
        .filter(({ tried }) => tried.seconds >= 1)
        .toSorted((left, right) => right.tried.seconds - left.tried.seconds)
        .map(({ name, tried }) => `${cell(tried.cases, 9)} cases ${cell(Math.round(tried.seconds), 6)} s  ${name}`)
      const all = files.map(({ tried }) => tried).reduce(both, nothing)
      const minutes = ((Date.now() - beganMillis) / 60_000).toFixed(1)
      const { laws, further, cases } = all
      console.log(
        [...lines, `${cases} cases of ${new Set(laws).size} laws and ${further} further properties in ${minutes} minutes`].join('\n'),
      )
    },
  }
}

const nothing: Tried = { laws: [], further: 0, cases: 0, seconds: 0 }

function both(left: Tried, right: Tried): Tried {
  return {
    laws: [...left.laws, ...right.laws],
    further: left.further + right.further,
    cases: left.cases + right.cases,
    seconds: left.seconds + right.seconds,
  }
}

function triedIn(module: TestModule): Tried {
  return [...module.children.allTests()].map(triedBy).reduce(both, nothing)
}

/** A test that tried no case is no property: only its time counts. */
function triedBy(test: TestCase): Tried {
  const { cases = 0 } = test.meta()
  const seconds = (test.diagnostic()?.duration ?? 0) / 1000
  if (cases === 0) return { ...nothing, seconds }
  const law = /^law (\d+): /.exec(test.name)?.[1]
  return { laws: law === undefined ? [] : [Number(law)], further: law === undefined ? 1 : 0, cases, seconds }
}

function cell(count: number, width: number): string {
  return String(count).padStart(width)
}
