import { assumptionNames } from '../policy/assumption-names.ts'
import { compacts } from '../policy/compacts.ts'
import type { Exact, Policy } from '../policy/core.ts'
import { measuredBehaviours } from './cache/behaviour.ts'
import type { CacheBehaviours } from './cache/behaviour.ts'
import type { Range } from './cache/range.ts'
import { sameAnswers, sameTokens, summarises } from './call-money.ts'
import { undatedFaults } from './faults/health.ts'
import { factorOf, recordedConversation } from './projection.ts'
import { cancelledAnyway, healthyBetween, unclassifiedError, unknownHealth, untriedHealthy } from './recorded-health.ts'
import { declaredDuration, recordedDuration, unknownDuration } from './session/answer-time.ts'
import type { Arrivals } from './simulator/session-clock.ts'
import { modelledOn } from './modelled-on.ts'
import type { DecisionMode, ReplayResult } from './result/replay.ts'
import type { Totals } from './result/totals.ts'

const texts: ReadonlyMap<string, string> = new Map([
  [sameAnswers, 'while a session has gone to no other model and had no other prompt than in the log, its calls have the logged tokens: another host of the model, or the same one at another instant, answers alike'],
  [assumptionNames.firstPrices, 'a model has its first price on days before that price began, too'],
  [untriedHealthy, 'a host that the log of a session never tried answers'],
  [healthyBetween, 'a host answers where its session’s log has answers of it and no failure on either side'],
  [unknownHealth, 'between the last failure of a host and its first answer, or the other way round, it is not known whether it would have answered'],
  [undatedFaults, 'a fault of the script holds for no call whose instant the log does not tell on the fault’s clock'],
  [cancelledAnyway, 'a call that the person broke off is broken off wherever it goes'],
  [unclassifiedError, 'a call that failed without an error in the log failed as `unavailable` or, if denied, as `permission`'],
  [recordedDuration, 'another host answers in the time that the recorded one took'],
  [declaredDuration, 'another host answers in its declared latency, and writes the logged output at its declared throughput'],
  [unknownDuration, 'the log does not tell how long a call took: it takes no time; in closed loop the gap to the next one stays'],
])

function cachesText({ marked, automatic }: CacheBehaviours): string {
  return (
    'from a divergence on a call reads what the catalogue’s lifetimes leave in the cache, less what is lost' +
    ` unexplained: ${shares(marked.lossAtTurn)} of what is at stake at a turn’s first call, ${shares(marked.lossInTurn)}` +
    ` at others, ${shares(automatic.lossAtAnyCall)} in automatic caches; at a host where the session never was, nothing` +
    ' (up to all)'
  )
}

/** Millionths as `8.30% (3.30% to 16.90%)`. */
function shares({ lo, value, hi }: Range): string {
  return `${percentText(value)} (${percentText(lo)} to ${percentText(hi)})`
}

function percentText(millionths: number): string {
  return `${Math.floor(millionths / 10_000)}.${String(Math.floor((millionths % 10_000) / 100)).padStart(2, '0')}%`
}

/** The named assumptions that some figure or some call of this run rests on. */
export function assumptionsOf(
  totals: Totals,
  policy: Policy,
  mode: DecisionMode,
  arrivals: Arrivals,
  caches: CacheBehaviours = measuredBehaviours,
): ReplayResult['assumptions'] {
  const { overhead, frozen } = totals.money
  return [
    ...(frozen.parts.modelled === undefined
      ? []
      : [
          ...(mode === 'projected' ? projected(policy) : modelledOn(totals).includes(sameTokens) ? asLogged : []),
          { name: assumptionNames.promptCaches, text: cachesText(caches) },
          ...(arrivals === 'recorded' ? [] : [followsByGap(mode)]),
        ]),
    ...(arrivals === 'recorded' ? [startsAsLogged(totals)] : []),
    ...(totals.sessionsWithVerdict === 0 ? [] : wrongVerdicts(policy)),
    ...(overhead.parts.modelled === undefined
      ? []
      : [{ name: assumptionNames.declaredOverhead, text: 'classifiers and compactions that the log does not hold cost what the policy declares' }]),
    ...(totals.compactions === 0 || overhead.parts.modelled === undefined
      ? []
      : [
          {
            name: summarises,
            text: 'a compaction that a switch causes is one call of the model that is left: it reads the context and writes what the policy says is left of it',
          },
        ]),
    ...Object.keys(totals.assumed).map((name) => ({ name, text: texts.get(name) ?? name })),
  ]
}

function followsByGap(mode: DecisionMode): ReplayResult['assumptions'][number] {
  const reads = mode === 'projected' ? '' : ', and reads what the log holds'
  return { name: 'recorded-gaps', text: `from a divergence on a call follows the end of the one before by the recorded gap${reads}` }
}

/** Recorded verdicts hold the errors of their classifier, and no log tells which are wrong. */
function wrongVerdicts(policy: Policy): ReplayResult['assumptions'] {
  return policy.assumptions.flatMap((assumption) => {
    if (assumption.kind !== 'classifier') return []
    const share = percentText(assumption.wrongMillionths)
    const text = `no figure takes \`${assumption.classifier}\` to be wrong more often than in the log; what it hinges on is shown with ${share} of its verdicts replaced by wrong ones`
    return [{ name: assumption.name, text }]
  })
}

/** Without the ends of answers nobody knows how much of a recorded gap a delayed call has left. */
function startsAsLogged({ assumed }: Totals): ReplayResult['assumptions'][number] {
  const starts = 'every call starts when it did in the log, or once those calls have ended that had ended by then'
  const open = (assumed[unknownDuration] ?? 0) > 0 ? '; where the log tells no ends, answers take no time, and calls after a delay may start too early' : ''
  return { name: 'recorded-starts', text: `${starts}${open}` }
}

const asLogged: ReplayResult['assumptions'] = [
  {
    name: sameTokens,
    text:
      'from another model or prompt on a call has its logged tokens, less what the policy’s own compactions took' +
      ' out of its prompt; its cost is a factor of 4 either way',
  },
]

/** What drives a session on past its divergence: what the policy declares, and what it does not. */
function projected(policy: Policy): ReplayResult['assumptions'] {
  const declared = policy.assumptions.flatMap((assumption) => {
    switch (assumption.kind) {
      case 'verbosity':
      case 'steps': {
        const { lo, point, hi } = factorOf(assumption)
        const what = assumption.kind === 'verbosity' ? 'writes' : 'takes, in calls,'
        const text = `\`${assumption.to}\` ${what} ${factorText(point)} of what \`${assumption.from}\` does (${factorText(lo)} to ${factorText(hi)})`
        return [{ name: assumption.name, text }]
      }
      case 'reminder': {
        const { within, of } = assumption
        return [{ name: assumption.name, text: `a reminder is followed within ${within} ${of}; until then it is open which tools a reply calls` }]
      }
      case 'compaction': {
        const { keepsMillionths: kept } = assumption
        const text = `a compaction that a switch causes leaves between what the switch asks for and ${percentText(kept)} of the prompt`
        return compacts(policy) ? [{ name: assumption.name, text }] : []
      }
      case 'classifier':
      case 'success':
        return []
    }
  })
  return [
    ...declared,
    {
      name: sameTokens,
      text: 'of models for which nothing is declared, output and calls each lie between half and double of the log',
    },
    {
      name: recordedConversation,
      text:
        'only prompts, costs and calls since something are projected: messages, tools, verdicts, images, turns and pauses are' +
        ' the log’s, its own model answers as in the log, and compactions of the log stand where they did',
    },
  ]
}

/** Two digits, cut. */
function factorText({ numerator, denominator }: Exact): string {
  const hundredths = ((numerator * 100n) / denominator).toString().padStart(3, '0')
  return `${hundredths.slice(0, -2)}.${hundredths.slice(-2)}x`
}
