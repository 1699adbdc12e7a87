import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join, posix, relative, resolve, sep } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'

const root = resolve(import.meta.dirname, '..')

/** What each folder of `src` may import from; a folder always may from itself. */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  language: [],
  trace: ['language'],
  policy: ['language'],
  check: ['policy', 'language'],
  replay: ['check', 'policy', 'trace', 'language'],
  gateway: ['replay', 'policy', 'trace', 'language'],
  analysis: ['replay', 'check', 'policy', 'trace', 'language'],
  report: ['analysis', 'replay', 'check', 'policy', 'trace', 'language'],
  node: ['policy', 'trace', 'language'],
  cli: ['report', 'analysis', 'replay', 'check', 'policy', 'trace', 'language', 'node'],
}

const core = ['language', 'check', 'policy', 'replay', 'gateway', 'analysis']

/** Words that the core may not use at all; comments and strings are not looked at. */
const forbiddenWords =
  /\b(Date|performance|process|Buffer|Intl|globalThis|WeakRef|FinalizationRegistry|setTimeout|setInterval|fetch|Math\s*\.\s*random|localeCompare|toLocale\w+)\b/g

interface Import {
  readonly from: string
  readonly typeOnly: boolean
}

// Longest first, so that a quote inside a comment or a comment inside a string is not taken for one.
const tokens =
  /\/\*[^]*?\*\/|\/\/[^\n]*|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\[^]|\$\{[^}]*\}|[^`\\])*`/g

function withoutComments(text: string): string {
  return text.replace(tokens, (token) => (token.startsWith('/') ? ' ' : token))
}

function codeOnly(text: string): string {
  return text.replace(tokens, (token) =>
    token.startsWith('`') ? (token.match(/\$\{[^}]*\}/g) ?? []).join(' ') : ' ',
  )
}

function importsOf(text: string): Import[] {
  const statement =
    /\b(?:import|export)\s+(type\s+)?(?:[\w*{}\s,$]+?\s+from\s+)?['"]([^'"]+)['"]|\bimport\s*\(\s*['"]([^'"]+)['"]\s*\)/g
  return [...withoutComments(text).matchAll(statement)].map((match) => ({
    from: match[2] ?? match[3] ?? '',
    typeOnly: match[1] !== undefined,
  }))
}

/** What is wrong with one file of `src`; `path` is relative to it, with `/`. */
function breaches(path: string, text: string): string[] {
  const folder = path.split('/')[0] ?? ''
  const found: string[] = []
  const nodeFree = core.includes(folder) || path === 'index.ts' || path === 'test-kit.ts'
  for (const { from, typeOnly } of importsOf(text)) {
    if (from.startsWith('node:') && nodeFree) found.push(`${path} imports ${from}`)
    if (!from.startsWith('.')) continue
    const target = posix.normalize(posix.join(posix.dirname(path), from)).split('/')[0] ?? ''
    if (target === folder || mayImport[folder] === undefined) continue
    const typesOfTraces = folder === 'policy' && target === 'trace' && typeOnly
    if (!mayImport[folder].includes(target) && !typesOfTraces) found.push(`${path} imports ${from}`)
  }
  if (nodeFree) {
    for (const match of codeOnly(text).matchAll(forbiddenWords)) found.push(`${path} uses ${match[0]}`)
  }
  return found
}

function sourceFiles(): string[] {
  return readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
    .map((path) => path.split(sep).join('/'))
    .filter((path) => path.endsWith('.ts'))
}

describe('the layers of the source', () => {
  it('import one way, and the core uses neither Node, clock, chance nor locale', () => {
    const files = sourceFiles()
    expect(files.length).toBeGreaterThan(30)
    expect(files.flatMap((path) => breaches(path, readFileSync(join(root, 'src', path), 'utf8')))).toEqual([])
  })

  it('holds no folder that this test does not know', () => {
    const folders = new Set(sourceFiles().filter((path) => path.includes('/')).map((path) => path.split('/')[0]))
    expect([...folders].filter((folder) => mayImport[folder ?? ''] === undefined)).toEqual([])
  })

  it.each([
    ['policy/a.ts', `import { r } from '../replay/result/call.ts'`],
    ['policy/a.ts', `import { validate } from '../trace/validate.ts'`],
    ['policy/a.ts', `export { readFileSync } from 'node:fs'`],
    ['language/a.ts', `const x = await import('node:fs')`],
    ['language/a/b.ts', `import type { Policy } from '../../policy/core.ts'`],
    ['trace/a.ts', `import type { Policy } from '../policy/core.ts'`],
    ['check/a.ts', `import '../replay/replay.ts'`],
    ['replay/a.ts', `import {\n  a,\n  type B,\n} from '../report/json.ts'`],
    ['report/a.ts', `import { run } from '../cli/main.ts'`],
    ['replay/a.ts', `const now = Date.now()`],
    ['replay/a.ts', 'const text = `at ${new Date()}`'],
    ['policy/a.ts', `const die = Math.random()`],
    ['policy/a.ts', `names.sort((a, b) => a.localeCompare(b))`],
    ['index.ts', `export const home = process.env`],
  ])('would find it planted: %s %s', (path, text) => {
    expect(breaches(path, text)).not.toEqual([])
  })

  it.each([
    ['policy/a.ts', `import type { PromptFacts } from '../trace/record.ts'`],
    ['policy/a.ts', `// new Date() is not for us, import x from '../replay/x.ts'`],
    ['policy/a.ts', `const word = 'Date' + "process"`],
    ['replay/a.ts', `import { check } from '../check/index.ts'`],
    ['cli/a.ts', `import { readFile } from 'node:fs/promises'`],
  ])('lets pass what is allowed: %s %s', (path, text) => {
    expect(breaches(path, text)).toEqual([])
  })
})

describe('the linter', () => {
  const box = mkdtempSync(join(tmpdir(), 'reroute-lint-'))
  afterAll(() => rmSync(box, { recursive: true, force: true }))

  const oxlint = join(dirname(createRequire(import.meta.url).resolve('oxlint/package.json')), 'bin', 'oxlint')

  /** The rules that the project's own configuration finds broken when `text` stands at `path`. */
  function lint(files: Readonly<Record<string, string>>): Map<string, string[]> {
    cpSync(join(root, '.oxlintrc.json'), join(box, '.oxlintrc.json'))
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(box, path)), { recursive: true })
      writeFileSync(join(box, path), `${text}\n`)
    }
    const run = spawnSync(process.execPath, [oxlint, '--format', 'json'], { cwd: box, encoding: 'utf8' })
    const report = JSON.parse(run.stdout) as { diagnostics: { code: string; filename: string }[] }
    const found = new Map<string, string[]>()
    for (const { code, filename } of report.diagnostics) {
      const path = relative(box, resolve(box, filename)).split(sep).join('/')
      found.set(path, [...(found.get(path) ?? []), code])
    }
    return found
  }

  const planted: readonly (readonly [path: string, text: string, rule: string])[] = [
    ['src/language/up.ts', `export { a } from '../policy/core.ts'`, 'no-restricted-imports'],
    ['src/policy/up.ts', `export { a } from '../replay/result/call.ts'`, 'no-restricted-imports'],
    ['src/policy/value.ts', `export { a } from '../trace/validate.ts'`, 'no-restricted-imports'],
    ['src/policy/deep/file.ts', `export { readFileSync } from 'node:fs'`, 'no-restricted-imports'],
    ['src/check/up.ts', `export { a } from '../replay/result/call.ts'`, 'no-restricted-imports'],
    ['src/replay/up.ts', `export { a } from '../report/json.ts'`, 'no-restricted-imports'],
    ['src/replay/file.ts', `export { readFileSync } from 'node:fs'`, 'no-restricted-imports'],
    ['src/analysis/up.ts', `export { a } from '../report/json.ts'`, 'no-restricted-imports'],
    ['src/trace/up.ts', `export type { a } from '../policy/core.ts'`, 'no-restricted-imports'],
    ['src/report/up.ts', `export { a } from '../cli/main.ts'`, 'no-restricted-imports'],
    ['src/index.ts', `export { a } from './cli/main.ts'`, 'no-restricted-imports'],
    ['src/replay/clock.ts', `export const now = (): number => Date.now()`, 'no-restricted-globals'],
    ['src/replay/home.ts', `export const home = (): unknown => process.env`, 'no-restricted-globals'],
    ['src/policy/die.ts', `export const die = (): number => Math.random()`, 'no-restricted-properties'],
    [
      'src/policy/locale.ts',
      `export const order = (a: string, b: string): number => a.localeCompare(b)`,
      'no-restricted-properties',
    ],
    ['src/report/any.ts', `export const a = (b: any): unknown => b`, 'no-explicit-any'],
    ['src/report/bang.ts', `export const a = (b: string | undefined): string => b!`, 'no-non-null-assertion'],
    ['src/report/default.ts', `export default 1`, 'no-default-export'],
    ['test/skipped.test.ts', `import { it } from 'vitest'\nit.skip('a', () => {})`, 'no-disabled-tests'],
    ['test/only.test.ts', `import { it } from 'vitest'\nit.only('a', () => {})`, 'no-focused-tests'],
  ]

  const allowed: readonly (readonly [path: string, text: string])[] = [
    ['src/policy/types.ts', `import type { PromptFacts } from '../trace/record.ts'\nexport type A = PromptFacts`],
    ['src/cli/clock.ts', `export const now = (): number => Date.now()`],
    ['src/trace/file.ts', `export { readFileSync } from 'node:fs'`],
  ]

  it('finds every kind of breach that is planted, and passes what is allowed', () => {
    const found = lint(Object.fromEntries([...planted, ...allowed].map(([path, text]) => [path, text])))
    const missed = planted.filter(
      ([path, , rule]) => !(found.get(path) ?? []).some((code) => code.includes(rule)),
    )
    expect(missed).toEqual([])
    expect(allowed.flatMap(([path]) => found.get(path) ?? [])).toEqual([])
  })
})
