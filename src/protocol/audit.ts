/** Who changed what, and when (ms since 1970). `fields` are those whose values differ; empty for what was made or removed. */
export type AuditView = {
  readonly id: number;
  readonly at: number;
  readonly who: string;
  /** What was done, such as `phone.set`. */
  readonly action: string;
  /** The name or id of what it was done to. */
  readonly subject: string;
  readonly fields: readonly string[];
};

/** One entry with what was before and after: null for what was not there. No secret is in it. */
export type AuditDetails = AuditView & { readonly before: unknown; readonly after: unknown };
