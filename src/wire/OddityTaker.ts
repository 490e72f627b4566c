/** Whom a reader tells of something odd that it tolerates. */
export interface OddityTaker {
  odd(code: string, message: string): void;
}
