import { spawn, spawnSync } from 'node:child_process'
import { createServer, type Server } from 'node:http'
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { commentMarker } from '../src/report/diff/markdown.ts'
import { box } from './support/command.ts'

const root = resolve(import.meta.dirname, '..')
const files = box()
afterAll(files.dispose)

interface Step {
  readonly uses?: string
  readonly run?: string
  readonly shell?: string
  readonly with?: { readonly [name: string]: unknown }
  readonly env?: { readonly [name: string]: string }
}

const read = (path: string): string => readFileSync(join(root, path), 'utf8')
const action = parse(read('action.yml')) as {
  inputs: { readonly [name: string]: unknown }
  runs: { using: string; steps: readonly Step[] }
}
const workflow = parse(read('examples/github/policy-review.yml')) as {
  on: { readonly [event: string]: unknown }
  permissions: unknown
  jobs: { readonly [job: string]: { permissions?: unknown; steps: readonly Step[] } }
}

describe('the action', () => {
  const { steps, using } = action.runs

  it('puts no input into a script: each comes by the environment', () => {
    expect(using).toBe('composite')
    expect(steps.map((step) => step.run ?? '').filter((run) => run.includes('${{'))).toEqual([])
    const passed = steps.flatMap((step) => Object.values(step.env ?? {}).join(' '))
    const unused = Object.keys(action.inputs).filter((name) => !passed.join(' ').includes(`\${{ inputs.${name} }}`))
    expect(unused).toEqual([])
  })

  it('asks for no secret, runs nothing of others, and installs by the lockfile', () => {
    expect(read('action.yml')).not.toMatch(/secrets\b\.|pull_request_target/)
    expect(steps.filter((step) => step.uses !== undefined)).toEqual([])
    const scripts = readdirSync(join(root, 'scripts/action')).map((name) => read(`scripts/action/${name}`))
    expect(scripts.join('\n')).not.toMatch(/\beval\b|curl |wget |npm install|npx /)
    expect(read('scripts/action/install.sh')).toContain('npm ci --ignore-scripts')
  })

  it('is used on `pull_request` with nothing but leave to read', () => {
    expect(Object.keys(workflow.on)).toEqual(['pull_request'])
    expect(workflow.permissions).toEqual({ contents: 'read' })
    const [job] = Object.values(workflow.jobs)
    expect(job?.permissions).toBeUndefined()
    const uses = (job?.steps ?? []).flatMap((step) => step.uses ?? [])
    expect(uses).toHaveLength(2)
    for (const each of uses) expect(each).toMatch(/^\.\/|@[0-9a-f]{40}$/)
    expect(job?.steps[0]?.with).toMatchObject({ 'persist-credentials': false, 'fetch-depth': 0 })
    const inputs = Object.keys(job?.steps[1]?.with ?? {})
    expect(inputs.filter((name) => !(name in action.inputs))).toEqual([])
    expect(read('examples/github/policy-review.yml')).not.toMatch(/secrets\b\./)
  })
})

describe('the scripts of the action', () => {
  let work = ''
  const installed = join(files.path, 'installed')
  beforeAll(() => {
    // What `install.sh` leaves, without building: `entry-points.test.ts` builds.
    const tsx = pathToFileURL(join(root, 'node_modules/tsx/dist/esm/api/index.mjs')).href
    const main = pathToFileURL(join(root, 'src/cli/main.ts')).href
    files.write('installed/package.json', '{"type":"module"}')
    files.write('installed/dist/cli/main.js', `import { tsImport } from '${tsx}'\nawait tsImport('${main}', import.meta.url)\n`)
    work = join(files.path, 'work')
    mkdirSync(work, { recursive: true })
    const git = (...words: string[]): void => {
      const own = ['-c', 'user.name=a', '-c', 'user.email=a@b.example', '-c', 'commit.gpgsign=false']
      expect(spawnSync('git', [...own, ...words], { cwd: work }).status).toBe(0)
    }
    git('init', '-q', '-b', 'main')
    mkdirSync(join(work, 'policies/catalog'), { recursive: true })
    for (const name of ['policy.route', 'sessions.jsonl.gz']) {
      writeFileSync(join(work, name), readFileSync(join(root, 'examples/policy-change', name)))
    }
    const policy = readFileSync(join(work, 'policy.route'), 'utf8').replace('../../policies', 'policies')
    writeFileSync(join(work, 'policy.route'), policy)
    writeFileSync(join(work, 'policies/catalog/2026-06.route'), read('policies/catalog/2026-06.route'))
    git('add', '.')
    git('commit', '-q', '-m', 'one')
    git('update-ref', 'refs/remotes/origin/main', 'HEAD')
  })

  function review(env: { readonly [name: string]: string }): { code: number | null; out: string; outputs: string } {
    const output = files.write('output', '')
    const ran = spawnSync('bash', [join(root, 'scripts/action/review.sh')], {
      cwd: work,
      encoding: 'utf8',
      env: {
        PATH: process.env['PATH'],
        GITHUB_ACTION_PATH: installed,
        GITHUB_OUTPUT: output,
        RUNNER_TEMP: files.path,
        REVIEW_POLICY: 'policy.route',
        REVIEW_TRACES: 'sessions.jsonl.gz\n',
        ...env,
      },
    })
    return { code: ran.status, out: ran.stdout + ran.stderr, outputs: readFileSync(output, 'utf8') }
  }

  it('review the change against the base branch, and leave every output', () => {
    const { code, outputs } = review({ GITHUB_BASE_REF: 'main', REVIEW_MAX_FLIPS: '1%' })
    expect(code).toBe(0)
    expect(outputs).toBe(`verdict=pass\ndirectory=${files.path}/reroute-review\n`)
    expect(readdirSync(join(files.path, 'reroute-review')).toSorted()).toEqual(['review.json', 'review.md', 'review.sarif', 'review.xml'])
    const text = readFileSync(join(files.path, 'reroute-review/review.md'), 'utf8')
    expect(text.startsWith(commentMarker)).toBe(true)
    expect(text).toContain('`origin/main:policy.route` → `policy.route`')
    expect(text).toContain('no decision changes')
  })

  it('take what is hostile for one argument each', () => {
    const hostile = {
      REVIEW_POLICY: '$(touch owned); --format=json `touch owned`',
      REVIEW_TRACES: '; touch owned\n--help',
      GITHUB_BASE_REF: '--output=owned',
      REVIEW_EXCEPT: '"; touch owned; "',
    }
    const { outputs } = review(hostile)
    expect(outputs).toContain('verdict=error')
    expect(existsSync(join(work, 'owned'))).toBe(false)
  })

  it.each([
    ['pass', 'false', 0],
    ['fail', 'true', 1],
    ['undecided', 'false', 4],
    ['undecided', 'true', 0],
    ['error', 'true', 3],
    ['', 'true', 3],
  ])('end the job on `%s` (undecided allowed: %s) with %i', (verdict, allowed, code) => {
    const env = { PATH: process.env['PATH'], REVIEW_VERDICT: verdict, REVIEW_ALLOW_UNDECIDED: allowed }
    expect(spawnSync('bash', [join(root, 'scripts/action/verdict.sh')], { env }).status).toBe(code)
  })
})

describe('the comment', () => {
  interface Comment {
    readonly id: number
    readonly user: { readonly type: string }
    body: string
  }
  const comments: Comment[] = []
  const asked: string[] = []
  let refuses = false
  let server: Server
  let address = ''
  beforeAll(async () => {
    server = createServer((request, response) => {
      asked.push(`${request.method} ${request.url?.split('?')[0]} ${request.headers.authorization}`)
      let text = ''
      request.on('data', (chunk: Buffer) => (text += chunk.toString()))
      request.on('end', () => {
        response.statusCode = refuses && request.method !== 'GET' ? 403 : 200
        if (request.method === 'GET') return response.end(JSON.stringify(comments))
        const { body } = JSON.parse(text) as { body: string }
        if (!refuses && request.method === 'POST') comments.push({ id: 7, user: { type: 'Bot' }, body })
        const own = comments.find(({ id }) => request.url?.endsWith(`comments/${id}`) === true)
        if (!refuses && own !== undefined) own.body = body
        return response.end('{}')
      })
    })
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
    const at = server.address()
    address = typeof at === 'object' && at !== null ? `http://127.0.0.1:${at.port}` : ''
  })
  afterAll(() => server.close())

  async function comment(body: string, token: string): Promise<string> {
    const summary = files.write('summary.md', '')
    const directory = join(files.path, 'comment')
    files.write('comment/review.md', `${commentMarker}\n${body}\n`)
    const env = {
      PATH: process.env['PATH'],
      REVIEW_DIRECTORY: directory,
      REVIEW_TOKEN: token,
      GITHUB_API_URL: address,
      GITHUB_REPOSITORY: 'owner/repo',
      GITHUB_EVENT_PATH: files.write('event.json', '{"pull_request":{"number":12}}'),
      GITHUB_STEP_SUMMARY: summary,
    }
    const child = spawn(process.execPath, [join(root, 'scripts/action/comment.mjs')], { env })
    const code = await new Promise((done) => child.on('close', done))
    expect(code).toBe(0)
    return readFileSync(summary, 'utf8')
  }

  it('is a job summary where there is no token, and nobody is asked', async () => {
    expect(await comment('first', '')).toContain('first')
    expect(asked).toEqual([])
  })

  it('is written once, and updated in place by its marker', async () => {
    comments.push({ id: 1, user: { type: 'User' }, body: `${commentMarker} planted by a person` })
    expect(await comment('first', 'token')).toBe('')
    expect(await comment('second', 'token')).toBe('')
    expect(comments.map(({ id, body }) => [id, body.includes('second')])).toEqual([[1, false], [7, true]])
    expect(asked).toEqual([
      'GET /repos/owner/repo/issues/12/comments Bearer token',
      'POST /repos/owner/repo/issues/12/comments Bearer token',
      'GET /repos/owner/repo/issues/12/comments Bearer token',
      'PATCH /repos/owner/repo/issues/comments/7 Bearer token',
    ])
  })

  it('is a job summary where a fork’s token may not write', async () => {
    refuses = true
    expect(await comment('third', 'token')).toContain('third')
    expect(comments.some(({ body }) => body.includes('third'))).toBe(false)
  })
})
