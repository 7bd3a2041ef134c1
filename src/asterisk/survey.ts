import type { PbxEvent } from '../core/events.ts';
import type { AriLink, AriResponse } from './ari/port.ts';
import { seenLeg, seenRoom } from './translate.ts';

/** Where a survey is asked: see `createAriHttp` for why this is not the event socket. */
export type SurveyLink = Pick<AriLink, 'request'>;

/**
 * Asks what is in Asterisk and posts it as one `surveyed` event, or `survey-failed` when any answer did not come, or was none: to take it
 * for an Asterisk that began anew, with nothing in it, would end every call.
 */
export function survey(
  link: SurveyLink,
  app: string,
  question: { readonly full: boolean; readonly askedAt: number },
  post: (event: PbxEvent) => void,
): void {
  const { full, askedAt } = question;
  const get = <T>(uri: string, read: (body: unknown) => T | null, then: (found: T) => void) =>
    link.request({ method: 'GET', uri }, ({ status, body }: AriResponse) => {
      const found = status === 200 ? read(body) : null;
      if (found !== null) then(found);
      else post({ type: 'survey-failed', askedAt });
    });
  // One after the other, and the channels last, so that no room names a leg that they do not know.
  get('asterisk/info?only=status', startedAt, (pbxStarted) =>
    get('bridges', list, (bridges) =>
      get('channels', list, (channels) =>
        post({
          type: 'surveyed',
          full,
          askedAt,
          pbxStarted,
          legs: channels.flatMap((channel) => seenLeg(channel, app) ?? []),
          rooms: bridges.flatMap((bridge) => seenRoom(bridge) ?? []),
        }),
      ),
    ),
  );
}

function startedAt(info: unknown): string | null {
  const status = (info as { status?: { startup_time?: unknown } } | null)?.status;
  return typeof status?.startup_time === 'string' && status.startup_time !== '' ? status.startup_time : null;
}

function list(value: unknown): readonly unknown[] | null {
  return Array.isArray(value) ? value : null;
}
