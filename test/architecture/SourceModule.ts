import { basename, posix } from 'node:path';
import ts from 'typescript';

/** One module that a file names, by the path of a source file or the name of a package. */
export interface ModuleImport {
  readonly to: string;
  readonly line: number;
  /** Whether nothing of it is left at run time: `import type` and `export type`, not `import { type … }`. */
  readonly typeOnly: boolean;
  readonly names: readonly string[];
}

export interface ModuleExport {
  readonly name: string;
  readonly kind: 'value' | 'type';
  /** The module it is passed on from, where it is not the file's own. */
  readonly from?: string;
}

/** What the rules look at. */
export interface SourceModule {
  readonly path: string;
  readonly source: ts.SourceFile;
  readonly lines: number;
  readonly imports: readonly ModuleImport[];
  readonly exports: readonly ModuleExport[];
  readonly exportsAll: readonly number[];
}

/** Reads a file as the rules see it; `path` is relative to the project, with slashes. */
export const readModule = (path: string, text: string): SourceModule => {
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const imports: ModuleImport[] = [];
  const exports: ModuleExport[] = [];
  const exportsAll: number[] = [];

  for (const statement of source.statements) {
    if (ts.isImportDeclaration(statement)) {
      imports.push({ ...target(path, statement.moduleSpecifier), ...place(source, statement), ...importedNames(statement) });
    } else if (ts.isExportDeclaration(statement)) {
      const from = statement.moduleSpecifier && target(path, statement.moduleSpecifier).to;
      const clause = statement.exportClause;
      if (clause === undefined) exportsAll.push(place(source, statement).line);
      const elements = clause !== undefined && ts.isNamedExports(clause) ? clause.elements : [];
      for (const { name, isTypeOnly } of elements) {
        const kind = statement.isTypeOnly || isTypeOnly ? 'type' : 'value';
        exports.push({ name: name.text, kind, ...(from === undefined ? undefined : { from }) });
      }
      if (from === undefined) continue;
      const names = elements.map(({ name, propertyName }) => (propertyName ?? name).text);
      imports.push({ to: from, ...place(source, statement), typeOnly: statement.isTypeOnly, names });
    } else if (ts.isExportAssignment(statement)) {
      exports.push({ name: 'default', kind: 'value' });
    } else if (isExported(statement)) exports.push(...declared(statement));
  }
  return { path, source, lines: text.split('\n').length - (text.endsWith('\n') ? 1 : 0), imports, exports, exportsAll };
};

/** The file's name without its ending. */
export const nameOf = ({ path }: SourceModule): string => basename(path, '.ts');

/** Every node of a file, in order. */
export const nodesOf = (node: ts.Node): ts.Node[] => {
  const children: ts.Node[] = [];
  ts.forEachChild(node, (child) => void children.push(child));
  return [node, ...children.flatMap(nodesOf)];
};

/** Where a node stands, as an editor would open it. */
export const at = ({ path, source }: SourceModule, node: ts.Node): string => `${path}:${place(source, node).line}`;

const place = (source: ts.SourceFile, node: ts.Node): { readonly line: number } => ({
  line: source.getLineAndCharacterOfPosition(node.getStart(source)).line + 1,
});

const target = (path: string, specifier: ts.Expression): { readonly to: string } => {
  const text = ts.isStringLiteral(specifier) ? specifier.text : specifier.getText();
  return { to: text.startsWith('.') ? posix.join(posix.dirname(path), text) : text };
};

const importedNames = ({ importClause }: ts.ImportDeclaration): Pick<ModuleImport, 'typeOnly' | 'names'> => {
  const bindings = importClause?.namedBindings;
  const named = bindings !== undefined && ts.isNamedImports(bindings) ? bindings.elements : [];
  const names = named.map(({ name, propertyName }) => (propertyName ?? name).text);
  return { typeOnly: importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword, names };
};

const hasModifier = (statement: ts.Statement, kind: ts.SyntaxKind): boolean =>
  ts.canHaveModifiers(statement) && (ts.getModifiers(statement)?.some((modifier) => modifier.kind === kind) ?? false);

const isExported = (statement: ts.Statement): boolean => hasModifier(statement, ts.SyntaxKind.ExportKeyword);

const declared = (statement: ts.Statement): ModuleExport[] => {
  if (hasModifier(statement, ts.SyntaxKind.DefaultKeyword)) return [{ name: 'default', kind: 'value' }];
  if (ts.isVariableStatement(statement)) {
    return statement.declarationList.declarations.map(({ name }) => ({ name: name.getText(), kind: 'value' }));
  }
  if (ts.isInterfaceDeclaration(statement) || ts.isTypeAliasDeclaration(statement)) {
    return [{ name: statement.name.text, kind: 'type' }];
  }
  if (ts.isFunctionDeclaration(statement) || ts.isClassDeclaration(statement)) {
    return [{ name: statement.name?.text ?? 'default', kind: 'value' }];
  }
  return [];
};
