import { describe, expect, it } from 'vitest'
import { parseLine } from '../../src/trace/parse.ts'

const usage = '"usage":{"uncachedInput":1,"cacheRead":2,"cacheWrite5m":0,"cacheWrite1h":0,"output":1,"outputQuality":"exact"}'
const call = (rest: string, prompt = '{}'): string =>
  `{"record":"call","session":"s","call":1,"end":"served","prompt":${prompt}${rest}}`

function reason(line: string, last = false): string {
  const parsed = parseLine(line, last, 64, () => undefined)
  return parsed.ok ? 'accepted' : parsed.reason
}

describe('what a refused line is told', () => {
  it.each([
    [call(`,${usage}`.replace('"cacheRead":2', '"cacheRead":-3')), '`usage.cacheRead`: got -3, expected an integer of at least 0'],
    [call(`,${usage}`.replace('"cacheRead":2', '"cacheRead":1.5')), '`usage.cacheRead`: got 1.5, expected an integer of at least 0'],
    [call(`,${usage}`.replace('"cacheRead":2,', '')), '`usage.cacheRead`: missing, expected an integer of at least 0'],
    [call(`,${usage}`, '{"tokens":5}'), '`prompt.tokens`: got 5, expected 3, the sum of the input buckets of `usage`'],
    [call(',"attempts":[{},{"status":"x"}]'), '`attempts[1].status`: got "x", expected an integer from 100 to 999'],
    [call(',"cost":{"picoUsd":"-5","source":"provider"}'), '`cost.picoUsd`: got "-5", expected digits of a whole number, as text'],
    [
      call('', '{"classifiers":{"triage":{"status":"ok","scoresMillionths":{"m":1700000}}}}'),
      '`prompt.classifiers.triage.scoresMillionths.m`: got 1700000, expected an integer from 0 to 1000000',
    ],
    [call('', '{"user":{"chars":"seven"}}'), '`prompt.user.chars`: got "seven", expected an integer of at least 0'],
    [call('', '{"user":{"chars":1,"hits":{"d":{"x":1}}}}'), '`prompt.user.hits.d`: got the name "x", expected the index of a phrase'],
    [call(',"call":9007199254740993'), '`call`: got a number past 2^53, expected one of at most 9007199254740991'],
    [call(',"anything":1e400'), '`anything`: got a number past 2^53, expected one of at most 9007199254740991'],
    ['[1]', 'got a list, expected an object with the field `record`'],
    ['"call"', 'got "call", expected an object with the field `record`'],
    ['{"record":"foo"}', '`record`: got "foo", expected one of "session", "call", "event"'],
    ['{"record":"event","event":"outcome"}', '`success`: missing, expected true or false or null'],
    ['{"record":"session","schema":1,"session":""}', '`session`: got "", expected text of 1 to 1024 characters'],
    ['{"record":"session","schema":2,"session":"s"}', '`schema`: got 2, this version reads 1; a newer reroute wrote this trace'],
    ['{} {}', 'not a JSON object: a trace has one record a line'],
    ['{"record":"call"', 'not a JSON object: a trace has one record a line'],
  ])('%s', (line, expected) => {
    expect(reason(line)).toBe(expected)
  })

  it('escapes control codes and never quotes the words of a message', () => {
    const escape = '\\u001b[31m'
    expect(reason(call(`,"end":"${escape}"`))).toContain(`got "${escape}", expected`)
    expect(reason(call('', '{"user":{"chars":1,"text":["my secret"]}}'))).toBe(
      '`prompt.user.text`: got a list, expected text',
    )
    expect(reason(call('', '{"user":"my secret"}'))).toContain('expected an object or null')
  })

  it('tells a last line that was cut off from one that is no JSON', () => {
    expect(reason('{"record":"call","sess', true)).toBe('the last line is cut off: the record does not end')
    expect(reason('hello', true)).toBe('not a JSON object: a trace has one record a line')
  })

  it('refuses deep nesting before it parses', () => {
    const deep = `${'['.repeat(5_000_000)}${']'.repeat(5_000_000)}`
    expect(reason(deep)).toBe('more than 64 objects or lists inside each other')
    expect(reason(call(`,"deep":${'['.repeat(63)}${']'.repeat(63)}`))).toBe('accepted')
    expect(reason(call(`,"text":"${'['.repeat(100)}\\"${'{'.repeat(100)}"`))).toBe('accepted')
  })

  it('keeps names that objects inherit apart from fields', () => {
    const names: string[] = []
    const line = call(',"__proto__":{"turn":-1},"constructor":1,"toString":{"a.b":2}', '{"signals":{"__proto__":"x"}}')
    const parsed = parseLine(line, false, 64, (field) => names.push(field))
    expect(parsed.ok).toBe(true)
    expect(names.sort()).toEqual(['__proto__', 'constructor', 'toString'])
    expect(reason('{"record":"__proto__"}')).toContain('`record`: got "__proto__"')
    expect(reason('{"record":"event","event":"__proto__"}')).toContain('`event`: got "__proto__"')
  })
})
