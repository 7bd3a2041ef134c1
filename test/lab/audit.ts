import { expect } from 'vitest';
import type { AuditView } from '../../src/protocol/audit.ts';
import type { LabFront } from './front.ts';

/** Asks the front for a change, which must be done. */
export async function done(lab: LabFront, method: string, path: string, body?: unknown): Promise<void> {
  const { status, body: answer } = await lab.ask(method, path, body);
  expect(status, JSON.stringify(answer)).toBeLessThan(300);
}

/** The entries of the audit, the newest first. */
export async function entriesOf(lab: LabFront): Promise<readonly AuditView[]> {
  return ((await lab.ask('GET', '/v1/audit')).body as { entries: AuditView[] }).entries;
}
