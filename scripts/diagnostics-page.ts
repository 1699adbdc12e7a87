import { registry } from '../src/language/registry.ts'

const families = [
  ['RT00', 'Reading files', 'What keeps a file from being read. These are errors.'],
  ['RT01', 'Syntax', 'What the grammar does not allow.'],
  ['RT02', 'Meaning', 'Names, kinds and units that do not fit.'],
  ['RT03', 'Lints', 'A policy that is well formed and still looks wrong. They can be allowed: `// allow RT0317: why`.'],
  ['RT09', 'Limits of a replay', 'What a replay does not simulate.'],
] as const

/** `docs/diagnostics.md`, out of the one registry: `npm run goldens` writes it anew. */
export function diagnosticsPage(): string {
  const sections = families.map(([prefix, title, about]) => {
    const entries = registry.filter(({ code }) => code.startsWith(prefix)).map(
      ({ code, severity, title: what, explanation, example }) =>
        `### ${code}\n\n**${what}** (${severity})\n\n${explanation}\n${example === undefined ? '' : `\n\`\`\`\n${example}\n\`\`\`\n`}`,
    )
    return `## ${title}\n\n${about}\n\n${entries.join('\n')}`
  })
  return `# Findings\n\nEvery code that \`reroute check\` and its relatives print. Where there is an example, it raises the finding.\n\n${sections.join('\n')}`
}
