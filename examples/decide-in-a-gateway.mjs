// The core runs without Node: a policy is text, the state of a session plain data that a gateway
// can keep in any store. Run it with `node examples/decide-in-a-gateway.mjs` after `npm ci`.
import { compilePolicy, conclude, loadPolicyText, observe, renderDiagnostic, startSession } from 'reroute'

const text = `policy gateway

provider acme {
  region us
}

model swift-1 {
  accepts [text]
  context 200k tokens
  served-by [acme]
  price per 1M tokens {
    input $0.30
    output $1.20
  }
}

model deep-1 {
  accepts [text, image]
  context 200k tokens
  served-by [acme]
  price per 1M tokens {
    input $5
    output $25
  }
}

pool main = [deep-1, swift-1]

on start {
  otherwise cheapest:
    choose cheapest from main
    else stop "no model can take this call"
}

on turn, call {
  rule image:
    when images > 0 and not accepts(current, image)
    then use deep-1 else keep

  otherwise keep
}
`

const { policy, diagnostics } = loadPolicyText('gateway.route', text)
if (policy === undefined) {
  console.error(diagnostics.map((found) => renderDiagnostic(found)).join('\n\n'))
  process.exit(1)
}

const engine = compilePolicy(policy)

// What only the gateway can know: outages that it saw, money that it counted, draws that it makes.
const world = {
  outage: () => false,
  warm: () => undefined,
  cachedTokens: () => undefined,
  usedMillionths: () => 0,
  spentPicoUsd: () => 0n,
  drawMillionths: () => 0,
}

let state = startSession(policy, 'session-1')
for (const newImages of [0, 1, 0]) {
  const input = {
    beginsTurn: true,
    previousReply: undefined,
    previousServed: undefined,
    prompt: { tokens: 1_200, user: { chars: 20 }, newImages },
    requested: null,
    kind: 'router',
    sidechain: false,
    organisation: {},
    nowMicros: undefined,
    phraseLists: [],
    withheld: { visible: false, thinking: false },
    given: {},
  }
  const [decided, decision] = engine.decide(observe(policy, state, input), input, world)
  console.log(`call ${decision.call}: ${decision.model} by ${decision.rule}`)
  state = conclude(policy, decided, decision, {
    end: 'served',
    served: { model: decision.model, provider: 'acme', region: 'us', account: undefined },
    failedOver: false,
    adopted: undefined,
    atMicros: undefined,
  })
}
