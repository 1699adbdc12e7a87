/** Never usable as a name. The list of `grammar/route.ebnf`; a test holds the two together. */
export const reservedWords = [
  'always', 'and', 'bytes', 'chars', 'count', 'else', 'false', 'in', 'is', 'none', 'not',
  'of', 'or', 'otherwise', 'per', 'rule', 'then', 'tokens', 'true', 'unknown', 'when', 'where',
] as const

export type ReservedWord = (typeof reservedWords)[number]

/** Words only where the grammar expects them, names everywhere else. */
export const contextualWords = [
  'above', 'accepts', 'account', 'add', 'after', 'alert', 'all-down', 'allow', 'alone', 'any', 'as',
  'assistant', 'assume', 'assuming', 'at', 'audio-cache-read', 'audio-input', 'audio-output', 'backoff',
  'bands', 'below', 'breaker', 'budget', 'by', 'bypass', 'cache', 'cache-read', 'cache-write',
  'cache-write-1h', 'cache-write-5min', 'calendar', 'call', 'calls', 'capacity', 'card', 'case',
  'cheapest', 'check', 'choice', 'choose', 'classifier', 'compact', 'compaction', 'concrete', 'context',
  'cooldown', 'cost', 'counter', 'data', 'dedicated', 'deny', 'descend', 'distinct', 'downgrade', 'each',
  'endpoint', 'endpoints', 'error', 'expect', 'expected', 'fail', 'failed', 'failover', 'failures',
  'fallback', 'family', 'fault', 'first', 'first-spend', 'first-token', 'fixed', 'followed', 'for',
  'from', 'full', 'generated-image', 'given', 'guidance', 'hard', 'has', 'head', 'hide', 'highest',
  'honours', 'hours', 'idle', 'image', 'image-cache-read', 'image-input', 'image-output', 'import',
  'input', 'invariant', 'jitter', 'keep', 'keeps', 'known-as', 'labels', 'ladder', 'language', 'last',
  'lasts', 'latch', 'latency', 'least', 'level', 'lifetime', 'limit', 'list', 'lowest', 'max-attempts',
  'max-fallbacks', 'max-output', 'may', 'messages', 'minimum', 'model', 'models', 'never', 'occurrences',
  'offset', 'on', 'once', 'only', 'order', 'other', 'other-key', 'output', 'overflow', 'override',
  'phrases', 'picks', 'pin', 'policy', 'pool', 'prefer', 'price', 'probes', 'profile', 'prompt',
  'provider', 'quantization', 'raise', 'reads', 'reasoning', 'recorded', 'refreshed', 'region',
  'relative', 'release', 'remind', 'reminder', 'repeat', 'request', 'require', 'reset', 'restart',
  'result', 'retry', 'retry-after', 'router', 'same', 'scale', 'scope', 'scorer', 'scores', 'serve',
  'served-by', 'service-tier', 'session', 'set', 'setting', 'shared', 'signal', 'since', 'sliding',
  'soft', 'start', 'starts', 'state', 'step', 'steps', 'sticks', 'sticky', 'stop', 'strategy', 'streak',
  'success', 'switch', 'tags', 'tail', 'test', 'thinking', 'this', 'throughput', 'tier', 'time',
  'timeout', 'times', 'to', 'tokenizer', 'tool', 'tools', 'total', 'trip', 'turn', 'turns',
  'typical-latency', 'typical-output', 'unchecked', 'unless', 'up', 'upgrade', 'upgrades', 'use', 'user',
  'uses', 'verbosity', 'verdicts', 'via', 'video-input', 'video-output', 'wait', 'waits', 'web-search',
  'web-search-high', 'web-search-low', 'web-search-medium', 'weeks', 'weight', 'weighted', 'weights',
  'window', 'with', 'within', 'word', 'worth', 'wrong',
] as const

export type ContextualWord = (typeof contextualWords)[number]

/** The words that begin a declaration; at the beginning of a line the parser recovers there. */
export const declarationWords: readonly ContextualWord[] = [
  'scale', 'provider', 'model', 'override', 'pool', 'phrases', 'setting', 'signal', 'hours',
  'classifier', 'scorer', 'ladder', 'state', 'allow', 'deny', 'hide', 'unchecked', 'on', 'serve',
  'profile', 'switch', 'budget', 'assume', 'invariant', 'expect', 'test',
]
