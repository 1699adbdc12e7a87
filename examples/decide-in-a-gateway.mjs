// The core runs without Node: a policy is text, the state of a session plain data that a gateway
// can keep in any store. Run it with `node examples/decide-in-a-gateway.mjs` after `npm ci`.
import { callRecords, loadPolicyText, openGateway, readSession, renderDiagnostic, sessionRecord, sessionText } from 'reroute'

const text = `policy gateway

provider acme {
  region us
}

provider spare {
  region eu
}

model swift-1 {
  accepts [text]
  context 200k tokens
  served-by [acme, spare]
  price per 1M tokens {
    input $0.30
    output $1.20
  }
}

model deep-1 {
  accepts [text, image]
  context 200k tokens
  served-by [acme, spare]
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

serve any {
  order [acme] then [spare]
  failover on [overloaded]
}
`

const { policy, diagnostics } = loadPolicyText('gateway.route', text)
if (policy === undefined) {
  console.error(diagnostics.map((found) => renderDiagnostic(found)).join('\n\n'))
  process.exit(1)
}

const gateway = openGateway({ policy, seed: 'example' })

// Whatever keeps text: here a map, in a real gateway a database that all replicas share.
const store = new Map()

// Stands for the request to the provider: acme is overloaded at the third call.
const attempt = ({ provider, atMicros }, calls) =>
  provider === 'acme' && calls === 3
    ? { kind: 'fails', cause: 'recorded', errorClass: 'overloaded', status: 529, endMicros: atMicros + 90_000 }
    : { kind: 'answers', cause: 'recorded', endMicros: atMicros + 1_200_000 }

let nowMicros = 1_770_000_000_000_000
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
    nowMicros,
    phraseLists: [],
    withheld: { visible: false, thinking: false },
    given: {},
  }
  const text = store.get('session-1')
  const kept = text === undefined ? undefined : readSession(policy, text)
  const call = gateway.decide(kept?.kind === 'read' ? kept.session : gateway.begin('session-1'), input)
  if (text === undefined) console.log(JSON.stringify(sessionRecord(policy, { session: 'session-1', seed: 'example', input })))

  // What is to be done: attempts, whose answers go back, and instants to wait for.
  const steps = gateway.serve(call)
  let step = steps?.next()
  while (step !== undefined && !step.done) {
    const { value } = step
    step = steps.next(value.for === 'attempt' ? attempt(value.attempt, call.decision.call) : undefined)
  }
  const service = step?.value

  const picoUsd = 360_000_000n
  const { session } = gateway.complete(call, service, { picoUsd })
  store.set('session-1', sessionText(policy, session))
  for (const record of callRecords({ session: 'session-1', input, decision: call.decision, service, picoUsd })) {
    console.log(JSON.stringify(record))
  }
  nowMicros += 60_000_000
}
