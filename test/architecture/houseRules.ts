import ts from 'typescript';
import { DOORS } from './project.ts';
import { at, nameOf, nodesOf, type SourceModule } from './SourceModule.ts';

/** Looks at files and says what is wrong with them, one line each. */
export type HouseRule = (modules: readonly SourceModule[]) => string[];

const MAX_LINES = 200;
const MAX_MEDIAN = 50;

export const areShort: HouseRule = (modules) => {
  const lengths = modules.map(({ lines }) => lines).sort((left, right) => left - right);
  const median = lengths[Math.floor(lengths.length / 2)] ?? 0;
  const long = modules.filter(({ lines }) => lines > MAX_LINES).map(({ path, lines }) => `${path}: ${lines} lines`);
  return median > MAX_MEDIAN ? [...long, `the median file has ${median} lines`] : long;
};

/** Files of several exports none of which is the main one; each is named for what they share. */
export const FAMILIES: readonly string[] = [
  'operators/answer/answerErrors.ts',
  'operators/usage/figure.ts',
  'src/events/NoticeEvent.ts',
  'src/events/toolCallName.ts',
  'src/request/Part.ts',
  'src/request/base64Data.ts',
  'src/request/expectField.ts',
  'src/stage.ts',
  'src/wire/json.ts',
  'src/wire/quirks.ts',
];

export const areNamedLikeTheirExport: HouseRule = (modules) =>
  modules
    .filter(({ path }) => !DOORS.includes(path) && !FAMILIES.includes(path))
    .filter((module) => !module.exports.some(({ name }) => name === nameOf(module)))
    .map(({ path, exports }) => `${path}: exports ${exports.map(({ name }) => name).join(', ') || 'nothing'}`);

/** An example is what a user would write: it knows the package by its name and nothing of how it is laid out. */
export const importByName: HouseRule = (modules) =>
  modules.flatMap(({ path, imports }) =>
    imports
      .filter(({ to }) => /^(src|operators|test|dist)\//.test(to) || to.startsWith('.'))
      .map(({ to, line }) => `${path}:${line}: imports ${to}`),
  );

export const haveNoStarExport: HouseRule = (modules) =>
  modules.flatMap(({ path, exportsAll }) => exportsAll.map((line) => `${path}:${line}: export *`));

export const haveNoDefaultExport: HouseRule = (modules) =>
  modules.filter(({ exports }) => exports.some(({ name }) => name === 'default')).map(({ path }) => `${path}: default export`);

/** Only a door passes on what another file declares. */
export const areNoBarrels: HouseRule = (modules) =>
  modules
    .filter(({ path }) => !DOORS.includes(path))
    .flatMap(({ path, exports }) => exports.filter(({ from }) => from !== undefined).map(({ name }) => `${path}: passes ${name} on`));

/** Where streams are built by hand; the testing door builds the sources that an operator is tried on. */
const BUILDERS: readonly string[] = ['src/transport/', 'src/testing/contract/', 'operators/lift.ts'];

export const buildNoObservables: HouseRule = (modules) =>
  modules
    .filter(({ path }) => !BUILDERS.some((begin) => path.startsWith(begin)))
    .flatMap((module) =>
      nodesOf(module.source)
        .filter((node) => ts.isNewExpression(node) && /^(Observable|Subscriber)$/.test(node.expression.getText()))
        .map((node) => `${at(module, node)}: ${node.getText().slice(0, 30)}`),
    );

/** Who speaks the wire's language: its readers, its writers, and the endpoints that tests script. */
const WIRE_SPEAKERS: readonly string[] = ['src/wire/', 'src/request/', 'src/testing/'];

export const keepWireNamesAtHome: HouseRule = (modules) =>
  modules
    .filter(({ path }) => !WIRE_SPEAKERS.some((begin) => path.startsWith(begin)))
    .flatMap((module) =>
      nodesOf(module.source).flatMap((node) => {
        const name = fieldName(node);
        return name !== undefined && SNAKE_CASE.test(name) ? [`${at(module, node)}: ${name}`] : [];
      }),
    );

const SNAKE_CASE = /^[a-z][a-z0-9]*(_[a-z0-9]+)+$/;

/** The name of the field that a node reads, writes or declares. */
const fieldName = (node: ts.Node): string | undefined => {
  if (ts.isPropertyAccessExpression(node)) return node.name.text;
  if (ts.isElementAccessExpression(node)) return ts.isStringLiteralLike(node.argumentExpression) ? node.argumentExpression.text : undefined;
  if (ts.isBindingElement(node)) return (node.propertyName ?? node.name).getText();
  if (ts.isPropertyAssignment(node) || ts.isShorthandPropertyAssignment(node) || ts.isPropertySignature(node)) {
    return ts.isComputedPropertyName(node.name) ? undefined : node.name.text;
  }
  return undefined;
};

export const readNoEnvironment: HouseRule = (modules) =>
  modules
    .filter(({ path }) => path !== 'src/request/resolveApiKey.ts')
    .flatMap((module) =>
      nodesOf(module.source)
        .filter((node) => ts.isPropertyAccessExpression(node) && /^(globalThis\.)?process\.env$/.test(node.getText()))
        .map((node) => `${at(module, node)}: process.env`),
    );

/**
 * A test waits for what happens, never for time to pass. Found are an awaited promise that a timer resolves, a helper that
 * hands one out, and Node's own; a timer that a server or a source needs to be slow is no wait.
 */
export const doNotSleep: HouseRule = (modules) =>
  modules.flatMap((module) => [
    ...module.imports
      .filter(({ to, names }) => to === 'node:timers/promises' && names.includes('setTimeout'))
      .map(({ line }) => `${module.path}:${line}: imports a sleep`),
    ...nodesOf(module.source)
      .filter((node) => isTimedPromise(node) && isHandedOut(node.parent))
      .map((node) => `${at(module, node)}: sleeps`),
  ]);

const isTimedPromise = (node: ts.Node): node is ts.NewExpression => {
  if (!ts.isNewExpression(node) || node.expression.getText() !== 'Promise') return false;
  const [executor] = node.arguments ?? [];
  if (executor === undefined || !ts.isFunctionLike(executor)) return false;
  const resolve = executor.parameters[0]?.name.getText();
  return nodesOf(executor).some(
    (call) =>
      ts.isCallExpression(call) &&
      call.expression.getText() === 'setTimeout' &&
      call.arguments[0] !== undefined &&
      nodesOf(call.arguments[0]).some((name) => ts.isIdentifier(name) && name.text === resolve),
  );
};

const isHandedOut = (parent: ts.Node): boolean =>
  ts.isAwaitExpression(parent) || ts.isReturnStatement(parent) || ts.isArrowFunction(parent);
