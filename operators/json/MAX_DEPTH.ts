/** How deep JSON may nest: deeper values overflow the stack of whoever walks, clones or prints them. */
export const MAX_DEPTH = 256;
