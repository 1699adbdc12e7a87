import { fileURLToPath } from 'node:url'
import { writeTrace } from '../src/trace/write.ts'
import { policyChangeTrace } from './traces/policy-change.ts'
import { factorySession } from './traces/factory-session.ts'
import { syntheticTrace } from './traces/synthetic.ts'

// Writes the generated traces of `traces/`, bit for bit the same on every machine.
const traces = fileURLToPath(new URL('../traces/', import.meta.url))

await writeTrace(`${traces}factory-session.jsonl`, factorySession())
await writeTrace(`${traces}synthetic.jsonl`, syntheticTrace(120))
// Made of the synthetic trace, so after it.
await writeTrace(fileURLToPath(new URL('../examples/policy-change/sessions.jsonl.gz', import.meta.url)), await policyChangeTrace())
