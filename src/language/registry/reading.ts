import type { DiagnosticEntry } from './entry.ts'

/** RT00xx: reading files, imports, size limits. */
export const readingEntries: readonly DiagnosticEntry[] = [
  {
    code: 'RT0001',
    severity: 'error',
    title: 'file that cannot be read',
    explanation: 'There is no such file, or the system does not let it be read. Paths of `import` start from the file that they stand in.',
  },
  {
    code: 'RT0002',
    severity: 'error',
    title: 'import that is refused',
    explanation:
      'Imports stay inside the project: the repository of the policy, or the directory that `--root` names. Absolute paths, `..` beyond it, links that lead out of it and files that do not end in `.route` are refused without being opened.',
    example: 'policy p\nimport "/etc/passwd"',
  },
  {
    code: 'RT0003',
    severity: 'error',
    title: 'not a text file',
    explanation: 'A policy is a text file in UTF-8. Directories, devices and binary files are refused, and nothing of them is quoted.',
  },
  {
    code: 'RT0004',
    severity: 'error',
    title: 'file too large',
    explanation: 'A `.route` file has at most 1 MB.',
  },
  {
    code: 'RT0005',
    severity: 'error',
    title: 'imports in a circle',
    explanation: 'A file imports itself, if only through others. Each file is read once, before the file that imports it.',
  },
  {
    code: 'RT0006',
    severity: 'error',
    title: 'too many files',
    explanation: 'A policy and its imports are at most 64 files.',
  },
  {
    code: 'RT0007',
    severity: 'error',
    title: 'too many rules',
    explanation: 'A policy holds at most 10,000 rules over all its blocks.',
  },
  {
    code: 'RT0008',
    severity: 'error',
    title: 'signals that grow too large',
    explanation:
      'Signals stand on signals at most 100 deep, and with every signal written out a signal reads at most 100,000 things. Beyond that nobody can follow a decision.',
  },
  {
    code: 'RT0009',
    severity: 'error',
    title: 'import of a policy',
    explanation: 'One policy a file, and only files without a `policy` line can be imported: catalogues and other libraries.',
    example: 'policy p\nimport "always-cheapest.route"',
  },
  {
    code: 'RT0010',
    severity: 'error',
    title: 'file that declares nothing',
    explanation: 'The file is empty or holds comments only, so there is nothing to check or run.',
  },
  {
    code: 'RT0011',
    severity: 'error',
    title: 'unknown version of the language',
    explanation:
      '`language 1` pins the version that a file is written in, so that a later one, in which words may mean something else, refuses it or reads it as what it is. This release reads version 1.',
    example: 'language 2\npolicy p',
  },
  {
    code: 'RT0012',
    severity: 'error',
    title: 'recording that cannot be read',
    explanation:
      'A `recorded` step names a trace below the root and a session in it. Its path starts from the file that it stands in, and is held to the rules of `import`.',
  },
]
