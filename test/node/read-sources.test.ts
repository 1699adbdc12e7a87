import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { fileSourceReader, maxFileBytes } from '../../src/node/read-sources.ts'
import { loadPolicy } from '../../src/policy/load.ts'

const secret = 'the secret of the house'
const start = 'on start {\n  otherwise stop "never"\n}\n'
let top = ''

function write(path: string, content: string | Uint8Array): string {
  const file = join(top, path)
  mkdirSync(join(file, '..'), { recursive: true })
  writeFileSync(file, content)
  return file
}

beforeAll(() => {
  top = mkdtempSync(join(tmpdir(), 'reroute-sources-'))
  mkdirSync(join(top, 'project', '.git'), { recursive: true })
  write('outside.route', `// ${secret}\n`)
  write('project/lib/words.route', 'scale mood = [low, high]\n')
  write('project/lib/notes.txt', secret)
  write('project/lib/binary.route', new Uint8Array([112, 0, 111]))
  write('project/lib/latin.route', new Uint8Array([47, 47, 32, 0xe9, 10]))
  write('project/lib/large.route', `// ${secret}${'x'.repeat(maxFileBytes)}`)
  mkdirSync(join(top, 'project/lib/directory.route'))
  symlinkSync(join(top, 'outside.route'), join(top, 'project/lib/link.route'))
  symlinkSync(join(top, 'project/lib/notes.txt'), join(top, 'project/lib/notes.route'))
  symlinkSync(join(top, 'project/lib/words.route'), join(top, 'project/lib/again.route'))
})

afterAll(() => {
  rmSync(top, { recursive: true, force: true })
})

function load(importLine: string, options: { root?: string } = {}): string[] {
  const entry = write('project/policies/p.route', `policy p\n${importLine}\n${start}`)
  const { diagnostics } = loadPolicy(entry, fileSourceReader(options))
  return diagnostics.map((each) => `${each.code} ${each.message}`)
}

describe('imports', () => {
  it('reads a file elsewhere in the repository', () => {
    expect(load('import "../lib/words.route"')).toEqual([])
  })

  it('reads a file once, whatever links lead to it', () => {
    expect(load('import "../lib/words.route"\nimport "../lib/again.route"')).toEqual([])
  })

  it.each([
    ['/etc/passwd', 'RT0002 the import is an absolute path'],
    ['C:/windows/system.route', 'RT0002 the import is an absolute path'],
    ['~/p.route', 'RT0002 the import is an absolute path'],
    ['../../outside.route', 'RT0002 the import leads out of the project'],
    ['../../missing.route', 'RT0002 the import leads out of the project'],
    ['../lib/link.route', 'RT0002 the import leads out of the project'],
    ['../lib/notes.txt', 'RT0002 the import does not end in `.route`'],
    ['../lib/notes.route', 'RT0002 the import is a link to another kind of file'],
    ['https://example.com/p.route', 'RT0002 the import is no path of a file'],
    ['../lib/missing.route', 'RT0001 there is no such file'],
    ['../lib/directory.route', 'RT0003 got a directory or a device, expected a file'],
    ['../lib/binary.route', 'RT0003 got a binary file, expected text'],
    ['../lib/latin.route', 'RT0003 got bytes that are no UTF-8, expected text'],
    ['../lib/large.route', `RT0004 the file is larger than ${maxFileBytes} bytes`],
    ['', 'RT0002 the import names no file'],
  ])('refuses %j without quoting it', (path, expected) => {
    const found = load(`import "${path}"`)
    expect(found).toEqual([expected])
    expect(found.join()).not.toContain(secret)
  })

  it('stays below the root that is given', () => {
    const root = join(top, 'project/policies')
    expect(load('import "../lib/words.route"', { root })).toEqual(['RT0002 the import leads out of the project'])
    expect(load('import "../../outside.route"', { root: top })).toEqual([])
  })
})

describe('the policy itself', () => {
  const codes = (path: string): string[] =>
    loadPolicy(join(top, path), fileSourceReader()).diagnostics.map((each) => each.code)

  it('names what it cannot read', () => {
    expect(codes('project/missing.route')).toEqual(['RT0001'])
    expect(codes('project/lib')).toEqual(['RT0003'])
    expect(codes('project/lib/binary.route')).toEqual(['RT0003'])
    write('project/empty.route', '// nothing yet\n')
    expect(codes('project/empty.route')).toEqual(['RT0010'])
  })

  it('is the root of its own imports where there is no repository', () => {
    write('alone/p.route', `policy p\nimport "../outside.route"\n${start}`)
    expect(codes('alone/p.route')).toEqual(['RT0002'])
  })
})
