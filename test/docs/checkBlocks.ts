import { join } from 'node:path';
import ts from 'typescript';
import { compilerOptions, root } from '../examples/freshPackage.ts';
import type { Block } from './blocks.ts';

/** What the compiler has against each block, as a user would meet it who pastes it into a file of its own. */
export const checkBlocks = (blocks: readonly Block[]): string[] => {
  const options: ts.CompilerOptions = {
    ...compilerOptions(),
    noEmit: true,
    isolatedDeclarations: false,
    declaration: false,
    // An example may show a value without using it.
    noUnusedLocals: false,
  };
  const fileOf = (index: number): string => join(root, 'examples', `__block${index}.ts`);
  // An example without an import is a module all the same, so that no two share their names.
  const files = new Map(blocks.map(({ code }, index) => [fileOf(index), `${code}\nexport {};\n`]));

  const host = ts.createCompilerHost(options);
  const disk = { ...host };
  host.fileExists = (path) => files.has(path) || disk.fileExists(path);
  host.readFile = (path) => files.get(path) ?? disk.readFile(path);
  host.getSourceFile = (path, target, ...rest) => {
    const code = files.get(path);
    return code === undefined ? disk.getSourceFile(path, target, ...rest) : ts.createSourceFile(path, code, target);
  };

  const program = ts.createProgram([...files.keys()], options, host);
  return blocks.flatMap(({ at }, index) => {
    const file = program.getSourceFile(fileOf(index));
    return [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)].map(
      ({ messageText }) => `${at}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`,
    );
  });
};
