import type { Session, SessionDescriptionHandlerOptions, URI } from 'sip.js';
import type { MediaDirection } from './quiet-media.ts';

/**
 * What somebody does with a phone in an answered call. Each resolves with the final SIP status of its request, or with 0
 * where none comes: the call is over, or was never answered.
 */
export type InCall = {
  /** A re-INVITE that only sends (RFC 3264 §8.4). */
  hold(): Promise<number>;
  resume(): Promise<number>;
  /** One digit of `0-9*#A-D` in an INFO (`application/dtmf-relay`), which Asterisk takes whatever the endpoint's DTMF mode. */
  press(digit: string): Promise<number>;
  /** Asks Asterisk to send the other side on to an extension: a blind transfer (RFC 3515). */
  refer(extension: string): Promise<number>;
};

/** Acts on the session that carries the call just then; null while there is none. */
export function inCall(sessionOf: () => Session | null): InCall {
  const turn = (direction: MediaDirection): Promise<number> =>
    statusOf(sessionOf(), (session, requestDelegate) => {
      const how: SessionDescriptionHandlerOptions & { direction: MediaDirection } = { direction };
      return session.invite({ sessionDescriptionHandlerOptions: how, requestDelegate });
    });
  return {
    hold: () => turn('sendonly'),
    resume: () => turn('sendrecv'),
    press: (digit) =>
      statusOf(sessionOf(), (session, requestDelegate) => {
        const content = `Signal=${digit}\r\nDuration=160\r\n`;
        const body = { contentDisposition: 'render', contentType: 'application/dtmf-relay', content };
        return session.info({ requestOptions: { body }, requestDelegate });
      }),
    refer: (extension) =>
      statusOf(sessionOf(), (session, requestDelegate) =>
        session.refer(beside(session, extension), { requestDelegate, onNotify: (notify) => void notify.accept() }),
      ),
  };
}

type Final = { readonly message: { readonly statusCode?: number | undefined } };
type Told = { readonly onAccept: (response: Final) => void; readonly onReject: (response: Final) => void };

/** Sends, and waits for the final response, or for the end of the call. */
function statusOf(session: Session | null, send: (session: Session, told: Told) => Promise<unknown>): Promise<number> {
  if (session?.state !== 'Established') return Promise.resolve(0);
  return new Promise((resolve) => {
    const done = ({ message }: Final): void => resolve(message.statusCode ?? 0);
    session.stateChange.addListener((state) => state === 'Terminated' && resolve(0));
    send(session, { onAccept: done, onReject: done }).catch(() => resolve(0));
  });
}

/** The extension at the host at which the other side is. */
function beside({ remoteIdentity }: Session, extension: string): URI {
  const uri = remoteIdentity.uri.clone();
  uri.user = extension;
  return uri;
}
