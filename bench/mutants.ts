import ts from 'typescript';

/** A copy of a file with one change. */
export interface Mutant {
  readonly line: number;
  readonly was: string;
  readonly is: string;
  readonly text: string;
}

const { SyntaxKind } = ts;

const OPERATORS: Partial<Record<ts.SyntaxKind, string>> = {
  [SyntaxKind.LessThanToken]: '<=',
  [SyntaxKind.LessThanEqualsToken]: '<',
  [SyntaxKind.GreaterThanToken]: '>=',
  [SyntaxKind.GreaterThanEqualsToken]: '>',
  [SyntaxKind.EqualsEqualsEqualsToken]: '!==',
  [SyntaxKind.ExclamationEqualsEqualsToken]: '===',
  [SyntaxKind.PlusToken]: '-',
  [SyntaxKind.MinusToken]: '+',
  [SyntaxKind.AsteriskToken]: '/',
  [SyntaxKind.SlashToken]: '*',
  [SyntaxKind.PercentToken]: '*',
  [SyntaxKind.AmpersandToken]: '|',
  [SyntaxKind.BarToken]: '&',
  [SyntaxKind.LessThanLessThanToken]: '>>',
  [SyntaxKind.GreaterThanGreaterThanToken]: '<<',
  [SyntaxKind.PlusEqualsToken]: '-=',
  [SyntaxKind.MinusEqualsToken]: '+=',
  [SyntaxKind.AmpersandAmpersandToken]: '||',
  [SyntaxKind.BarBarToken]: '&&',
  [SyntaxKind.QuestionQuestionToken]: '&&',
  [SyntaxKind.PlusPlusToken]: '--',
  [SyntaxKind.MinusMinusToken]: '++',
};

/** What else might stand in the place of a node: each as the span that it takes, and the text that it becomes. */
function* changes(node: ts.Node): Generator<[from: ts.Node | ts.Token<ts.SyntaxKind>, to: string]> {
  const text = node.getText();
  if (ts.isBinaryExpression(node)) {
    const other = OPERATORS[node.operatorToken.kind];
    if (other) yield [node.operatorToken, other];
  }
  if (ts.isPrefixUnaryExpression(node)) {
    const other = OPERATORS[node.operator];
    const operand = node.operand.getText();
    if (node.operator === SyntaxKind.ExclamationToken || node.operator === SyntaxKind.MinusToken)
      yield [node, operand];
    else if (other) yield [node, `${other}${operand}`];
  }
  if (ts.isPostfixUnaryExpression(node)) yield [node, `${node.operand.getText()}${OPERATORS[node.operator]}`];
  if (ts.isIfStatement(node) || ts.isWhileStatement(node) || ts.isDoStatement(node))
    yield [node.expression, `!(${node.expression.getText()})`];
  if (ts.isConditionalExpression(node)) yield [node.condition, `!(${node.condition.getText()})`];
  if (ts.isForStatement(node) && node.condition) yield [node.condition, `!(${node.condition.getText()})`];
  if (node.kind === SyntaxKind.TrueKeyword) yield [node, 'false'];
  if (node.kind === SyntaxKind.FalseKeyword) yield [node, 'true'];
  if (ts.isNumericLiteral(node)) {
    yield [node, `(${text} + 1)`];
    yield [node, `(${text} - 1)`];
  }
  if (ts.isStringLiteral(node) && node.text !== '') yield [node, "''"];
  if (ts.isNoSubstitutionTemplateLiteral(node) || ts.isTemplateExpression(node)) yield [node, "''"];
  if (ts.isBlock(node) && node.statements.length > 0) yield [node, '{}'];
  if (ts.isExpressionStatement(node) && ts.isCallExpression(node.expression)) yield [node, ';'];
  if (node.kind === SyntaxKind.QuestionDotToken) {
    const follows = node.parent;
    yield [node, ts.isPropertyAccessExpression(follows) ? '.' : ''];
  }
  if (ts.isCallExpression(node) && node.expression.getText().endsWith('.pipe'))
    for (const operator of node.arguments) yield [operator, '(same: any) => same'];
}

/** Names of properties, imports and types do nothing when the program runs. */
function isSilent(node: ts.Node): boolean {
  return (
    ts.isImportDeclaration(node) ||
    ts.isExportDeclaration(node) ||
    ts.isInterfaceDeclaration(node) ||
    ts.isTypeNode(node)
  );
}

const brief = (text: string) => {
  const line = text.replace(/\s+/g, ' ');
  return line.length > 60 ? `${line.slice(0, 57)}...` : line;
};

/** Every mutant of a file. */
export function mutants(file: string, text: string): Mutant[] {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.ES2023, true);
  const found: Mutant[] = [];
  const visit = (node: ts.Node): void => {
    if (isSilent(node)) return;
    for (const [from, to] of changes(node))
      found.push({
        line: source.getLineAndCharacterOfPosition(from.getStart()).line + 1,
        was: brief(from.getText()),
        is: brief(to),
        text: text.slice(0, from.getStart()) + to + text.slice(from.getEnd()),
      });
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}
