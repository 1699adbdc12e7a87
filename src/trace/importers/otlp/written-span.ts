import { microsOfIso } from '../instant.ts'
import { asList, asName, asNumber, asObject, asString } from '../json.ts'
import type { JsonObject } from '../json.ts'
import type { Attributes } from './attributes.ts'

export interface WrittenSpan {
  readonly span: JsonObject
  readonly attributes: Attributes
  readonly resource: Attributes
}

/**
 * A span as the libraries of JavaScript and Python write it to a file or a console themselves: without
 * an envelope, its attributes plain. `span` has OTLP's names. Undefined: another object.
 */
export function writtenSpan(document: JsonObject): WrittenSpan | undefined {
  const attributes = asObject(document['attributes'])
  const context = asObject(document['context'])
  const traceId = asName(document['traceId']) ?? plainId(context?.['trace_id'])
  const spanId = asName(document['spanId']) ?? plainId(context?.['span_id'])
  if (attributes === undefined || traceId === undefined || spanId === undefined) return undefined
  const status = asObject(document['status'])
  const code = status?.['code'] ?? (status?.['status_code'] === 'ERROR' ? 2 : 0)
  return {
    span: {
      traceId,
      spanId,
      parentSpanId: document['parentSpanId'] ?? plainId(document['parent_id']),
      name: document['name'],
      startTimeUnixNano: nanosOf(document['startTime'] ?? document['start_time']),
      endTimeUnixNano: nanosOf(document['endTime'] ?? document['end_time']),
      status: { code, message: status?.['message'] ?? status?.['description'] },
    },
    attributes: new Map(Object.entries(attributes)),
    resource: new Map(Object.entries(asObject(asObject(document['resource'])?.['attributes']) ?? {})),
  }
}

function plainId(value: unknown): string | undefined {
  return asString(value)?.replace(/^0x/, '')
}

/** Seconds and nanoseconds in a pair, or text; as OTLP's decimal string. */
function nanosOf(value: unknown): string | undefined {
  const [seconds, nanos] = (asList(value) ?? []).map(asNumber)
  if (seconds !== undefined && nanos !== undefined && Number.isSafeInteger(seconds) && Number.isSafeInteger(nanos)) {
    return String(BigInt(seconds) * 1_000_000_000n + BigInt(nanos))
  }
  const micros = microsOfIso(value)
  return micros === undefined ? undefined : String(BigInt(micros) * 1_000n)
}
