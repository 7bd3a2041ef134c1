/**
 * A session description that is answered but carries no media: PCMU and PCMA at the discard port (RFC 4566, RFC 863).
 * It stays `sendrecv`: `inactive` would be a hold, and Asterisk would start music on both contestants.
 */
export function silentSdp(host: string): string {
  const lines = [
    'v=0',
    `o=farm 1 1 IN IP4 ${host}`,
    's=-',
    `c=IN IP4 ${host}`,
    't=0 0',
    'm=audio 9 RTP/AVP 0 8',
    'a=rtpmap:0 PCMU/8000',
    'a=rtpmap:8 PCMA/8000',
    'a=sendrecv',
  ];
  return `${lines.join('\r\n')}\r\n`;
}
