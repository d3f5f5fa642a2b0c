/** Every text with which the incident refuses something, read from its sources: a new refusal is in the list by itself. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';

const INCIDENT = path.join(__dirname, '../../../../domain/incident');

/** Functions that answer why something is refused. */
const REFUSES =
  /(Problems?|^beforeKnown|^awarenessOpen|^whyNot|^partlyTold|^stillOpen|^openProposal|^leavesByLaw|^above|^notBegun|^unknownAuthority)$/;
/** Where facts that contradict are told: each with its path, and a message. */
const CONTRADICTIONS = readdirSync(path.join(INCIDENT, 'facts'))
  .map((name) => `facts/${name}`)
  .filter((name) => /\bContradiction\b/.test(readFileSync(path.join(INCIDENT, name), 'utf8')));

/** What every kind of case refuses alike. */
const ELSEWHERE = ['../kernel/ahead.ts'];

export interface RefusalText {
  where: string;
  /** As it stands in the source, for whoever has to walk it. */
  text: string;
  matches: RegExp;
}

export function refusalTexts(): RefusalText[] {
  const files = readdirSync(INCIDENT).filter((name) => name.endsWith('.ts'));
  return [...files, ...CONTRADICTIONS, ...ELSEWHERE].flatMap((name) => {
    const text = readFileSync(path.join(INCIDENT, name), 'utf8');
    const source = ts.createSourceFile(name, text, ts.ScriptTarget.Latest, true);
    const found: RefusalText[] = [];
    const look = (node: ts.Node, refuses: boolean): void => {
      const here = refuses || startsRefusal(node, CONTRADICTIONS.includes(name));
      const pattern = here ? patternOf(node) : undefined;
      if (pattern === undefined) {
        // What a command line is given is no text of its own.
        if (ts.isCallExpression(node) && /^(tocsin|commandLine|commandText|ask|list)$/.test(node.expression.getText()))
          return;
        ts.forEachChild(node, (child) => look(child, here));
        return;
      }
      const words = pattern.replaceAll(ANY, '').replaceAll('\\', '');
      if (!/\w{2,}[^\w-]+\w{2,}/.test(words)) return;
      const { line } = source.getLineAndCharacterOfPosition(node.getStart());
      found.push({ where: `${name}:${line + 1}`, text: node.getText(), matches: new RegExp(pattern) });
    };
    look(source, false);
    return found;
  });
}

function startsRefusal(node: ts.Node, contradictions: boolean): boolean {
  if (ts.isCallExpression(node)) return /(\.rejected|problems\.push)$/.test(node.expression.getText());
  if (ts.isFunctionDeclaration(node)) return REFUSES.test(node.name?.text ?? '');
  if (!ts.isPropertyAssignment(node) && !ts.isVariableDeclaration(node)) return false;
  const name = node.name.getText();
  return /^problems?$/.test(name) || (contradictions && name === 'message');
}

const ANY = '[\\s\\S]*';

/** The pattern of a text, whatever is put into it; undefined for what is no text. */
function patternOf(node: ts.Node): string | undefined {
  if (ts.isStringLiteralLike(node)) return escaped(node.text);
  if (ts.isTemplateExpression(node))
    return escaped(node.head.text) + node.templateSpans.map(({ literal }) => ANY + escaped(literal.text)).join('');
  if (ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.PlusToken) {
    const [left, right] = [patternOf(node.left), patternOf(node.right)];
    return left === undefined && right === undefined ? undefined : (left ?? ANY) + (right ?? ANY);
  }
  return undefined;
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
