import { execFileSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { gitSourceReader, isRevision } from '../../src/node/git-sources.ts'
import { loadPolicy } from '../../src/policy/load.ts'

const start = 'on start {\n  otherwise stop "never"\n}\n'
let top = ''
const before = process.cwd()

function write(path: string, content: string | Uint8Array): void {
  mkdirSync(join(top, path, '..'), { recursive: true })
  writeFileSync(join(top, path), content)
}

function git(...words: string[]): string {
  const own = ['-c', 'user.name=a', '-c', 'user.email=a@b.example', '-c', 'commit.gpgsign=false']
  return execFileSync('git', [...own, ...words], { cwd: top, encoding: 'utf8' })
}

beforeAll(() => {
  top = realpathSync(mkdtempSync(join(tmpdir(), 'reroute-git-')))
  git('init', '-q', '-b', 'main')
  write('policies/p.route', `policy old\nimport "../lib/words.route"\n${start}`)
  write('policies/out.route', `policy p\nimport "../../words.route"\n${start}`)
  write('policies/linked.route', `policy p\nimport "../lib/link.route"\n${start}`)
  write('policies/absolute.route', `policy p\nimport "/etc/passwd"\n${start}`)
  write('policies/binary.route', new Uint8Array([112, 0, 111]))
  write('policies/large.route', 'x'.repeat(1_000_001))
  write('lib/words.route', 'scale mood = [low, high]\n')
  symlinkSync('words.route', join(top, 'lib/link.route'))
  git('add', '.')
  git('commit', '-q', '-m', 'one')
  // From here on the working tree says otherwise.
  write('policies/p.route', `policy new\n${start}`)
  rmSync(join(top, 'lib/words.route'))
  process.chdir(top)
})

afterEach(() => {
  vi.unstubAllEnvs()
  process.chdir(top)
})

afterAll(() => {
  process.chdir(before)
  rmSync(top, { recursive: true, force: true })
})

function load(path: string, root?: string): { name: string | undefined; found: string[]; sources: string[] } {
  const { policy, diagnostics, sources } = loadPolicy(path, gitSourceReader({ root }))
  return {
    name: policy?.name,
    found: diagnostics.map((each) => `${each.code} ${each.message}`),
    sources: sources.map(({ name }) => name),
  }
}

describe('a policy of a revision', () => {
  it('is read with its imports as that revision has them', () => {
    const found = load('main:policies/p.route')
    expect(found).toEqual({ name: 'old', found: [], sources: ['main:lib/words.route', 'main:policies/p.route'] })
    expect(load('HEAD:policies/p.route').name).toBe('old')
    process.chdir(join(top, 'policies'))
    expect(load('main:./p.route').name).toBe('old')
  })

  it.each([
    ['main:policies/out.route', 'RT0002 the import leads out of the project'],
    ['main:policies/linked.route', 'RT0003 `lib/link.route` is a directory or a link, expected a file'],
    ['main:policies/absolute.route', 'RT0002 the import is an absolute path'],
    ['main:policies/binary.route', 'RT0003 got a binary file, expected text'],
    ['main:policies/large.route', 'RT0004 the file is larger than 1000000 bytes'],
    ['main:policies', 'RT0003 `policies` is a directory or a link, expected a file'],
    ['main:policies/none.route', 'RT0001 there is no file `policies/none.route` in that revision'],
    ['main:../p.route', 'RT0002 `main:../p.route` lies outside of the root'],
    ['main:/etc/passwd', 'RT0002 `main:/etc/passwd` lies outside of the root'],
    ['nowhere:policies/p.route', 'RT0001 there is no revision `nowhere` here, and no file `nowhere:policies/p.route`'],
    ['--output=x:policies/p.route', 'RT0001 there is no revision `--output=x` here, and no file `--output=x:policies/p.route`'],
    [':policies/p.route', 'RT0001 `:policies/p.route` names no file of a revision'],
  ])('%s: %s', (path, message) => {
    expect(load(path).found[0]).toBe(message)
  })

  it('keeps to the root that it is given', () => {
    expect(load('main:policies/p.route', 'policies').found).toEqual(['RT0002 the import leads out of the project'])
    expect(load('main:lib/words.route', 'policies').found[0]).toBe('RT0002 `main:lib/words.route` lies outside of the root')
    expect(load('main:lib/words.route', tmpdir()).found[0]).toMatch(/^RT0002 the root .* lies outside of the repository$/)
  })

  it('says where there is no repository, and where there is no git', () => {
    process.chdir(tmpdir())
    expect(load('main:policies/p.route').found).toEqual(['RT0001 a revision was named outside of a repository of git'])
    vi.stubEnv('PATH', join(top, 'nothing'))
    expect(load('main:policies/p.route').found).toEqual(['RT0001 a revision was named, and there is no `git` here'])
  })

  it('runs nothing that the repository names', () => {
    const planted = join(top, 'planted.sh')
    write('planted.sh', `#!/bin/sh\ntouch ${join(top, 'ran')}\n`)
    chmodSync(planted, 0o755)
    git('config', 'core.fsmonitor', planted)
    git('config', 'core.pager', planted)
    expect(load('main:policies/p.route').name).toBe('old')
    expect(existsSync(join(top, 'ran'))).toBe(false)
  })

  it('is a file where there is one of that name', () => {
    write('a:b.route', start)
    expect([isRevision('a:b.route'), isRevision('a:c.route'), isRevision('b.route'), isRevision('C:\\a.route')]).toEqual([
      false, true, false, false,
    ])
  })
})
