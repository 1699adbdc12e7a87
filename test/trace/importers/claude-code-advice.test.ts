import { describe, expect, it } from 'vitest'
import { importFiles, importNotation, transcript } from '../../support/claude-transcript.ts'

const message = { type: 'message', input_tokens: 2, cache_creation_input_tokens: 0 }
const iterations = [
  { ...message, cache_read_input_tokens: 100, output_tokens: 10 },
  {
    type: 'advisor_message',
    model: 'claude-adviser',
    input_tokens: 900,
    cache_read_input_tokens: 50,
    output_tokens: 300,
  },
  { ...message, cache_read_input_tokens: 110, output_tokens: 20 },
]

/** A request that asks another model on its way; `whole` are the counts of its usage. */
function advised(whole: string): string {
  const usage = JSON.stringify({ iterations })
  const blocks = [
    { type: 'server_tool_use', id: 'a1', name: 'advisor', input: {} },
    { type: 'advisor_tool_result', tool_use_id: 'a1', content: { type: 'advisor_result' } },
  ]
  const [asked = '', answered = ''] = blocks.map((block, index) =>
    transcript('reply m1 in=2 read=100 out=1').trim()
      .replace('"content":[]', `"content":[${JSON.stringify(block)}]`)
      .replaceAll('s1-u0', `advice-${index}`),
  )
  return [
    'user hello',
    `raw ${asked}`,
    `raw ${answered}`,
    `reply m1 text=so ${whole} stop=end_turn usage=${usage}`,
    'user on',
    'reply m2 in=3 read=120 out=4 stop=end_turn',
  ].join('\n')
}

describe('advice on the way', () => {
  it.for([
    { shape: 'sums the passes', whole: 'in=4 read=210 out=30' },
    { shape: 'counts the first prompt only', whole: 'in=2 read=100 out=30' },
  ])('is billed apart, and each pass has its own prompt, where the usage $shape', async ({ whole }) => {
    const { calls, sessions } = await importNotation(advised(whole))
    expect(sessions.map(({ session, parent }) => [session, parent])).toEqual([
      ['s1', undefined],
      ['s1/advisor', 's1'],
    ])
    expect(
      calls.map(({ session, id, turn, served, prompt, usage }) => [
        session, id, turn, served?.model, prompt.tokens, usage?.output, usage?.outputQuality,
      ]),
    ).toEqual([
      ['s1', 'm1', 1, 'claude-a', 102, 10, 'exact'],
      ['s1', 'm1+', 1, 'claude-a', 112, 20, 'exact'],
      ['s1', 'm2', 2, 'claude-a', 123, 4, 'exact'],
      ['s1/advisor', 'm1/advisor-1', 0, 'claude-adviser', 950, 300, 'exact'],
    ])
    expect(calls[0]?.reply).toMatchObject({ text: null, tools: [{ name: 'advisor', failed: false }] })
    expect(calls[1]?.reply).toMatchObject({ text: { chars: 2 }, tools: [], finish: 'end_turn' })
    expect(calls[3]?.reply).toBeUndefined()
  })

  it('is written once where a resumed conversation repeats it', async () => {
    const first = advised('in=4 read=210 out=30')
    const { calls, report } = await importFiles({
      's1.jsonl': transcript(first),
      's2.jsonl': transcript(`${first}\nreply m3`, 's2').replaceAll('"sessionId":"s1"', '"sessionId":"s2"'),
    })
    expect(calls.map(({ session, id }) => [session, id])).toEqual([
      ['s1', 'm1'],
      ['s1', 'm1+'],
      ['s1', 'm2'],
      ['s1/advisor', 'm1/advisor-1'],
      ['s2', 'm3'],
    ])
    expect(report.calls.duplicates).toBe(4)
  })

  it('leaves the usage whole where the log tells of one pass', async () => {
    const usage = JSON.stringify({ iterations: iterations.slice(0, 1) })
    const { calls } = await importNotation(`user hello\nreply m1 in=2 read=100 out=30 usage=${usage}`)
    expect(calls.map(({ prompt, usage }) => [prompt.tokens, usage?.output])).toEqual([[102, 30]])
  })
})

describe('a refusal', () => {
  const counts = { input_tokens: 9, cache_creation_input_tokens: 0 }
  const declined = { ...counts, type: 'message', model: 'claude-a', cache_read_input_tokens: 300 }
  const answered = { ...counts, type: 'fallback_message', model: 'claude-b', cache_read_input_tokens: 500, output_tokens: 26 }

  function fallenBack(output: number): string {
    const usage = JSON.stringify({ iterations: [{ ...declined, output_tokens: output }, answered] })
    const block = { type: 'fallback', from: { model: 'claude-a' }, to: { model: 'claude-b' } }
    const handover = transcript('reply m1 model=claude-b in=9 read=500 out=26 request=r1').trim()
      .replace('"content":[]', `"content":[${JSON.stringify(block)}]`)
    return `
      user hello
      reply m0 in=5
      raw ${handover.replaceAll('s1-u0', 'handover')}
      reply m1 request=r1 model=claude-b text=so in=9 read=500 out=26 stop=end_turn usage=${usage}
    `
  }

  it.for([
    { output: 6, refused: [['s1/refused', 'm1/refused-1', 'claude-a', 309, 6]] },
    { output: 0, refused: [] },
  ])('on which another model answers is an attempt, and billed for $output tokens that it had said', async ({ output, refused }) => {
    const { calls } = await importNotation(fallenBack(output))
    expect(calls.map(({ session, id, served, prompt, usage }) => [
      session, id, served?.model, prompt.tokens, usage?.output,
    ])).toEqual([
      ['s1', 'm0', 'claude-a', 5, 1],
      ['s1', 'm1', 'claude-b', 509, 26],
      ...refused,
    ])
    expect(calls[1]).toMatchObject({
      requested: 'claude-a',
      attempts: [{ model: 'claude-a', errorClass: 'content-policy' }, { model: 'claude-b' }],
    })
  })

  it('before the first word has no usage, and one after it has', async () => {
    const { calls } = await importNotation(`
      user hello
      reply m1 in=400 out=0 stop=refusal
      user again
      reply m2 text=well in=500 out=3 stop=refusal
    `)
    expect(calls.map(({ prompt, usage, reply }) => [prompt.tokens, usage?.output, reply?.finish])).toEqual([
      [400, undefined, 'refusal'],
      [500, 3, 'refusal'],
    ])
  })
})

describe('the summary of a compaction', () => {
  const original = `
    user hello
    reply m1 text=one
    compact before=1000
    summary all of it
    reply m2
    compact before=900
    reply m3
  `

  it('is billed where the agent that made it is logged, which is housekeeping', async () => {
    const { sessions, events, report } = await importFiles({
      's1.jsonl': transcript(original),
      's1/subagents/agent-acompact-1f.jsonl': transcript(
        'user hello side agent=acompact-1f\nuser sum it up side agent=acompact-1f\nreply c1 side agent=acompact-1f',
      ).replaceAll('s1-u', 'c-u'),
    })
    expect(sessions.map(({ session, signals }) => [session, signals?.['housekeeping']])).toEqual([
      ['s1', false],
      ['s1/agent-acompact-1f', true],
    ])
    expect(events.map((event) => event.event === 'compaction' && event.billed)).toEqual([true, false])
    expect(report.unloggedCompactions).toEqual([{ session: 's1', beforeCall: 3, tokensBefore: 900 }])
  })

  it('tells of the compaction where an older version writes nothing else', async () => {
    const said = 'This session is being continued from a previous conversation that ran out of context. So far:'
    const { events, calls } = await importNotation(`
      user look images=1
      reply m1
      summary all of it
      reply m2
      user ${said}
      reply m3
    `)
    expect(events).toMatchObject([
      { event: 'compaction', beforeCall: 2, billed: false },
      { event: 'compaction', beforeCall: 3, billed: false },
    ])
    expect(calls.map(({ turn, prompt }) => [turn, prompt.contextImages])).toEqual([[1, 1], [1, 0], [1, 0]])
  })
})
