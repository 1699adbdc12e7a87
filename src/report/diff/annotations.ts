import { annotationLine, type Annotation } from '../annotation.ts'
import { positionOf } from '../position.ts'
import { reviewFindings, type ReviewFinding } from './findings.ts'
import type { Review } from './review.ts'

const levels: Readonly<Record<ReviewFinding['rule'], Annotation['level']>> = {
  'gate-failed': 'error',
  'gate-undecided': 'warning',
  'decision-moved': 'notice',
  'meaning-not-decided': 'notice',
}

/** GitHub shows ten of a kind in a step; what does not pass comes first. */
export function reviewAnnotations(review: Review): string {
  return reviewFindings(review)
    .map(({ rule, title, message, location }) =>
      annotationLine({ level: levels[rule], title, message, at: location === undefined ? undefined : positionOf(location) }),
    )
    .join('')
}
