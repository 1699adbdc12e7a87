import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { groupsCsv, sessionsCsv } from '../../src/report/csv.ts'
import { decisionLogHeader, decisionLogLine, decisionRow } from '../../src/report/decision-log.ts'
import type { CallResult } from '../../src/replay/result/call.ts'
import type { SessionResult } from '../../src/replay/result/session.ts'
import { dollar, emptyTotals, eventful } from '../support/replay-result.ts'
import { schemaErrors } from '../support/schema.ts'

/** Enough of RFC 4180 to read back what was written. */
function readCsv(text: string): string[][] {
  const rows: string[][] = [[]]
  const cell = /("(?:[^"]|"")*"|[^,\n]*)(,|\n)/gy
  for (let match = cell.exec(text); match !== null; match = cell.exec(text)) {
    const value = match[1] ?? ''
    rows.at(-1)?.push(value.startsWith('"') ? value.slice(1, -1).replaceAll('""', '"') : value)
    if (match[2] === '\n') rows.push([])
  }
  return rows.slice(0, -1)
}

const names = fc.oneof(
  fc.constantFrom('=HYPERLINK("http://a.example")', '+1', '-1', '@x', '\t=1', '\r=1', 'a,b', 'a"b', 'a\nb', '__proto__'),
  fc.string({ unit: 'binary' }),
)

const formula = /^[=+\-@\t\r\n]/

function call(name: string): CallResult {
  return {
    session: name,
    call: 1,
    turn: 1,
    startMicros: undefined,
    phase: 'at',
    decision: {
      call: 1,
      turn: 1,
      block: 'start',
      rule: name,
      after: [name],
      reason: 'rule',
      model: name,
      profile: undefined,
      at: undefined,
      noRoute: undefined,
      forThisCall: false,
      before: undefined,
      upgraded: false,
      noStep: false,
      switched: undefined,
      reminders: [],
      alerts: [],
      hiddenTools: [],
      asked: [],
      undetermined: true,
      missing: [name],
      resting: [],
      endpoints: [],
    },
    end: 'served',
    served: { model: name, provider: name },
    recorded: { model: name, provider: undefined },
    recordedEnd: 'served',
    attempts: [
      { model: name, provider: name, startMicros: 1, endMicros: 2, errorClass: 'server', status: 500, cause: 'fault', fault: name },
    ],
    comparedByModelOnly: false,
    decisionChanged: false,
    attemptsCost: undefined,
    effects: undefined,
    cache: undefined,
    contextTokens: undefined,
    compactionPicoUsd: undefined,
    tainted: [name],
    recordedCost: { value: dollar, lo: dollar, hi: dollar, level: 'observed', basis: 'log' },
    recordedOverhead: undefined,
    policyCost: { value: dollar / 2n, lo: dollar / 8n, hi: null, level: 'modelled', basis: 'same-tokens' },
    overheadCost: { value: 1n, lo: 1n, hi: 1n, level: 're-priced', basis: 'card' },
    promptTokens: undefined,
    outputTokens: undefined,
    outputIsLowerBound: false,
    clientEstimatePicoUsd: undefined,
    facts: {},
    assumptions: [],
    tokens: undefined,
  }
}

describe('the decision log', () => {
  it('has in each line the call, who decided, what it costs and what may be claimed of that', () => {
    const row = decisionRow(call('m'))
    expect(JSON.parse(decisionLogLine(row, 'jsonl'))).toEqual({
      session: 'm',
      call: 1,
      turn: 1,
      phase: 'at',
      model: 'm',
      provider: 'm',
      rule: 'm',
      after: ['m'],
      reason: 'rule',
      end: 'served',
      undetermined: true,
      missing: ['m'],
      tainted: ['m'],
      attempts: 1,
      faults: ['m'],
      costPicoUsd: '500000000001',
      costLowPicoUsd: '125000000001',
      claim: 'modelled',
      recordedModel: 'm',
    })
    expect(decisionLogHeader('csv') + decisionLogLine(row, 'csv')).toMatchInlineSnapshot(`
      ""session","call","turn","phase","model","provider","rule","after","reason","end","undetermined","missing","tainted","attempts","faults","cost_usd","cost_low_usd","cost_high_usd","claim","recorded_model","recorded_provider","text"
      "m",1,1,"at","m","m","m","m","rule","served","yes","m","m",1,"m","0.500000000001","0.125000000001","","modelled","m","",""
      "
    `)
  })

  it('is what its schema describes, and one line each, whatever the names', () => {
    fc.assert(
      fc.property(names, (name) => {
        const line = decisionLogLine(decisionRow(call(name)), 'jsonl')
        expect(line.indexOf('\n')).toBe(line.length - 1)
        expect(schemaErrors('decision-1', JSON.parse(line))).toEqual([])
      }),
      { numRuns: 25 },
    )
  })

  it('gives a spreadsheet no formula', () => {
    fc.assert(
      fc.property(names, (name) => {
        const cells = readCsv(decisionLogHeader('csv') + decisionLogLine(decisionRow(call(name)), 'csv'))
        expect(cells.map((row) => row.length)).toEqual([22, 22])
        expect(cells.flat().filter((cell) => formula.test(cell))).toEqual([])
      }),
    )
  })
})

describe('groups and sessions as CSV', () => {
  it('puts the total last', () => {
    const csv = groupsCsv({ ...eventful, groupedBy: 'model', groups: [{ key: 'a', totals: emptyTotals }] })
    expect(readCsv(csv).map((row) => row.slice(0, 4))).toEqual([
      ['model', 'sessions', 'sessions_diverged', 'calls'],
      ['a', '0', '0', '0'],
      ['', '21', '7', '678'],
    ])
  })

  it('gives a spreadsheet no formula', () => {
    fc.assert(
      fc.property(names, (name) => {
        const place = { model: name, provider: undefined }
        const session: SessionResult = {
          session: name,
          facts: { team: name, repo: name, user: name, day: name },
          calls: [call(name)],
          divergence: { call: 1, kind: 'endpoint', detail: name, rule: name, from: place, to: place },
          unreplayed: [],
          skipped: [],
          breaches: [],
          invariantsChecked: {},
          turnsUnknown: 0,
          hasVerdict: false,
            uncountedPhrases: [],
          unloggedCompactions: [],
          switches: [],
          isDated: true,
          own: { budgets: [], reached: [], transitions: [] },
          outcomeHash: 'f'.repeat(64),
        }
        const groups = { ...eventful, groupedBy: 'team', groups: [{ key: name, totals: emptyTotals }] }
        const cells = [...readCsv(sessionsCsv([session])), ...readCsv(groupsCsv(groups))].flat()
        expect(cells.filter((cell) => formula.test(cell))).toEqual([])
      }),
    )
  })
})
