import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { readModule, type SourceModule } from '../architecture/SourceModule.ts';
import { sources } from '../architecture/project.ts';

/** Every regular expression of a file, as it is written. */
const expressionsIn = ({ source }: SourceModule): readonly string[] => {
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    const isBuilt = (ts.isNewExpression(node) || ts.isCallExpression(node)) && node.expression.getText(source) === 'RegExp';
    if (ts.isRegularExpressionLiteral(node) || isBuilt) found.push(node.getText(source));
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
};

/** What reads the stream, from bytes to the operators of its events. */
const READERS = ['src/sse/', 'src/wire/', 'src/events/', 'operators/'];

/** Operators that look for something in the text, and those of their parts that do so with an expression. */
const TEXT_READERS = ['answer/', 'inline/', 'json/', 'pace/', 'redact/', 'schema/', 'sentences/', 'splitLines.ts', 'text/', 'trace/', 'usage/priceList.ts'].map((path) => `operators/${path}`);

/** What an expression that tries many ways in vain would be busy with for minutes. */
const ATTACKS = ['a', '0', ' ', '-', '<', '/', '"', '\\', '1.', '1s', '//', '//a', 'sk-', 'Bearer ', '\u0000', 'data:', '{"a":', '\n', '```'];

describe('regular expressions', () => {
  it('fault 131: read no text of a stream but where an operator is there for that', () => {
    const files = sources.filter((file) => READERS.some((folder) => file.path.startsWith(folder)) && expressionsIn(file).length > 0);
    expect([...new Set(files.map(({ path }) => path))].filter((path) => !TEXT_READERS.some((known) => path.startsWith(known)))).toEqual([
      'src/wire/readRateLimit.ts',
      'src/wire/readRetryAfter.ts',
    ]);
    const own = readModule('src/sse/a.ts', 'const a = /x+x+y/; const b = new RegExp(c); const d = RegExp(e); const f = g / h / i;');
    expect(expressionsIn(own)).toEqual(['/x+x+y/', 'new RegExp(c)', 'RegExp(e)']);
  });

  it('fault 131: take no time on what was made to take it', () => {
    // What is built is built of the caller's own expression.
    const expressions = sources.flatMap(expressionsIn).filter((expression) => expression.startsWith('/'));
    expect(expressions.length).toBeGreaterThan(10);
    const slow = expressions.filter((expression) => {
      const end = expression.lastIndexOf('/');
      const parsed = new RegExp(expression.slice(1, end), expression.slice(end + 1));
      const began = performance.now();
      // As long as what errors look at; each place in it may cost at most a look at all the others.
      for (const attack of ATTACKS) for (const head of ['', '```']) head.concat(attack.repeat(8192 / attack.length), '!').replace(parsed, '');
      return performance.now() - began > 2_000;
    });
    expect(slow).toEqual([]);
  });
});
