import Table from 'cli-table3'

const plainBorders = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: ' ',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: ' ',
}

/** Lines of a table without borders; `align` has `l` or `r` for each column. Cells are escaped already. */
export function table(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  align: string,
): string[] {
  const drawn = new Table({
    head: [...head],
    colAligns: [...align].map((letter) => (letter === 'r' ? 'right' : 'left')),
    style: { head: [], border: [], compact: true },
    chars: plainBorders,
  })
  drawn.push(...rows.map((row) => [...row]))
  return drawn
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
}
