/**
 * A value while it comes in: fields may be missing, lists may be short, and a text may have just begun, so that one of
 * several words is any text yet. What is closed is shared between one value and the next, so nothing may be changed.
 */
export type DeepPartial<Whole> = Whole extends string
  ? string
  : Whole extends readonly (infer Element)[]
    ? readonly DeepPartial<Element>[]
    : Whole extends object
      ? { readonly [Field in keyof Whole]?: DeepPartial<Whole[Field]> }
      : Whole;
