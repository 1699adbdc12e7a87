import type { GateCheck, GateResult } from '../../analysis/gate/gate.ts'
import { escapeXml } from '../escape.ts'
import { positionOf } from '../position.ts'
import type { Review } from './review.ts'
import { figureText, placesOf, titleOf } from './words.ts'

/**
 * A test case a check. What is undecided is an error and no failure, and never passes: readers of
 * this format know no third colour. Nothing evaluated is one failed case.
 */
export function gateJunit(review: Review & { readonly gate: GateResult }): string {
  const { diff, gate } = review
  const places = diff.traffic === undefined ? 4 : placesOf(diff.traffic)
  const checks = gate.checks.length > 0 ? gate.checks : [nothingEvaluated]
  const count = (verdict: GateCheck['verdict']): number => checks.filter((each) => each.verdict === verdict).length
  const counts = `tests="${checks.length}" failures="${count('fail')}" errors="${count('undecided')}"`
  const suite = escapeXml(titleOf(diff, (text) => text))
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="reroute" ${counts}>`,
    `  <testsuite name="${suite}" ${counts}>`,
    ...checks.flatMap((check) => testCase(check, suite, figureText(check.found, places, (text) => text))),
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n')
}

const nothingEvaluated: GateCheck = {
  name: 'nothing was evaluated',
  asked: 'at least one check over at least one call',
  found: { kind: 'text', text: 'none' },
  verdict: 'fail',
  decides: [],
  location: undefined,
}

function testCase({ name, asked, verdict, decides, location }: GateCheck, suite: string, found: string): string[] {
  const at = location === undefined ? undefined : positionOf(location)
  const place = at === undefined ? '' : ` file="${escapeXml(at.file)}" line="${at.line}"`
  const opening = `    <testcase classname="${suite}" name="${escapeXml(name)}"${place}`
  if (verdict === 'pass') return [`${opening}/>`]
  const element = verdict === 'fail' ? 'failure' : 'error'
  return [
    `${opening}>`,
    `      <${element} type="${verdict}" message="${escapeXml(`asked ${asked}, found ${found}`)}">${escapeXml(decides.join('; '))}</${element}>`,
    '    </testcase>',
  ]
}
