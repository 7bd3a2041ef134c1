/** Thrown by a command: printed as one line (with `--json` as `{error: {code, message, field?}}`) on standard error. */
export class Failure extends Error {
  readonly code: string;
  readonly exit: 1 | 2;
  readonly field: string | undefined;
  /** `exit` 1: refused or failed; 2: wrong usage or a wrong configuration. */
  constructor(code: string, message: string, exit: 1 | 2 = 1, field?: string) {
    super(message);
    this.code = code;
    this.exit = exit;
    this.field = field;
  }
}
