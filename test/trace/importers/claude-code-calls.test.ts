import { describe, expect, it } from 'vitest'
import { epochMicros, importFiles, importNotation } from '../../support/claude-transcript.ts'

const second = 1_000_000

function at(seconds: number): number {
  return epochMicros + seconds * second
}

describe('one call', () => {
  it('is every line of one message id and request id, with the last counts', async () => {
    const { calls } = await importNotation(`
      user hello
      reply m1 think=well in=3 read=100 w1=20 out=1
      reply m1 text=hi    in=3 read=100 w1=20 out=5
      reply m1 tool=Read#t1 args={"a":1} in=3 read=100 w1=20 out=9 stop=tool_use
    `)
    expect(calls).toHaveLength(1)
    expect(calls[0]).toMatchObject({
      call: 1,
      turn: 1,
      id: 'm1',
      startMicros: at(1),
      endMicros: at(4),
      timeQuality: 'derived',
      requested: 'claude-a',
      served: { model: 'claude-a', serviceTier: 'standard' },
      prompt: { tokens: 123, user: { chars: 5 }, newImages: 0, contextImages: 0 },
      usage: {
        uncachedInput: 3,
        cacheRead: 100,
        cacheWrite5m: 0,
        cacheWrite1h: 20,
        output: 9,
        outputQuality: 'exact',
      },
      end: 'served',
      reply: { text: { chars: 2 }, thinking: { chars: 4 }, finish: 'tool_use' },
    })
    expect(calls[0]?.attempts).toBeUndefined()
    expect(calls[0]?.cost).toBeUndefined()
  })

  it('has no usage where a host counts nothing: no prompt is empty', async () => {
    const { calls, report } = await importNotation(`
      user hello
      reply m1 text=hi in=0 out=0 stop=end_turn
      user on
      reply m2 text=hi in=0 out=0
      reply m2 text=ho in=40 out=9 stop=end_turn
    `)
    expect(calls.map(({ prompt, usage }) => [prompt.tokens, usage?.output])).toEqual([
      [undefined, undefined],
      [40, 9],
    ])
    expect(report.calls.withUsage).toBe(1)
  })

  it('may say its words as one text, and repeat lines under new identities', async () => {
    const line = JSON.stringify({
      type: 'assistant', uuid: 'w1', parentUuid: null, sessionId: 's1',
      message: { id: 'm1', model: 'claude-a', role: 'assistant', content: 'plain words', usage: null },
    })
    const { calls } = await importNotation(`
      user hello
      raw ${line}
      user on
      reply m2 tool=Read#t1
      reply m2 tool=Edit#t2
      reply m2 tool=Read#t1
      result t1
      reply m3 tool=Bash#t1
      result t1 failed
    `)
    expect(calls[0]?.reply).toMatchObject({ text: { chars: 11 }, tools: [] })
    // Some hosts number the tools of each answer anew.
    expect(calls.slice(1).map((call) => call.reply?.tools?.map((tool) => [tool.name, tool.failed]))).toEqual([
      [['Read', false], ['Edit', undefined]],
      [['Bash', true]],
    ])
  })

  it('may have its lines around the results of its own tools, in any order', async () => {
    const { calls, report } = await importNotation(`
      user go
      reply m1 tool=Read#t1
      result t1
      result t2 failed
      reply m1 tool=Edit#t2
      reply m2 text=done
    `)
    expect(calls.map((call) => call.id)).toEqual(['m1', 'm2'])
    expect(calls[0]?.reply?.tools).toMatchObject([
      { name: 'Read', failed: false },
      { name: 'Edit', failed: true },
    ])
    expect(report.main).toMatchObject({ toolResults: 2, toolFailures: 1 })
    expect(report.main.toolResultsWithoutCall).toBe(0)
  })

  it('is another one under another request id', async () => {
    const { calls } = await importNotation(`
      user hello
      reply m1 request=req_a
      reply m1 request=req_b
    `)
    expect(calls).toHaveLength(2)
  })

  it('keeps the order of the file where timestamps run backwards', async () => {
    const { calls } = await importNotation(`
      user one at=50
      reply m1 at=40
      user two at=20
      reply m2 at=30
    `)
    expect(calls.map(({ id, startMicros, endMicros }) => [id, startMicros, endMicros])).toEqual([
      ['m1', undefined, at(40)],
      ['m2', at(20), at(30)],
    ])
  })

  it('tells its house by the shape of its ids', async () => {
    const direct = `msg_01${'a'.repeat(22)}`
    const { calls } = await importNotation(`
      user hello
      reply ${direct} request=req_1
      reply ${direct}x request=req_2
      reply ${direct.replaceAll('a', 'b')} request=proxy-3
      reply msg_bdrk_4
      reply msg_vrtx_5
    `)
    const houses = calls.map((call) => call.served?.provider)
    expect(houses).toEqual(['anthropic', undefined, undefined, 'bedrock', 'vertex'])
  })
})

describe('the usage', () => {
  const usages = async (line: string): Promise<unknown> =>
    (await importNotation(`user hello\nreply m1 ${line}`)).calls[0]?.usage

  it('takes writes without a split for five-minute ones', async () => {
    expect(await usages('in=1 writes=70')).toMatchObject({ cacheWrite5m: 70, cacheWrite1h: 0 })
  })

  it('knows no lifetime of writes that the split leaves out', async () => {
    const usage = '{"cache_creation_input_tokens":70}'
    expect(await usages(`w5=10 w1=20 usage=${usage}`)).toMatchObject({
      cacheWrite5m: 10,
      cacheWrite1h: 20,
      cacheWriteOther: 40,
    })
  })

  it('is a lower bound without a stop reason, or with more text than its tokens hold', async () => {
    expect(await usages('text=hi out=2')).toMatchObject({ outputQuality: 'lower-bound' })
    expect(await usages('text=hi out=2 stop=end_turn')).toMatchObject({ outputQuality: 'exact' })
    const sixFold = { bounded: 'x'.repeat(13), exact: 'x'.repeat(12) }
    expect(await usages(`text=${sixFold.bounded} out=2 stop=end_turn`)).toMatchObject({
      outputQuality: 'lower-bound',
    })
    expect(await usages(`text=${sixFold.exact} out=2 stop=end_turn`)).toMatchObject({
      outputQuality: 'exact',
    })
  })

  it('takes reasoning out of the output, once', async () => {
    const usage = '{"output_tokens_details":{"thinking_tokens":30}}'
    expect(await usages(`out=100 usage=${usage}`)).toMatchObject({ output: 70, reasoning: 30 })
  })

  it('names fast mode as a tier, and a region where there is one', async () => {
    const { calls } = await importNotation(`
      user hello
      reply m1 usage={"speed":"fast","inference_geo":"us"}
      reply m2 usage={"speed":"standard","inference_geo":"not_available"}
    `)
    expect(calls.map((call) => call.served)).toEqual([
      { model: 'claude-a', serviceTier: 'fast', region: 'us' },
      { model: 'claude-a', serviceTier: 'standard' },
    ])
  })

  it('has the cost of old versions for an estimate', async () => {
    const { calls } = await importNotation('user hello\nreply m1 cost=0.0123')
    expect(calls[0]?.cost).toEqual({ picoUsd: '12300000000', source: 'estimate' })
  })
})

describe('failed attempts', () => {
  it('belong to the call that is served after them', async () => {
    const { calls } = await importNotation(`
      user hello         at=0
      error 529 wait=500 at=10
      error 503 wait=1000.4 at=20 headers={"retry-after":"7"}
      reply m1 at=30
    `)
    expect(calls).toHaveLength(1)
    expect(calls[0]).toMatchObject({ end: 'served', startMicros: at(0), endMicros: at(30) })
    const place = { model: 'claude-a' }
    expect(calls[0]?.attempts).toEqual([
      {
        ...place,
        startMicros: at(0),
        endMicros: at(10),
        status: 529,
        errorClass: 'overloaded',
        waitedMicros: 500_000,
      },
      {
        ...place,
        startMicros: at(10.5),
        endMicros: at(20),
        status: 503,
        errorClass: 'unavailable',
        retryAfterMicros: 7_000_000,
        waitedMicros: 1_000_400,
      },
      { ...place, serviceTier: 'standard', startMicros: at(21) + 400, endMicros: at(30) },
    ])
  })

  it('end in exhaustion or denial where the client says so', async () => {
    const { calls } = await importNotation(`
      user hello
      reply m1
      user again
      error 529 wait=500
      failed "API Error: 529 {\\"type\\":\\"error\\",\\"error\\":{\\"type\\":\\"overloaded_error\\"}}"
      user and again
      failed "Please run /login - API Error: 401 {}" error=authentication_failed
      user more
      failed "Prompt is too long"
      user still more
      failed "Credit balance is too low"
      user yet more
      failed "Request timed out."
      user and more
      failed "You've hit your session limit - resets 9pm"
      user and yet more
      synthetic Claude AI usage limit reached|1760000000
      user and once more
      error none error={"message":"Connection error.","connection":{"code":"ETIMEDOUT"}}
      failed "Invalid API key - Please run /login"
    `)
    const ends = calls.map(({ end, attempts }) => [end, attempts?.map((one) => one.errorClass)])
    expect(ends).toEqual([
      ['served', undefined],
      ['exhausted', ['overloaded', 'overloaded']],
      ['denied', ['auth']],
      ['denied', ['context-window']],
      ['denied', ['payment']],
      ['exhausted', ['timeout']],
      ['exhausted', ['rate-limit']],
      ['exhausted', ['rate-limit']],
      ['denied', ['timeout', 'auth']],
    ])
    // Nothing says what was asked for, but the client asks the model last in force.
    expect(new Set(calls.map((call) => call.requested))).toEqual(new Set(['claude-a']))
    expect(calls[1]).toMatchObject({ turn: 2, prompt: { user: { chars: 5 } } })
    expect(calls[1]?.reply).toBeUndefined()
    expect(calls[1]?.usage).toBeUndefined()
  })

  it('make a cancelled call where the person does not wait, none at the end', async () => {
    const { calls, report } = await importNotation(`
      user hello
      error none wait=500
      interrupt
      user again
      error 500 wait=500
      user and again
      reply m1
      error none wait=500 error={"cause":{"code":"ETIMEDOUT"}}
    `)
    expect(calls.map(({ end, turn }) => [end, turn])).toEqual([
      ['cancelled', 1],
      ['cancelled', 2],
      ['served', 3],
    ])
    expect(calls[0]?.attempts).toMatchObject([{ errorClass: 'unavailable' }])
    expect(calls[1]?.attempts).toMatchObject([{ errorClass: 'server', status: 500 }])
    expect(report.unfinishedAttempts).toBe(1)
    expect(report.calls.failedAttempts).toBe(2)
  })

  it('are none where the client only says that it wants no answer', async () => {
    const { calls, report } = await importNotation(`
      user hello
      synthetic "No response requested."
      reply m1
    `)
    expect(calls.map((call) => call.id)).toEqual(['m1'])
    expect(report.lines.categories).toContainEqual({ name: 'assistant: synthetic', count: 1 })
  })
})

describe('texts and tools', () => {
  it('are null where there are none and absent where the log withholds them', async () => {
    const { calls, sessions } = await importNotation(`
      user hello
      reply m1 text=hi
      reply m2 think=
      reply m3 think=hm
      reply m4 text="\\n\\n"
    `)
    expect(calls.map(({ reply }) => [reply?.text, reply?.thinking])).toEqual([
      [{ chars: 2 }, null],
      [null, undefined],
      [null, { chars: 2 }],
      [null, null],
    ])
    expect(sessions[0]?.withheld).toEqual({ thinking: true })
  })

  it('are joined by a line feed', async () => {
    const { calls } = await importNotation('user hello\nreply m1 text=ab\nreply m1 text=cde', {
      withText: true,
    })
    expect(calls[0]?.reply?.text).toEqual({ chars: 6, text: 'ab\ncde' })
    expect(calls[0]?.prompt.user).toEqual({ chars: 5, text: 'hello' })
  })

  it('have signatures that the order of arguments does not change', async () => {
    const { calls } = await importNotation(`
      user hello
      reply m1 tool=Read#t1 args={"a":1,"b":{"c":2,"d":3}}
      reply m2 tool=Read#t2 args={"b":{"d":3,"c":2},"a":1}
      reply m3 tool=Read#t3 args={"a":1,"b":{"c":2,"d":4}}
      reply m4 tool=Edit#t4 args={"a":1,"b":{"c":2,"d":3}}
    `)
    const [one, two, three, four] = calls.map((call) => call.reply?.tools?.[0]?.signature)
    expect(one).toMatch(/^[0-9a-f]{16}$/)
    expect(two).toBe(one)
    expect(new Set([one, three, four]).size).toBe(3)
  })

  it('did not fail where nothing says so, and are unknown without a result', async () => {
    const { calls } = await importNotation(`
      user hello
      reply m1 tool=Read#t1
      reply m1 tool=Bash#t2
      reply m1 tool=Bash#t3
      reply m1 tool=Bash#t4
      result t1
      result t2 failed
      result t3 fine
    `)
    const failed = calls[0]?.reply?.tools?.map((tool) => tool.failed)
    expect(failed).toEqual([false, true, false, undefined])
    expect(calls[0]?.reply?.tools?.every((tool) => tool.path === undefined)).toBe(true)
  })

  it('are counted by the phrase lists that were handed in', async () => {
    const count = (text: string): number[] =>
      [...'aeiou'].map((vowel) => text.split(vowel).length - 1)
    const vowels = { digest: 'vowels', count }
    const { calls, sessions } = await importNotation('user banana\nreply m1 text=xyz think=echo tool=Read#t1\nresult t1', {
      phraseLists: [vowels],
    })
    expect(sessions[0]?.phraseLists).toEqual(['vowels'])
    expect(calls[0]?.prompt.user).toEqual({ chars: 6, hits: { vowels: { 0: 3 } } })
    expect(calls[0]?.reply?.text).toEqual({ chars: 3 })
    expect(calls[0]?.reply?.thinking).toEqual({ chars: 4, hits: { vowels: { 1: 1, 3: 1 } } })
    // The result is "output".
    expect(calls[0]?.reply?.tools?.[0]?.result).toEqual({ chars: 6, hits: { vowels: { 3: 1, 4: 2 } } })
  })
})

it('keeps nothing of the person, the machine or the organisation', async () => {
  const { records } = await importFiles({
    'projects/-home-someone-secret-project/s1.jsonl': 'placeholder',
  })
  expect(records).toEqual([])
  const { records: kept } = await importNotation(`
    user a secret wish
    error 529 wait=1
    reply m1 text="a secret answer" tool=Read#t1 args={"file_path":"/home/secret"}
  `)
  expect(JSON.stringify(kept)).not.toContain('secret')
})
