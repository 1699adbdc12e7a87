// Writes the review into the comment of the pull request that an earlier run has left, or into a new
// one; without a token, or where it may not write, into the summary of the job.
import { appendFile, readFile } from 'node:fs/promises'
import { join } from 'node:path'

class Refusal extends Error {
  constructor(status) {
    super(String(status))
    this.status = status
  }
}

const marker = '<!-- reroute review -->'
/** GitHub takes 65,536 characters. */
const longest = 65_000
const mostPages = 20

const { REVIEW_DIRECTORY: directory = '', REVIEW_TOKEN: token = '' } = process.env
const { GITHUB_API_URL: api = '', GITHUB_REPOSITORY: repository = '' } = process.env
const { GITHUB_EVENT_PATH: eventPath = '', GITHUB_STEP_SUMMARY: summaryPath = '' } = process.env

const text = await readFile(join(directory, 'review.md'), 'utf8').catch(() => undefined)
if (text === undefined) {
  console.log('There is no review to show: reroute says above why.')
} else {
  const number = await pullRequest()
  const written = token !== '' && number !== undefined && (await comment(number, text))
  if (!written && summaryPath !== '') await appendFile(summaryPath, `${text}\n`)
}

async function pullRequest() {
  if (eventPath === '') return undefined
  const event = JSON.parse(await readFile(eventPath, 'utf8'))
  const number = event?.pull_request?.number
  return Number.isSafeInteger(number) ? number : undefined
}

/** Whether it stands there now; a refusal is no failure of the review. */
async function comment(number, whole) {
  const body = whole.length <= longest ? whole : `${whole.slice(0, longest)}\n\n(cut: the whole is in review.md)`
  try {
    const known = await ownComment(number)
    const [method, path] =
      known === undefined ? ['POST', `issues/${number}/comments`] : ['PATCH', `issues/comments/${known}`]
    await request(method, path, { body })
    return true
  } catch (error) {
    console.log(`The comment cannot be written (${error instanceof Refusal ? error.status : 'no answer'}): see the summary of the job.`)
    return false
  }
}

/** Of a bot, so that nobody's own comment is taken for it. */
async function ownComment(number) {
  for (let page = 1; page <= mostPages; page += 1) {
    const comments = await request('GET', `issues/${number}/comments?per_page=100&page=${page}`)
    const own = comments.find(({ body, user }) => user?.type === 'Bot' && String(body).startsWith(marker))
    if (own !== undefined) return own.id
    if (comments.length < 100) return undefined
  }
  return undefined
}

async function request(method, path, body) {
  const response = await fetch(`${api}/repos/${repository}/${path}`, {
    method,
    headers: {
      accept: 'application/vnd.github+json',
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(30_000),
  })
  if (!response.ok) throw new Refusal(response.status)
  return response.json()
}
