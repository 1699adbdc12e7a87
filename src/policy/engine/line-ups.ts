import type { Endpoint, Expression, ServeLines } from '../core.ts'
import { firstEndpoint, lineUp, servePlan } from '../line-up.ts'
import type { CallFrame } from './call-frame.ts'
import type { Code } from './code.ts'
import type { Compiler } from './compiler.ts'
import { compileExpression } from './expression.ts'
import { factCode } from './facts-code.ts'
import { note } from './notes.ts'

/** Who would serve a choice, as far as that bears on the choice itself. */
export interface LineUps {
  /** Whether `require` of what serves the model leaves one of the endpoints, or the host asked for. */
  readonly serves: (
    frame: CallFrame,
    model: string,
    profile: string | undefined,
    at: string | undefined,
    endpoints: readonly Endpoint[],
  ) => boolean
  /** The endpoint that the choice's call would try first. */
  readonly first: (
    frame: CallFrame,
    model: string,
    profile: string | undefined,
    at: string | undefined,
    endpoints: readonly Endpoint[],
  ) => Endpoint | undefined
}

interface Plan {
  readonly lines: ServeLines
  readonly require: readonly Code[]
  /** Nothing but the written order decides who is first. */
  readonly plain: boolean
}

export function compileLineUps(compiler: Compiler): LineUps {
  const { policy } = compiler
  const codes = new Map<Expression, Code>()
  const compiled = (expression: Expression): Code => {
    const found = codes.get(expression)
    if (found !== undefined) return found
    const fresh = compileExpression(compiler, expression)
    codes.set(expression, fresh)
    return fresh
  }
  const plans = new Map<string, Plan>()
  for (const { name } of policy.models) {
    for (const profile of [undefined, ...policy.profiles.map((each) => each.name)]) {
      const lines = servePlan(policy, name, profile)
      plans.set(planKey(name, profile), {
        lines,
        require: (lines.require ?? []).map(compiled),
        plain: isPlain(lines),
      })
      lines.prefer?.forEach(compiled)
    }
  }
  const requestOrder = factCode(compiler, 'request.order')

  const judge = (frame: CallFrame, code: Code, endpoint: Endpoint): boolean | undefined => {
    const { host, model } = frame
    frame.host = endpoint
    frame.model = undefined
    const verdict = code.run(frame)
    frame.host = host
    frame.model = model
    return verdict === undefined ? undefined : verdict === true
  }

  /** Whether every `require` holds for the host; one that is unknown leaves it out, and is noted. */
  const passes = (frame: CallFrame, required: readonly Code[], endpoint: Endpoint): boolean => {
    const { host, model } = frame
    frame.host = endpoint
    frame.model = undefined
    const passed = required.every((code) => {
      const verdict = code.run(frame)
      if (verdict === undefined) note(frame, code)
      return verdict === true
    })
    frame.host = host
    frame.model = model
    return passed
  }

  return {
    serves: (frame, model, profile, at, endpoints) => {
      const required = plans.get(planKey(model, profile))?.require ?? []
      const left = endpoints.filter((endpoint) => passes(frame, required, endpoint))
      return left.some((endpoint) => at === undefined || endpoint.provider === at)
    },
    first: (frame, model, profile, at, endpoints) => {
      const plan = plans.get(planKey(model, profile))
      if (plan === undefined) return undefined
      const [only] = endpoints
      if (plan.plain && endpoints.length === 1) return only
      const asked = requestOrder.run(frame)
      return firstEndpoint(
        lineUp({
          model,
          plan: plan.lines,
          endpoints,
          at,
          state: frame.state,
          requestOrder: Array.isArray(asked) ? asked.map(String) : [],
          moment: {
            nowMicros: frame.input.nowMicros,
            promptTokens: frame.tokens,
            serviceTier: plan.lines.serviceTier,
          },
          clockMicros: frame.clock,
          judge: (condition, endpoint) => judge(frame, compiled(condition), endpoint),
        }),
      )
    },
  }
}

function planKey(model: string, profile: string | undefined): string {
  return profile === undefined ? model : `${model} with ${profile}`
}

function isPlain(lines: ServeLines): boolean {
  return lines.require === undefined || lines.require.length === 0
}
