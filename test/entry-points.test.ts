import { spawnSync } from 'node:child_process'
import { copyFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'
import { checkRecord } from '../src/trace/validate.ts'
import { buildPackage } from './support/built-package.ts'

const built = buildPackage()
afterAll(built.dispose)

const manifest = JSON.parse(readFileSync(join(built.path, 'package.json'), 'utf8')) as {
  exports: Record<string, { types: string; default: string }>
  bin: Record<string, string>
}

const spy = join(built.path, 'spy.mjs')
writeFileSync(
  spy,
  `import { writeSync } from 'node:fs'
export async function resolve(specifier, context, next) {
  const found = await next(specifier, context)
  if (context.parentURL?.startsWith('file:')) writeSync(1, found.url + '\\n')
  return found
}
`,
)

/** The address of every module that loading an entry loads, packages included. */
function loadedBy(entry: string): string[] {
  const register = `import { register } from 'node:module'; register(${JSON.stringify(pathToFileURL(spy).href)})`
  const { stdout, status } = spawnSync(
    process.execPath,
    ['--import', `data:text/javascript,${encodeURIComponent(register)}`, join(built.path, entry)],
    { encoding: 'utf8' },
  )
  expect(status).toBe(0)
  return [...new Set(stdout.split('\n').filter((line) => line !== ''))]
}

const ofNode = (loaded: readonly string[]): string[] => loaded.filter((url) => url.startsWith('node:'))

describe('the entry points', () => {
  it.each(Object.keys(manifest.exports).filter((name) => name === '.' || /^\.\/(node|test)$/.test(name)))(
    '%s has code, types and something in it',
    async (name) => {
      const entry = manifest.exports[name]
      expect(existsSync(join(built.path, entry?.types ?? ''))).toBe(true)
      const url = pathToFileURL(join(built.path, entry?.default ?? '')).href
      expect(Object.keys((await import(/* @vite-ignore */ url)) as object)).not.toEqual([])
    },
  )

  it.each(['.', './test'])('%s loads no module of Node', (name) => {
    const loaded = loadedBy(manifest.exports[name]?.default ?? '')
    expect(loaded.length).toBeGreaterThan(40)
    expect(ofNode(loaded)).toEqual([])
  })

  it('would find one: ./node loads some', () => {
    expect(ofNode(loadedBy('dist/node.js'))).toContain('node:fs')
  })

  it('are enough for the example of a gateway', () => {
    const example = join(built.path, 'example.mjs')
    copyFileSync(join(import.meta.dirname, '..', 'examples', 'decide-in-a-gateway.mjs'), example)
    const { stdout, stderr } = spawnSync(process.execPath, [example], { encoding: 'utf8' })
    expect(stderr).toBe('')
    const [header, ...calls] = stdout.trim().split('\n').map((line): unknown => JSON.parse(line))
    expect(header).toMatchObject({ record: 'session', policy: { name: 'gateway', seed: 'example' } })
    expect(calls).toMatchObject([
      { call: 1, decision: { rule: 'cheapest' }, served: { model: 'swift-1', provider: 'acme' } },
      { call: 2, decision: { rule: 'image' }, served: { model: 'deep-1', provider: 'acme' } },
      { call: 3, decision: { rule: 'otherwise' }, served: { model: 'deep-1', provider: 'spare' } },
    ])
    for (const record of [header, ...calls]) expect(checkRecord(record, (field) => expect(field).toBe('none'))).toMatchObject({ ok: true })
  })

  it('names a command that says how it is run', () => {
    const text = readFileSync(join(built.path, manifest.bin['reroute'] ?? ''), 'utf8')
    expect(text.startsWith('#!/usr/bin/env node\n')).toBe(true)
  })
})
