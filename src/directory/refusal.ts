import type { RefusalCode } from '../protocol/refusal.ts';

/** Thrown when something that was asked for is refused: one line that says why and what to do. */
export class Refusal extends Error {
  readonly code: string;
  readonly field: string | undefined;
  constructor(code: RefusalCode | (string & {}), message: string, field?: string) {
    super(message);
    this.code = code;
    this.field = field;
  }
}
