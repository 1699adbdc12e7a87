import { EOF } from 'chevrotain'
import type { IToken } from 'chevrotain'
import { connectives } from './base.ts'
import { TestParser } from './tests.ts'
import { declarationHelp } from './habits.ts'
import { suggest } from '../suggest.ts'
import { declarationWords } from '../words.ts'
import * as kinds from '../tokens.ts'
import { word } from '../tokens.ts'
import { describeToken } from './expected.ts'
import type { Rule } from './base.ts'
import type { Diagnostic } from '../diagnostic.ts'
import type { Source } from '../source.ts'
import type * as tree from '../syntax.ts'

export interface FileParts {
  readonly language: tree.Quantity | undefined
  readonly policy: tree.Name | undefined
  readonly imports: tree.Import[]
  readonly declarations: tree.Declaration[]
}

/** The whole grammar of a `.route` file. */
export class RouteParser extends TestParser {
  /** `checkGrammar` runs the library's own analysis of the grammar; for tests, it takes time. */
  constructor(checkGrammar: boolean = false) {
    super(checkGrammar)
    this.performSelfAnalysis()
  }

  parseTokens(source: Source, tokens: IToken[]): [FileParts, Diagnostic[]] {
    return this.run(source, tokens, this.file, {
      language: undefined,
      policy: undefined,
      imports: [],
      declarations: [],
    })
  }

  private file: Rule<FileParts> = this.RULE('file', () => {
    const imports: tree.Import[] = []
    const found: tree.Declaration[] = []
    if (this.RECORDING_PHASE) {
      this.OPTION2(() => this.SUBRULE(this.language))
      this.OPTION(() => this.SUBRULE(this.policy))
      this.MANY(() => this.SUBRULE(this.importLine))
      this.MANY2(() => this.SUBRULE(this.declaration))
      return { language: undefined, policy: undefined, imports, declarations: found }
    }
    let language: tree.Quantity | undefined
    let policy: tree.Name | undefined
    const first = this.first(this.declaration)
    while (this.LA(1).tokenType !== EOF) {
      const resume = (from: number): void => this.skipToDeclaration(from)
      if (this.sees(word('language')) && this.beginsLine(this.LA(1))) {
        const misplaced = language ?? policy ?? imports[0] ?? found[0]
        if (misplaced !== undefined) this.reportOrder('`language`', language)
        const version = this.attempt(() => this.SUBRULE(this.language), resume)
        language ??= version
      } else if (this.sees(word('policy'))) {
        const misplaced = policy !== undefined || imports.length + found.length > 0
        if (misplaced) this.reportOrder('`policy`', policy)
        const name = this.attempt(() => this.SUBRULE(this.policy), resume)
        policy ??= name
      } else if (this.sees(word('import'))) {
        if (found.length > 0) this.reportOrder('`import`', undefined)
        const line = this.attempt(() => this.SUBRULE(this.importLine), resume)
        if (line !== undefined) imports.push(line)
      } else if (first.has(this.LA(1).tokenType)) {
        const declaration = this.attempt(() => this.SUBRULE(this.declaration), resume)
        if (declaration !== undefined) found.push(declaration)
      } else {
        this.reportStray()
        const from = this.index()
        this.SKIP_TOKEN()
        this.skipToDeclaration(from)
      }
    }
    return { language, policy, imports, declarations: found }
  })

  private reportOrder(what: string, earlier: tree.Node | undefined): void {
    const related =
      earlier === undefined
        ? []
        : [{ location: this.location(earlier.span), message: 'the first one is here' }]
    this.report('RT0114', this.at(this.LA(1)), `got ${what} after other declarations`, {
      help:
        what === '`language`'
          ? '`language 1` is the first line of a file, once'
          : 'a file begins with `policy NAME`, once, then its `import` lines, then everything else',
      related,
    })
  }

  private reportStray(): void {
    const token = this.LA(1)
    if (token.tokenType === word('rule') || token.tokenType === word('otherwise')) {
      this.report('RT0101', this.at(token), `got ${describeToken(token)} outside a block`, {
        help: 'rules stand inside `on start`, `on turn` or `on call`; is there a `}` too many above?',
      })
      return
    }
    if (token.tokenType === kinds.closeBraceToken) {
      this.report('RT0101', this.at(token), 'got `}`, which closes nothing', {
        help: 'there is one `}` too many, or a `{` is missing above',
      })
      return
    }
    const near = suggest(token.image, ['language', 'policy', 'import', ...declarationWords, ...connectives])
    const isWord = /^[A-Za-z]/.test(token.image)
    const code = isWord ? 'RT0102' : 'RT0101'
    this.report(code, this.at(token), `${describeToken(token)} begins no declaration`, {
      help:
        near === undefined
          ? (declarationHelp(token.image, this.LA(2).image) ?? 'a declaration begins with a word such as `pool`, `signal`, `on` or `test`')
          : `did you mean \`${near}\`?`,
      fix:
        near === undefined
          ? undefined
          : {
              title: `write \`${near}\``,
              edits: [{ location: this.at(token), replacement: near }],
            },
    })
  }

  /** Skips to the next declaration: a word that begins one, at the beginning of a line. */
  private skipToDeclaration(from: number): void {
    let open = this.bracesSince(from)
    while (this.LA(1).tokenType !== EOF) {
      const next = this.LA(1)
      const begins =
        this.beginsDeclaration(next) || this.sees(word('import')) || this.sees(word('policy'))
      if (begins && this.beginsLine(next) && (open <= 0 || this.atColumnOne(next))) return
      // Another misspelt declaration.
      if (open <= 0 && this.sees(kinds.nameToken) && this.atColumnOne(next)) return
      if (next.tokenType === kinds.openBraceToken) open += 1
      if (next.tokenType === kinds.closeBraceToken) open -= 1
      this.SKIP_TOKEN()
    }
  }

  private language: Rule<tree.Quantity> = this.RULE('language', () => {
    this.CONSUME(word('language'))
    return this.SUBRULE(this.integer)
  })

  private policy: Rule<tree.Name> = this.RULE('policy', () => {
    this.CONSUME(word('policy'))
    return this.SUBRULE(this.ident)
  })

  private importLine: Rule<tree.Import> = this.RULE('import', () => {
    const start = this.start()
    this.CONSUME(word('import'))
    const path = this.SUBRULE(this.text)
    return this.node(start, { kind: 'import' as const, path })
  })

  private declaration: Rule<tree.Declaration> = this.RULE('declaration', () =>
    this.OR<tree.Declaration>([
      { ALT: () => this.SUBRULE(this.scale) },
      { ALT: () => this.SUBRULE(this.provider) },
      { ALT: () => this.SUBRULE(this.model) },
      { ALT: () => this.SUBRULE(this.override) },
      { ALT: () => this.SUBRULE(this.pool) },
      { ALT: () => this.SUBRULE(this.phrases) },
      { ALT: () => this.SUBRULE(this.setting) },
      { ALT: () => this.SUBRULE(this.signal) },
      { ALT: () => this.SUBRULE(this.hours) },
      { ALT: () => this.SUBRULE(this.classifier) },
      { ALT: () => this.SUBRULE(this.scorer) },
      { ALT: () => this.SUBRULE(this.ladder) },
      { ALT: () => this.SUBRULE(this.state) },
      { ALT: () => this.SUBRULE(this.filter) },
      { ALT: () => this.SUBRULE(this.hide) },
      { ALT: () => this.SUBRULE(this.unchecked) },
      { ALT: () => this.SUBRULE(this.onBlock) },
      { ALT: () => this.SUBRULE(this.serve) },
      { ALT: () => this.SUBRULE(this.switch) },
      { ALT: () => this.SUBRULE(this.budget) },
      { ALT: () => this.SUBRULE(this.assume) },
      { ALT: () => this.SUBRULE(this.invariant) },
      { ALT: () => this.SUBRULE(this.expect) },
      { ALT: () => this.SUBRULE(this.test) },
    ]),
  )
}
