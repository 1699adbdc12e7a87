import { positionOf } from '../position.ts'
import { sarifLog, type SarifLevel, type SarifRule } from '../sarif.ts'
import { reviewFindings, type ReviewFinding } from './findings.ts'
import type { Review } from './review.ts'

const levels: Readonly<Record<ReviewFinding['rule'], SarifLevel>> = {
  'gate-failed': 'error',
  'gate-undecided': 'warning',
  'decision-moved': 'note',
  'meaning-not-decided': 'note',
}

const rules: readonly SarifRule[] = [
  {
    id: 'gate-failed',
    title: 'a check of the gate fails',
    explanation: 'What the policy or the command line asks for does not hold, whatever is assumed.',
    level: levels['gate-failed'],
  },
  {
    id: 'gate-undecided',
    title: 'a check of the gate is undecided',
    explanation: 'The figures are known between bounds only, and the check holds for some of them. What would decide it is named.',
    level: levels['gate-undecided'],
  },
  {
    id: 'decision-moved',
    title: 'calls are decided differently',
    explanation: 'The old and the new policy decide these calls differently; the smallest such call was decided by both.',
    level: levels['decision-moved'],
  },
  {
    id: 'meaning-not-decided',
    title: 'not decided for all inputs',
    explanation: 'The comparison of the two policies is too large, or rests on what is not modelled; nothing is claimed there.',
    level: levels['meaning-not-decided'],
  },
]

export function reviewSarif(review: Review): string {
  return sarifLog({
    version: review.version,
    rules,
    findings: reviewFindings(review).map(({ rule, title, message, location }) => ({
      rule,
      level: levels[rule],
      message: `${title}: ${message}`,
      at: location === undefined ? undefined : positionOf(location),
    })),
  })
}
