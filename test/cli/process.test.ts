import { spawn, spawnSync, type SpawnSyncReturns } from 'node:child_process'
import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'
import { buildPackage } from '../support/built-package.ts'
import { box } from '../support/command.ts'

const built = buildPackage()
const files = box()
afterAll(() => {
  built.dispose()
  files.dispose()
})

const main = join(built.path, 'dist', 'cli', 'main.js')
const policy = join(built.path, 'policies', 'factory-router.route')
const trace = join(built.path, 'traces', 'factory-session.jsonl')

function reroute(words: readonly string[], env: NodeJS.ProcessEnv = {}, preload?: string): SpawnSyncReturns<string> {
  const load = preload === undefined ? [] : ['--import', pathToFileURL(preload).href]
  return spawnSync(process.execPath, [...load, main, ...words], {
    cwd: files.path,
    encoding: 'utf8',
    env: { ...process.env, NO_COLOR: '', FORCE_COLOR: '', REROUTE_DEBUG: '', ...env },
  })
}

describe('the command as a process', () => {
  it('opens no socket, whatever it is asked to do', () => {
    const trap = files.write(
      'trap.mjs',
      `import dgram from 'node:dgram'
import dns from 'node:dns'
import net from 'node:net'
import { syncBuiltinESMExports } from 'node:module'
const trap = (name) => () => { process._rawDebug('SOCKET ' + name); process.exit(99) }
net.Socket.prototype.connect = trap('connect')
net.Server.prototype.listen = trap('listen')
dgram.Socket.prototype.bind = dgram.Socket.prototype.send = trap('datagram')
for (const name of ['lookup', 'resolve', 'resolve4', 'resolve6']) {
  dns[name] = trap(name)
  dns.promises[name] = trap(name)
}
globalThis.fetch = trap('fetch')
syncBuiltinESMExports()
`,
    )
    const probe = files.write('probe.mjs', `import net from 'node:net'\nnet.connect(9)\n`)
    const probed = spawnSync(process.execPath, ['--import', pathToFileURL(trap).href, probe], { encoding: 'utf8' })
    expect([probed.status, probed.stderr]).toEqual([99, 'SOCKET connect\n'])

    const log = files.write('logs/session.jsonl', '')
    const commands = [
      ['--help'],
      ['new', 'mine.route'],
      ['check', policy],
      ['fmt', 'mine.route'],
      ['test', 'mine.route'],
      ['eval', 'mine.route', '--input', 'images=1'],
      ['import', 'claude-code', log, '-o', 'out.jsonl'],
      ['replay', '--no-gate', policy, trace],
      ['explain', policy, trace, '--session', 'factory-router', '--call', '1'],
    ]
    const ran = commands.map((words) => ({ words, ...reroute(words, {}, trap) }))
    expect(ran.filter(({ stderr }) => stderr.includes('SOCKET'))).toEqual([])
    // An import of an empty log is bad input; everything else passes.
    expect(ran.map(({ status }) => status)).toEqual([0, 0, 0, 0, 0, 0, 3, 0, 0])
  })

  it('gives the same bytes in two processes, in colour only where it is asked for', () => {
    const words = ['replay', '--no-gate', policy, trace]
    const plain = reroute(words)
    expect(plain.stdout).not.toContain('\u001b')
    expect(reroute(words, { TZ: 'Asia/Kathmandu', LANG: 'tr_TR.UTF-8' }).stdout).toBe(plain.stdout)
    const coloured = reroute(words, { FORCE_COLOR: '1' })
    expect(coloured.stdout).toContain('\u001b[')
    expect(coloured.stdout.replace(/\u001b\[\d+m/g, '')).toBe(plain.stdout)
    expect(reroute([...words, '--no-color'], { FORCE_COLOR: '1' }).stdout).toBe(plain.stdout)
    expect(reroute(words, { FORCE_COLOR: '1', NO_COLOR: '1' }).stdout).toBe(plain.stdout)
  })

  it('ends quietly when whoever reads it has seen enough', async () => {
    const child = spawn(process.execPath, [main, 'replay', '--no-gate', '--format', 'json', '--sessions', policy, trace])
    let message = ''
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      message += text
    })
    child.stdout.once('data', () => child.stdout.destroy())
    const code = await new Promise((resolve) => child.on('close', resolve))
    expect([code, message]).toEqual([0, ''])
  })

  it('cleans up and exits 130 when it is interrupted', async () => {
    // Endless input holds the replay in the middle of reading.
    const child = spawn(process.execPath, [main, 'replay', policy, '-', '--log', 'decisions.jsonl'], {
      cwd: files.path,
      env: { ...process.env, TMPDIR: files.path },
    })
    const started = (): boolean => readdirSync(files.path).some((name) => name.startsWith('decisions.jsonl.'))
    while (!started()) await new Promise((resolve) => setTimeout(resolve, 20))
    child.kill('SIGINT')
    const code = await new Promise((resolve) => child.on('close', resolve))
    expect(code).toBe(130)
    expect(readdirSync(files.path).filter((name) => name.includes('.part') || name.startsWith('decisions'))).toEqual([])
  })

  it('says of a bug how to see it again, with a stack only where it is asked for', () => {
    const broken = join(built.path, 'dist', 'check', 'index.js')
    writeFileSync(broken, `export function check() { throw new Error('planted') }\n`)
    const ran = reroute(['check', policy])
    expect([ran.status, ran.stdout]).toEqual([5, ''])
    expect(ran.stderr).toContain('internal error: planted')
    expect(ran.stderr).toContain(`reroute check ${policy}`)
    expect(ran.stderr).not.toContain('    at ')
    expect(reroute(['check', policy], { REROUTE_DEBUG: '1' }).stderr).toContain('    at check')
  })
})
