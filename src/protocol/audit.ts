import type { QueueView } from './queues.ts';

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
  /** The entry that this change put back; null for every other one. */
  readonly undoes: number | null;
};

/** One entry with what was before and after: null for what was not there. No secret is in it. */
export type AuditDetails = AuditView & { readonly before: unknown; readonly after: unknown };

/** The answer to putting a change back. With `dryRun` nothing was done, and `entry` is null. */
export type AuditUndone = {
  /** The change that was put back. */
  readonly undone: AuditView;
  /** The change that put it back. */
  readonly entry: AuditView | null;
  /** What becomes, or became, another: null where there is nothing. */
  readonly changes: readonly UndoneField[];
  /** The whole queue or group before and after, where it is about one. */
  readonly queue: { readonly before: QueueView; readonly after: QueueView } | null;
  /** What came since, and what may not have been meant, one line each. */
  readonly warnings: readonly string[];
  readonly dryRun: boolean;
};

/** One field by its name in the audit, as it is, and as it was before the change. */
export type UndoneField = { readonly field: string; readonly from: unknown; readonly to: unknown };
