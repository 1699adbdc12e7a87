import { describe, expect, it } from 'vitest'
import { epochMicros, importFiles, importNotation, transcript } from '../../support/claude-transcript.ts'

describe('turns', () => {
  it('begin with what the person wrote, not with what the program wrote for him', async () => {
    const { calls, report } = await importNotation(`
      meta Caveat: what follows was written by a program
      echo clear
      stdout nothing
      user hello
      reply m1 tool=Bash#t1
      result t1
      reply m2
      summary what was said so far
      reply m3
      interrupt
      user <system-reminder>be kind</system-reminder>
      reply m4
      user again
      reply m5
    `)
    expect(calls.map(({ id, turn }) => [id, turn])).toEqual([
      ['m1', 1],
      ['m2', 1],
      ['m3', 1],
      ['m4', 1],
      ['m5', 2],
    ])
    const opening = calls.filter((call) => call.prompt.user !== undefined)
    expect(opening.map((call) => call.id)).toEqual(['m1', 'm5'])
    expect(report.main).toMatchObject({ messages: 2, messagesWithoutCall: 0 })
  })

  it('are 0 before the first message: none there, or unknown in a log that is cut', async () => {
    const opened = await importNotation('meta look at it\nreply m1\nreply m2')
    expect(opened.calls.map(({ turn, prompt }) => [turn, prompt.user])).toEqual([
      [0, null],
      [0, undefined],
    ])
    const cut = await importNotation(`
      reply m1 parent=elsewhere
      result t0
      reply m2
      user hello
      reply m3
    `)
    expect(cut.calls.map(({ turn, prompt }) => [turn, prompt.user])).toEqual([
      [0, undefined],
      [0, undefined],
      [1, { chars: 5 }],
    ])
    expect(cut.calls[0]?.prompt.newImages).toBeUndefined()
    expect(cut.calls[1]?.prompt.newImages).toBe(0)
    expect(cut.report.sessions.beginInTheMiddle).toBe(1)
    expect(cut.report.main.toolResultsWithoutCall).toBe(1)
  })

  it('begin with a command that asks the model something, and with no other command', async () => {
    const { calls, report } = await importNotation(`
      echo review
      meta look at it
      reply m1 tool=Skill#t1
      result t1
      meta how to look
      reply m2
      echo model
      stdout Set model to claude-b
      meta <system-reminder>be kind</system-reminder>
      reply m3 model=claude-b
    `)
    expect(calls.map(({ turn, prompt }) => [turn, prompt.user])).toEqual([
      [1, { chars: 10 }],
      [1, undefined],
      [1, undefined],
    ])
    expect(report.main).toMatchObject({ messages: 1, messagesWithoutCall: 0 })
  })

  it('take the last of several messages, and the report tells of the others', async () => {
    const { calls, report } = await importNotation(`
      user first
      interrupt
      user the second
      reply m1
      user left alone
    `)
    expect(calls[0]).toMatchObject({ turn: 2, prompt: { user: { chars: 10 } } })
    expect(report.main).toMatchObject({ messages: 3, messagesWithoutCall: 2 })
  })

  it('begin with what the person wrote while the model worked, and not with what an agent says', async () => {
    const { calls, report } = await importNotation(`
      user look at it mode=plan
      reply m1 tool=Bash#t1
      result t1
      queued not there
      reply m2 tool=Bash#t2
      result t2
      queued nor here origin={"kind":"human"} images=2
      reply m3 tool=Bash#t3
      result t3
      queued it is done queue=task-notification
      queued "<task-notification>done" origin={"kind":"task-notification"}
      queued it is me origin={"kind":"peer","from":"unknown"}
      queued "<teammate-message teammate_id=\\"a\\">done"
      reply m4 stop=end_turn
      user "Another Claude session sent a message:\\n<teammate-message>done"
      user "<teammate-message teammate_id=\\"a\\">done"
      reply m5
    `)
    expect(calls.map(({ id, turn, prompt }) => [id, turn, prompt.user, prompt.newImages])).toEqual([
      ['m1', 1, { chars: 10 }, 0],
      ['m2', 2, { chars: 9 }, 0],
      ['m3', 3, { chars: 8 }, 2],
      ['m4', 3, undefined, 0],
      ['m5', 3, undefined, 0],
    ])
    expect(calls[1]?.prompt.signals?.['plan-mode']).toBe(true)
    expect(report.main).toMatchObject({ messages: 3, messagesWithoutCall: 0 })
    expect(report.lines.categories).toContainEqual({ name: 'attachment: message', count: 2 })
  })

  it('of an agent begin with what another says to it', async () => {
    const said = { type: 'user', sessionId: 's1', agentName: 'scribe', uuid: 'u', parentUuid: null }
    const content = '<teammate-message teammate_id="lead">write'
    const { calls } = await importNotation(`
      raw ${JSON.stringify({ ...said, message: { role: 'user', content } })}
      reply m1 parent=u
      user side agent=a1 "<teammate-message teammate_id=\\"lead\\">go"
      reply m2 side agent=a1
    `)
    expect(calls.map(({ turn, prompt }) => [turn, prompt.user])).toEqual([
      [1, { chars: 42 }],
      [1, { chars: 39 }],
    ])
  })

  it('are in plan mode where the message says so, and unknown where it says nothing', async () => {
    const { calls } = await importNotation(`
      user one mode=plan
      reply m1
      reply m2
      user two mode=acceptEdits
      reply m3
      user three
      reply m4
    `)
    expect(calls.map((call) => call.prompt.signals?.['plan-mode'])).toEqual([
      true,
      true,
      false,
      undefined,
    ])
  })
})

describe('images', () => {
  it('are new once and stay in the prompt until a compaction', async () => {
    const { calls } = await importNotation(`
      user look images=2
      reply m1 tool=Read#t1
      result t1 images=1
      reply m2
      user and now
      reply m3
      compact before=1000
      reply m4
    `)
    expect(calls.map(({ prompt }) => [prompt.newImages, prompt.contextImages])).toEqual([
      [2, 2],
      [1, 3],
      [0, 3],
      [0, 0],
    ])
  })

  it('leave the prompt when the person goes back before them', async () => {
    const { calls } = await importNotation(`
      user one uuid=one
      reply m1 uuid=answer
      user look images=1
      reply m2
      user otherwise parent=answer
      reply m3
    `)
    expect(calls.map(({ prompt }) => prompt.contextImages)).toEqual([0, 1, 0])
  })

  it('are unknown in the whole prompt where its beginning is not in the log', async () => {
    const { calls } = await importNotation(`
      user hello parent=elsewhere images=1
      reply m1
      compact before=10
      reply m2
    `)
    expect(calls.map(({ prompt }) => [prompt.newImages, prompt.contextImages])).toEqual([
      [1, undefined],
      [0, 0],
    ])
  })
})

describe('events', () => {
  it('are a compaction, whose call is in no log', async () => {
    const { events, report } = await importNotation(`
      user hello
      reply m1
      compact before=1000 after=90
      summary all of it
      reply m2
    `)
    expect(events).toMatchObject([
      {
        event: 'compaction',
        beforeCall: 2,
        tokensBefore: 1000,
        tokensAfter: 90,
        trigger: 'auto',
        billed: false,
      },
    ])
    expect(report.unloggedCompactions).toEqual([
      { session: 's1', beforeCall: 2, tokensBefore: 1000 },
    ])
  })

  it('are a change of model, by the person where he is seen to make it', async () => {
    const { events } = await importNotation(`
      user hello
      reply m1 model=claude-a
      echo model
      stdout Set model to Something (default)
      user on
      reply m2 model=claude-b
      reply m3 model=claude-b
      echo model
      stdout Set model to claude-b
      reply m4 model=claude-c
      reply m5 model=claude-a
    `)
    expect(events).toMatchObject([
      { beforeCall: 2, model: 'claude-b', by: 'person' },
      { beforeCall: 4, model: 'claude-c', by: 'person' },
      { beforeCall: 5, model: 'claude-a' },
    ])
    expect(events.map((event) => 'by' in event)).toEqual([true, true, false])
  })

  it('are a change of model that newer versions log as the program\'s own line', async () => {
    const line = JSON.stringify({
      type: 'system',
      subtype: 'local_command',
      uuid: 'p1',
      parentUuid: 's1-u1',
      sessionId: 's1',
      content: '<local-command-stdout>Set model to claude-b</local-command-stdout>',
    })
    const { events, report } = await importNotation(`
      user hello
      reply m1
      raw ${line}
      user on
      reply m2 model=claude-b
    `)
    expect(events).toMatchObject([{ beforeCall: 2, model: 'claude-b', by: 'person' }])
    expect(report.lines.categories).toContainEqual({ name: 'system: command', count: 1 })
  })

  it('name the model after the last call where the log does', async () => {
    const named = await importNotation(`
      user hello
      reply m1
      stdout "Set model to \\u001b[1mopus (claude-opus-4-5-20251101)\\u001b[22m"
    `)
    expect(named.events).toMatchObject([
      { event: 'model-change', beforeCall: 2, model: 'claude-opus-4-5-20251101', by: 'person' },
    ])
    const unnamed = await importNotation('user hello\nreply m1\nstdout Set model to Opus 4.6')
    expect(unnamed.events).toEqual([])
    expect(unnamed.report.unnamedModelChanges).toBe(1)
  })
})

describe('subagents', () => {
  const file = transcript(
    `
      user explore side agent=a1
      reply c1 side agent=a1 tool=Read#t1
      result t1 side agent=a1
      reply c2 side agent=a1
    `,
    's1',
  )

  it('have a file of their own', async () => {
    const { sessions, calls } = await importFiles({
      's1/subagents/agent-a1.jsonl': file.replaceAll('s1-u', 'a1-u'),
      's1.jsonl': transcript('user hello\nreply m1 tool=Task#t9\nresult t9\nreply m2'),
    })
    expect(sessions).toMatchObject([
      { session: 's1', sidechain: false },
      { session: 's1/agent-a1', parent: 's1', sidechain: true },
    ])
    expect(calls.map((call) => [call.session, call.call, call.turn])).toEqual([
      ['s1', 1, 1],
      ['s1', 2, 1],
      ['s1/agent-a1', 1, 1],
      ['s1/agent-a1', 2, 1],
    ])
  })

  const progress = transcript(`
    user hello
    reply m1 tool=Task#t9
    agent user explore of=a1 inner=i1
    agent reply c1 of=a1 inner=i2 tool=Read#t1
    agent reply c1 of=a1 inner=i2 tool=Read#t1
    agent result t1 of=a1 inner=i3
    agent reply c2 of=a1 inner=i4
    result t9
    reply m2
  `)

  it('or stand in lines of progress', async () => {
    const { sessions, calls, report } = await importFiles({ 's1.jsonl': progress })
    expect(sessions.map((one) => one.session)).toEqual(['s1', 's1/agent-a1'])
    expect(calls.map((call) => [call.session, call.id])).toEqual([
      ['s1', 'm1'],
      ['s1', 'm2'],
      ['s1/agent-a1', 'c1'],
      ['s1/agent-a1', 'c2'],
    ])
    expect(calls[2]?.reply?.tools).toMatchObject([{ name: 'Read', failed: false }])
    expect(report.sessions).toMatchObject({ main: 1, child: 1, beginInTheMiddle: 0 })
    expect(report.children.messages).toBe(1)
  })

  it('or both, and then the file is read', async () => {
    const { calls, report } = await importFiles({
      's1.jsonl': progress,
      's1/subagents/agent-a1.jsonl': file.replaceAll('s1-u', 'a1-u'),
    })
    expect(calls.map((call) => call.id)).toEqual(['m1', 'm2', 'c1', 'c2'])
    expect(calls[2]?.provenance?.file).toBe('agent-a1.jsonl')
    expect(report.calls.duplicates).toBe(0)
  })

  it('or hang on a line of their own in the file of their parent', async () => {
    const { sessions, calls } = await importNotation(`
      user hello uuid=u1
      reply m1 uuid=u2
      user explore side parent=null uuid=x1
      reply c1 side uuid=x2
      user other side parent=null uuid=y1
      reply d1 side uuid=y2
      reply c2 side parent=x2
      reply m2 parent=u2
    `)
    expect(sessions.map((one) => one.session)).toEqual(['s1', 's1/sidechain-x1', 's1/sidechain-y1'])
    expect(calls.map((call) => [call.session, call.id])).toEqual([
      ['s1', 'm1'],
      ['s1', 'm2'],
      ['s1/sidechain-x1', 'c1'],
      ['s1/sidechain-x1', 'c2'],
      ['s1/sidechain-y1', 'd1'],
    ])
  })

  it('do not own the replies of their parent that they repeat', async () => {
    const { calls, report } = await importFiles({
      'side.jsonl': transcript(
        `
          reply m1 side agent=q request=req_copy
          user by the way side agent=q
          reply q1 side agent=q
        `,
        's1',
      ).replaceAll('s1-u', 'q-u'),
      's1.jsonl': transcript('user hello\nreply m1'),
    })
    expect(calls.map((call) => [call.session, call.id])).toEqual([
      ['s1', 'm1'],
      ['s1/agent-q', 'q1'],
    ])
    expect(report.calls.duplicates).toBe(1)
  })
})

describe('what the program printed', () => {
  const printed = (row: object, seconds: number): string =>
    `${JSON.stringify({ session_id: 's1', _audit_timestamp: new Date(epochMicros / 1000 + seconds * 1000).toISOString(), ...row })}\n`
  const reply = (id: string, more: object = {}): object => ({
    type: 'assistant',
    request_id: `req_${id}`,
    message: { id, model: 'claude-a', content: [], usage: { input_tokens: 1, output_tokens: 1 } },
    ...more,
  })
  const stream =
    printed({ type: 'user', message: { role: 'user', content: 'hello' } }, 1) +
    printed(reply('m1'), 3) +
    printed(reply('c1', { parent_tool_use_id: 'toolu_1' }), 4)

  it('has sessions, times and agents under other names', async () => {
    const { calls } = await importFiles({ 'local_1/audit.jsonl': stream })
    expect(calls.map(({ session, id, turn, startMicros, endMicros }) => [session, id, turn, startMicros, endMicros])).toEqual([
      ['s1', 'm1', 1, epochMicros + 1_000_000, epochMicros + 3_000_000],
      ['s1/agent-toolu_1', 'c1', 0, undefined, epochMicros + 4_000_000],
    ])
  })

  it('gives way to the transcript beside it', async () => {
    const { calls, report } = await importFiles({
      'local_1/audit.jsonl': stream,
      'local_1/.claude/projects/p/s1.jsonl': transcript('user hello\nreply m1 out=5 at=9'),
      'local_1/.claude/projects/p/s1/subagents/agent-a1.jsonl':
        transcript('user go side agent=a1\nreply c1 side agent=a1 out=6').replaceAll('s1-u', 'a1-u'),
    })
    expect(calls.map(({ session, id, usage }) => [session, id, usage?.output])).toEqual([
      ['s1', 'm1', 5],
      ['s1/agent-a1', 'c1', 6],
    ])
    expect(report.calls.duplicates).toBe(2)
  })
})

describe('copies', () => {
  const original = 'user one\nreply m1\nreply m2'
  const copied = (rows: string, session: string): string =>
    transcript(`${original}\n${rows}`, session)

  it('of a resumed conversation stay with the one that ended first', async () => {
    const files = {
      'a.jsonl': copied('user two at=50\nreply m3', 'resumed'),
      'b.jsonl': transcript(original, 'first'),
    }
    const { calls, report } = await importFiles(files)
    expect(calls.map((call) => [call.session, call.call, call.id])).toEqual([
      ['first', 1, 'm1'],
      ['first', 2, 'm2'],
      ['resumed', 1, 'm3'],
    ])
    expect(calls[2]).toMatchObject({ turn: 2, prompt: { user: { chars: 3 } } })
    expect(report.calls.duplicates).toBe(2)
  })

  it('of a fork that says so stay with the original, even if that went on for longer', async () => {
    const fork = copied('user two at=50\nreply m3', 'fork').replaceAll(
      '"version"',
      '"forkedFrom":{"sessionId":"first"},"version"',
    )
    const { calls } = await importFiles({
      'a.jsonl': fork,
      'b.jsonl': copied('user two at=90\nreply m4', 'first'),
    })
    expect(calls.map((call) => [call.session, call.id])).toEqual([
      ['first', 'm1'],
      ['first', 'm2'],
      ['first', 'm4'],
      ['fork', 'm3'],
    ])
  })

  it('that have lost their request id are told by a message id of Anthropic’s', async () => {
    const id = `msg_01${'a'.repeat(22)}`
    const { calls, report } = await importFiles({
      'a.jsonl': transcript(`user one\nreply ${id} request=req_1`, 'first'),
      'b.jsonl': transcript(`user one\nreply ${id} request=null\nuser two\nreply m2`, 'second'),
    })
    expect(calls.map((call) => [call.session, call.id])).toEqual([['first', id], ['second', 'm2']])
    expect(report.calls.duplicates).toBe(1)
  })

  it('of an older state of one file add nothing', async () => {
    const whole = await importFiles({ 'b.jsonl': copied('user two\nreply m3', 's1') })
    const both = await importFiles({
      'backup/b.jsonl': transcript(original),
      'b.jsonl': copied('user two\nreply m3', 's1'),
    })
    expect(both.records).toEqual(whole.records)
    expect(both.report.calls.duplicates).toBe(2)
  })

  it('of a line in its own file are told', async () => {
    const { calls, report } = await importNotation(`
      user hello
      reply m1 uuid=r
      reply m1 uuid=r text=x
    `)
    expect(calls[0]?.reply?.text).toBeNull()
    expect(report.lines.categories).toContainEqual({ name: 'repeated line', count: 1 })
  })
})

it('reads several sessions in one file apart', async () => {
  const { sessions, calls } = await importNotation(`
    user one session=a
    reply m1 session=a
    user two session=b
    reply m2 session=b
    reply m3 session=a
  `)
  expect(sessions.map((one) => one.session)).toEqual(['a', 'b'])
  expect(calls.map((call) => [call.session, call.call, call.id])).toEqual([
    ['a', 1, 'm1'],
    ['a', 2, 'm3'],
    ['b', 1, 'm2'],
  ])
})
