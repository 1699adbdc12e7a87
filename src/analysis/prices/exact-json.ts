const tokens = /"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*/g

/**
 * JSON with every number as the text it is written in, so that no price passes through a float.
 * `undefined`: it is no JSON.
 */
export function parseExactJson(text: string): unknown {
  try {
    JSON.parse(text)
    return JSON.parse(
      text.replace(tokens, (token) => (token.startsWith('"') ? token : `"${token}"`)),
    )
  } catch {
    return undefined
  }
}
