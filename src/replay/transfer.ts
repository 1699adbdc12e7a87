/**
 * How far what the log says of one model may be off for another, either way, where the policy assumes
 * nothing of the pair: its tokens, so its costs and the size of its prompts.
 */
export const transferFactor = 4
