import type { ToolFacts } from '../../record.ts'
import { asNumber, asObject, asString } from '../json.ts'
import type { JsonObject } from '../json.ts'
import { known } from '../known.ts'
import { canonicalArguments, toolSignature } from '../tool-signature.ts'

/** What a tool was asked for, by the type of its item. */
const askedOf: { readonly [type: string]: (item: JsonObject) => unknown } = {
  command_execution: ({ command }) => ({ command }),
  file_change: ({ changes }) => changes ?? null,
  mcp_tool_call: ({ server, arguments: given }) => ({ server, given }),
  collab_tool_call: ({ prompt }) => prompt ?? null,
  web_search: ({ query }) => ({ query }),
}

/** An item as a call of a tool; undefined where its type is none. */
export function toolFacts(type: string, item: JsonObject): ToolFacts | undefined {
  const asked = Object.hasOwn(askedOf, type) ? askedOf[type] : undefined
  if (asked === undefined) return undefined
  const name = asString(item['tool']) ?? type
  const input = canonicalArguments(asked(item))
  return known({
    name,
    signature: input === undefined ? undefined : toolSignature(name, input),
    failed: failedIn(item),
  })
}

/** By exit code or the program's own word; undefined while it runs. */
function failedIn(item: JsonObject): boolean | undefined {
  const code = asNumber(item['exit_code'])
  if (code !== undefined) return code !== 0
  if (asObject(item['error']) !== undefined) return true
  switch (item['status']) {
    case 'completed':
      return false
    case 'failed':
    case 'declined':
      return true
    default:
      return undefined
  }
}
