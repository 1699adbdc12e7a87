/** Lines of context around a change. */
const around = 3

/** Middles larger than this, in pairs of lines, are shown as one replacement. */
const mostPairs = 4_000_000

type Edit = { readonly sign: ' ' | '-' | '+'; readonly line: string }

/** A unified diff of two texts, without a final line feed; empty where they are equal. */
export function lineDiff(name: string, before: string, after: string): string {
  if (before === after) return ''
  const edits = editsBetween(linesOf(before), linesOf(after))
  const hunks = hunksOf(edits)
  return [`--- ${name}`, `+++ ${name} (formatted)`, ...hunks].join('\n')
}

/** Each with its line end, so that a missing last one is a difference. */
function linesOf(text: string): string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? []
}

function editsBetween(a: readonly string[], b: readonly string[]): Edit[] {
  let start = 0
  while (start < a.length && start < b.length && a[start] === b[start]) start += 1
  let end = 0
  while (
    end < a.length - start &&
    end < b.length - start &&
    a[a.length - 1 - end] === b[b.length - 1 - end]
  ) {
    end += 1
  }
  return [
    ...a.slice(0, start).map(keep),
    ...middle(a.slice(start, a.length - end), b.slice(start, b.length - end)),
    ...a.slice(a.length - end).map(keep),
  ]
}

function keep(line: string): Edit {
  return { sign: ' ', line }
}

/** By the longest common subsequence; removals stand before additions. */
function middle(a: readonly string[], b: readonly string[]): Edit[] {
  const removed = a.map((line): Edit => ({ sign: '-', line }))
  const added = b.map((line): Edit => ({ sign: '+', line }))
  if (a.length * b.length > mostPairs) return [...removed, ...added]
  const width = b.length + 1
  const common = new Uint32Array((a.length + 1) * width)
  for (let i = a.length - 1; i >= 0; i -= 1) {
    for (let j = b.length - 1; j >= 0; j -= 1) {
      common[i * width + j] =
        a[i] === b[j]
          ? (common[(i + 1) * width + j + 1] ?? 0) + 1
          : Math.max(common[(i + 1) * width + j] ?? 0, common[i * width + j + 1] ?? 0)
    }
  }
  const edits: Edit[] = []
  let [i, j] = [0, 0]
  while (i < a.length && j < b.length) {
    if (a[i] === b[j]) {
      edits.push(keep(a[i] ?? ''))
      i += 1
      j += 1
    } else if ((common[(i + 1) * width + j] ?? 0) >= (common[i * width + j + 1] ?? 0)) {
      edits.push(...removed.slice(i, i + 1))
      i += 1
    } else {
      edits.push(...added.slice(j, j + 1))
      j += 1
    }
  }
  return [...edits, ...removed.slice(i), ...added.slice(j)]
}

function hunksOf(edits: readonly Edit[]): string[] {
  const shown = edits.map((_, at) =>
    edits.slice(Math.max(0, at - around), at + around + 1).some(({ sign }) => sign !== ' '),
  )
  const lines: string[] = []
  let [old, fresh, at] = [1, 1, 0]
  while (at < edits.length) {
    if (shown[at] !== true) {
      at += 1
      old += 1
      fresh += 1
      continue
    }
    const end = shown.indexOf(false, at)
    const hunk = edits.slice(at, end === -1 ? edits.length : end)
    const olds = hunk.filter(({ sign }) => sign !== '+').length
    const news = hunk.filter(({ sign }) => sign !== '-').length
    lines.push(`@@ -${old},${olds} +${fresh},${news} @@`)
    for (const { sign, line } of hunk) {
      lines.push(`${sign}${line.replace(/\n$/, '')}`)
      if (!line.endsWith('\n')) lines.push('\\ No newline at end of file')
    }
    at += hunk.length
    old += olds
    fresh += news
  }
  return lines
}
