import type { Choice } from '../core.ts'
import type { CallFrame } from './call-frame.ts'
import type { Compiler } from './compiler.ts'
import { compileExpression } from './expression.ts'
import { nextStep } from './functions.ts'
import type { LineUps } from './line-ups.ts'
import { note, noteStanding } from './notes.ts'
import { compileRanking } from './rankings.ts'
import type { Universe } from './universe.ts'

/** What a choice comes to at a call. */
export type Outcome =
  | {
      readonly kind: 'model'
      readonly model: string
      readonly profile: string | undefined
      readonly at: string | undefined
      readonly upgraded: boolean
      readonly drawn: Drawn | undefined
    }
  | { readonly kind: 'keep' }
  | { readonly kind: 'restart' }
  | { readonly kind: 'no-route'; readonly reason: string }

export type Drawn = readonly { readonly model: string; readonly weight: number }[]

export type CompiledChoice = (frame: CallFrame) => Outcome

const restart: Outcome = { kind: 'restart' }
export const keep: Outcome = { kind: 'keep' }

export function compileChoice(compiler: Compiler, lineUps: LineUps, choice: Choice): CompiledChoice {
  const { universe } = compiler
  const otherwise = (next: Choice | undefined, without: Outcome): CompiledChoice =>
    next === undefined ? () => without : compileChoice(compiler, lineUps, next)
  switch (choice.kind) {
    case 'keep':
      return () => keep
    case 'restart':
      return () => restart
    case 'stop': {
      const stop: Outcome = { kind: 'no-route', reason: choice.reason }
      return () => stop
    }
    case 'use': {
      const model = compileExpression(compiler, choice.model)
      const { at, profile } = choice
      const next = choice.else === undefined ? undefined : compileChoice(compiler, lineUps, choice.else)
      const refused = (frame: CallFrame, reason: string): Outcome => next?.(frame) ?? { kind: 'no-route', reason }
      return (frame) => {
        const name = model.run(frame)
        if (name === undefined) note(frame, model)
        if (name === undefined) return refused(frame, 'the model to use is unknown')
        if (typeof name !== 'string') return refused(frame, 'there is no model to use')
        if (canHave(frame, universe, lineUps, { model: name, profile, at })) {
          return { kind: 'model', model: name, profile, at, upgraded: false, drawn: undefined }
        }
        return refused(frame, `\`${name}\` may not be chosen`)
      }
    }
    case 'choose': {
      const rank = compileRanking(compiler, lineUps, choice)
      const last = otherwise(choice.else, { kind: 'no-route', reason: `nobody in \`${choice.pool}\` qualifies` })
      return (frame) => {
        const winner = rank(frame)
        if (winner === undefined) return last(frame)
        return {
          kind: 'model',
          model: winner.model,
          profile: choice.profile,
          at: undefined,
          upgraded: false,
          drawn: winner.drawn,
        }
      }
    }
    case 'upgrade-to':
    case 'downgrade-to': {
      const target = universe.models.get(choice.model)
      const upwards = choice.kind === 'upgrade-to'
      const last = otherwise(choice.else, keep)
      if (target === undefined) return last
      return (frame) => {
        const current = universe.models.get(frame.state.choice?.model ?? '')
        const from = current?.tierRank
        const to = target.tierRank
        const moves = from !== undefined && to !== undefined && (upwards ? to > from : to < from)
        if (!moves || (upwards && frame.upgradesDenied)) return last(frame)
        const standing = frame.standing(frame, target.index)
        noteStanding(frame, standing)
        if (!standing.candidate) return last(frame)
        return moved(target.name, upwards)
      }
    }
    case 'upgrade-via': {
      const ladder = universe.ladders.get(choice.ladder)
      const last = otherwise(choice.else, keep)
      return (frame) => {
        const current = frame.state.choice?.model
        const above = current === undefined ? undefined : ladder?.above.get(current)
        const next = nextStep(above ?? [], universe.models, frame)
        if (next === null) frame.noStep = true
        return next === null || frame.upgradesDenied ? last(frame) : moved(next, true)
      }
    }
  }
}

/** What is asked for: a model, a profile, a host. */
export interface Wish {
  readonly model: string
  readonly profile: string | undefined
  readonly at: string | undefined
}

/** The model is a candidate, and has that host, and the profile's `require` leaves one of its hosts. */
export function canHave(
  frame: CallFrame,
  universe: Universe,
  lineUps: LineUps,
  { model, profile, at }: Wish,
): boolean {
  const entry = universe.models.get(model)
  if (entry === undefined) return false
  const standing = frame.standing(frame, entry.index)
  noteStanding(frame, standing)
  return (
    standing.candidate &&
    (profile === undefined || lineUps.serves(frame, model, profile, at, standing.endpoints)) &&
    (at === undefined || standing.endpoints.some((endpoint) => endpoint.provider === at))
  )
}

function moved(model: string, upgraded: boolean): Outcome {
  return { kind: 'model', model, profile: undefined, at: undefined, upgraded, drawn: undefined }
}
