import { azure } from './azure.ts'
import { burstgpt } from './burstgpt.ts'
import { claudeCode } from './claude-code.ts'
import { claudeResults } from './claude-results.ts'
import { codex } from './codex.ts'
import { codexExec } from './codex-exec.ts'
import { geminiCli } from './gemini-cli.ts'
import { helicone } from './helicone.ts'
import type { Importer } from './importer.ts'
import { langfuse } from './langfuse.ts'
import { litellm } from './litellm.ts'
import { miniSweAgent } from './mini-swe-agent.ts'
import { mooncake } from './mooncake.ts'
import { openhands } from './openhands.ts'
import { openrouter } from './openrouter.ts'
import { otlp } from './otlp.ts'
import { portkey } from './portkey.ts'
import { sweAgent } from './swe-agent.ts'
import { table } from './table.ts'
import { weka } from './weka.ts'

/** Every format that can be imported, in the order in which they are listed. */
export const importers: readonly Importer[] = [
  claudeCode,
  claudeResults,
  codex,
  codexExec,
  geminiCli,
  miniSweAgent,
  sweAgent,
  openhands,
  litellm,
  openrouter,
  helicone,
  portkey,
  otlp,
  langfuse,
  azure,
  burstgpt,
  mooncake,
  weka,
  table,
]
