import { describe, expect, it } from 'vitest'
import { promptFacts, replyFacts } from '../../../src/trace/importers/chat-messages.ts'
import { answerIn, messagesIn } from '../../../src/trace/importers/exchange.ts'

type Json = { readonly [key: string]: unknown }

const spoken = { text: { chars: 2 }, tools: [{ name: 'look' }] }

describe('an answer', () => {
  it.for<{ readonly by: string; readonly response: Json; readonly finish: string; readonly thinking: Json | undefined }>([
    {
      by: 'chat',
      response: {
        choices: [{ message: { role: 'assistant', content: 'hi', tool_calls: [{ function: { name: 'look', arguments: '{}' } }] }, finish_reason: 'tool_calls' }],
      },
      finish: 'tool_calls',
      thinking: undefined,
    },
    {
      by: 'the Responses interface',
      response: {
        status: 'completed',
        output: [
          { type: 'reasoning', summary: [], content: [{ type: 'reasoning_text', text: 'hmm' }] },
          { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'hi' }] },
          { type: 'function_call', name: 'look', call_id: 'c1', arguments: '{}' },
        ],
      },
      finish: 'completed',
      thinking: { chars: 3 },
    },
    {
      by: 'Anthropic’s',
      response: { role: 'assistant', content: [{ type: 'thinking', thinking: 'hmm' }, { type: 'text', text: 'hi' }, { type: 'tool_use', name: 'look', input: {} }], stop_reason: 'tool_use' },
      finish: 'tool_use',
      thinking: { chars: 3 },
    },
    {
      by: 'Gemini’s',
      response: { candidates: [{ content: { parts: [{ text: 'hmm', thought: true }, { text: 'hi' }, { functionCall: { name: 'look', args: {} } }] }, finishReason: 'STOP' }] },
      finish: 'STOP',
      thinking: { chars: 3 },
    },
  ])('by $by is words, thoughts and tools', ({ response, finish, thinking }) => {
    const answer = answerIn(response)
    expect(answer.finish).toBe(finish)
    const facts = replyFacts(answer.reply ?? {}, {})
    expect(facts).toMatchObject(spoken)
    expect(facts.thinking).toEqual(thinking)
  })

  it('of another shape is none', () => {
    expect([undefined, {}, { error: { message: 'no' } }, { choices: [] }].map((response) => answerIn(response).reply)).toEqual([
      undefined, undefined, undefined, undefined,
    ])
  })
})

describe('a prompt', () => {
  it('may be messages, contents, items or one text', () => {
    const image = { inlineData: { mimeType: 'image/png', data: '' } }
    const contents = [
      { role: 'user', parts: [{ text: 'go' }, image] },
      { role: 'model', parts: [{ functionCall: { name: 'look' } }] },
      { role: 'user', parts: [{ functionResponse: { name: 'look' } }] },
    ]
    const told = [{ messages: [{ role: 'user', content: 'go' }] }, { contents }, { input: 'go' }, { input: [{ role: 'user', content: 'go' }] }]
    expect(told.map((request) => promptFacts(messagesIn(request) ?? [], {})).map(({ turn, facts }) => [turn, facts.contextImages])).toEqual([
      [1, 0], [1, 1], [1, 0], [1, 0],
    ])
  })

  it('that goes on from an answer which the host kept is not whole', () => {
    expect(messagesIn({ input: 'go', previous_response_id: 'resp_1' })).toBeUndefined()
    expect(messagesIn(undefined)).toBeUndefined()
  })
})
