import type { PbxEvent } from '../core/events.ts';
import type { AriLink, AriResponse } from './ari/port.ts';
import { seenLeg, seenRoom } from './translate.ts';

/** Asks what is in Asterisk and posts it as one `surveyed` event; nothing when any of the answers failed to come. */
export function survey(link: AriLink, app: string, full: boolean, post: (event: PbxEvent) => void): void {
  const answers: Partial<Record<'info' | 'channels' | 'bridges', unknown>> = {};
  let failed = false;
  const take = (key: keyof typeof answers) => (response: AriResponse) => {
    failed ||= response.status !== 200;
    answers[key] = response.body;
    if (key !== 'channels' || failed) return;
    post({
      type: 'surveyed',
      full,
      pbxStarted: startedAt(answers.info),
      legs: list(answers.channels).flatMap((channel) => seenLeg(channel, app) ?? []),
      rooms: list(answers.bridges).flatMap((bridge) => seenRoom(bridge) ?? []),
    });
  };
  // The channels come last, so that no room names a leg that they do not know.
  link.request({ method: 'GET', uri: 'asterisk/info?only=status' }, take('info'));
  link.request({ method: 'GET', uri: 'bridges' }, take('bridges'));
  link.request({ method: 'GET', uri: 'channels' }, take('channels'));
}

function startedAt(info: unknown): string {
  const status = (info as { status?: { startup_time?: unknown } } | null)?.status;
  return typeof status?.startup_time === 'string' ? status.startup_time : '';
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
