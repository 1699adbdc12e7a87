import { Alternation, NonTerminal, Option, Repetition, Terminal } from 'chevrotain'
import type { IProduction, IToken, Rule, TokenType } from 'chevrotain'

/** Whether a token is of a type or of one of its kinds: a contextual word is also a name. */
export function matches(token: IToken, type: TokenType): boolean {
  return (
    token.tokenType === type ||
    (type.isParent === true && type.categoryMatchesMap?.[token.tokenTypeIdx] === true)
  )
}

/** The token types with which a rule of the recorded grammar may begin. */
export function firstTokens(
  rules: Readonly<Record<string, Rule>>,
  name: string,
): ReadonlySet<TokenType> {
  const found = new Set<TokenType>()
  const seen = new Set<string>()

  /** Adds what a production may begin with; true when it may also be empty. */
  function add(production: IProduction): boolean {
    if (production instanceof Terminal) {
      found.add(production.terminalType)
      return false
    }
    if (production instanceof NonTerminal) {
      const rule = rules[production.nonTerminalName]
      if (rule === undefined || seen.has(rule.name)) return false
      seen.add(rule.name)
      return sequence(rule.definition)
    }
    if (production instanceof Alternation) {
      return production.definition.map(add).includes(true)
    }
    const inner = sequence('definition' in production ? (production as Option).definition : [])
    return inner || production instanceof Option || production instanceof Repetition
  }

  function sequence(productions: readonly IProduction[]): boolean {
    return productions.every(add)
  }

  sequence(rules[name]?.definition ?? [])
  return found
}
