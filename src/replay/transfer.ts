/**
 * ×/÷ this, per session, until it is calibrated: how far what the log says of one model may be off for
 * another where the policy assumes nothing of the pair, in tokens, so in costs and sizes of prompts.
 */
export const transferFactor = 4
