import type { FaultSample } from '../replay/faults/sample.ts'
import type { Fault, FaultDomain } from '../trace/faults/fault.ts'
import { textOfFaultInstant } from '../trace/faults/fault-time.ts'
import { escapeTerminal } from './escape.ts'
import { plural } from './number.ts'

const faultsShown = 20

/** One line a fault: when, what, where; of many the first. */
export function faultLines(faults: readonly Fault[], shown: number = faultsShown): readonly string[] {
  const lines = faults.slice(0, shown).map((fault) => {
    const { id, clock, fromMicros, untilMicros, errorClass, status, failurePercent } = fault
    const when = `${textOfFaultInstant(clock, fromMicros)} to ${textOfFaultInstant(clock, untilMicros)}`
    const what = `${status === undefined ? '' : `${status} `}${errorClass}${failurePercent === 100 ? '' : ` ${failurePercent}%`}`
    const cause = fault.cause === undefined ? '' : ` (${fault.cause})`
    return escapeTerminal(`${id}  ${when}  ${what} at ${fault.hits.map(domainText).join(', ')}${cause}`)
  })
  const rest = faults.length - lines.length
  return rest > 0 ? [...lines, `and ${rest} more`] : lines
}

/** `claude-opus-4-7 at bedrock, us`: what a host must be to be hit. */
export function domainText({ model, provider, region, account }: FaultDomain): string {
  const place = [provider, region].filter((part) => part !== undefined).join(' ')
  const parts = [model, place === '' ? undefined : place].filter((part) => part !== undefined)
  return [...(parts.length === 0 ? [] : [parts.join(' at ')]), ...(account === undefined ? [] : [`account ${account}`])].join(', ')
}

/** Above a report, which says of each what it did. */
const drawnShown = 5

/** What a sample came to, and how to keep it. */
export function drawnFaults({ preset, provider, seed, clock, horizon }: FaultSample, faults: readonly Fault[]): string {
  const [from, until] = [horizon.fromMicros, horizon.untilMicros].map((micros) => textOfFaultInstant(clock, micros))
  const days = [from, until].map((text) => (text ?? '').replace(/T00:00:00Z$/, ''))
  const command = `reroute faults sample ${preset} --provider ${word(provider)} --seed ${word(seed)} --from ${days[0] ?? ''} --until ${days[1] ?? ''} -o faults.jsonl`
  return [
    `${plural(faults.length, 'fault')} drawn for ${escapeTerminal(provider)}:`,
    ...faultLines(faults, drawnShown).map((line) => `  ${line}`),
    faults.length === 0 ? 'another --seed draws others' : `to keep them: ${escapeTerminal(command)}`,
    '',
  ].join('\n')
}

function word(text: string): string {
  return /^[\w./:@=,-]+$/.test(text) ? text : JSON.stringify(text)
}
