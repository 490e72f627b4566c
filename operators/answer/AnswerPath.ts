/**
 * A place in an answer: names of fields and numbers of elements, parted by dots, with `*` for each element or field:
 * `items.*`, `items.*.name`, `summary`. Offered are places up to five steps deep; a name with a dot in it has no path.
 */
export type AnswerPath<Answer> = PathIn<Answer, [1, 1, 1, 1, 1]>;

type PathIn<Value, Steps extends readonly unknown[]> = Steps extends readonly [unknown, ...infer Left]
  ? unknown extends Value
    ? string
    : Value extends readonly unknown[]
      ? Step<'*' | `${number}`, Value[number], Left>
      : Value extends Opaque
        ? never
        : Value extends object
          ? Step<'*', Value[keyof Value], Left> | FieldPath<Value, Left>
          : never
  : never;

type FieldPath<Fields extends object, Left extends readonly unknown[]> = {
  [Name in keyof Fields & string]: string extends Name ? never : Name extends `${string}.${string}` ? never : Step<Name, Fields[Name], Left>;
}[keyof Fields & string];

type Step<Name extends string, Value, Left extends readonly unknown[]> = Name | `${Name}.${PathIn<Value, Left>}`;

/** Objects that are one value. */
type Opaque = Date | RegExp | Map<unknown, unknown> | Set<unknown> | URL | ((...args: never) => unknown);

/** What stands at a path of an answer. */
export type ValueAt<Answer, Path extends string> = Path extends `${infer First}.${infer Rest}`
  ? ValueAt<ChildAt<Answer, First>, Rest>
  : ChildAt<Answer, Path>;

type ChildAt<Value, Name extends string> = unknown extends Value
  ? unknown
  : Value extends readonly unknown[]
    ? Value[number]
    : Value extends object
      ? Name extends '*'
        ? Exclude<Value[keyof Value], undefined>
        : Name extends keyof Value
          ? Exclude<Value[Name], undefined>
          : never
      : never;
