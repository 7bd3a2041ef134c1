import type { PbxEvent } from '../core/events.ts';
import type { AriLink, AriResponse } from './ari/port.ts';
import { seenLeg, seenRoom } from './translate.ts';

/** Where a survey is asked: see `createAriHttp` for why this is not the event socket. */
export type SurveyLink = Pick<AriLink, 'request'>;

/** Asks what is in Asterisk and posts it as one `surveyed` event, or `survey-failed` when any answer did not come. */
export function survey(
  link: SurveyLink,
  app: string,
  question: { readonly full: boolean; readonly askedAt: number },
  post: (event: PbxEvent) => void,
): void {
  const { full, askedAt } = question;
  const get = (uri: string, then: (body: unknown) => void) =>
    link.request({ method: 'GET', uri }, ({ status, body }: AriResponse) => {
      if (status === 200) then(body);
      else post({ type: 'survey-failed', askedAt });
    });
  // One after the other, and the channels last, so that no room names a leg that they do not know.
  get('asterisk/info?only=status', (info) =>
    get('bridges', (bridges) =>
      get('channels', (channels) =>
        post({
          type: 'surveyed',
          full,
          askedAt,
          pbxStarted: startedAt(info),
          legs: list(channels).flatMap((channel) => seenLeg(channel, app) ?? []),
          rooms: list(bridges).flatMap((bridge) => seenRoom(bridge) ?? []),
        }),
      ),
    ),
  );
}

function startedAt(info: unknown): string {
  const status = (info as { status?: { startup_time?: unknown } } | null)?.status;
  return typeof status?.startup_time === 'string' ? status.startup_time : '';
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
