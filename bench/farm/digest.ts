import { createHash, randomBytes } from 'node:crypto';

/**
 * The Authorization header that answers a challenge (RFC 7616 §3.4, MD5 with qop=auth or none, as Asterisk asks).
 * Throws on a challenge with another algorithm.
 */
export function answerChallenge(
  challenge: string,
  request: { readonly method: string; readonly uri: string; readonly user: string; readonly password: string },
): string {
  const asked = parseChallenge(challenge);
  const { realm = '', nonce = '', opaque, algorithm = 'MD5' } = asked;
  if (algorithm.toUpperCase() !== 'MD5') throw new Error(`digest algorithm expected MD5, got ${algorithm}`);
  const ha1 = md5(`${request.user}:${realm}:${request.password}`);
  const ha2 = md5(`${request.method}:${request.uri}`);
  const cnonce = randomBytes(8).toString('hex');
  const withQop = asked.qop?.split(',').some((qop) => qop.trim() === 'auth') === true;
  const response = withQop ? md5(`${ha1}:${nonce}:00000001:${cnonce}:auth:${ha2}`) : md5(`${ha1}:${nonce}:${ha2}`);
  const parts = [`username="${request.user}"`, `realm="${realm}"`, `nonce="${nonce}"`, `uri="${request.uri}"`];
  parts.push(`response="${response}"`, 'algorithm=MD5');
  if (withQop) parts.push(`qop=auth, nc=00000001, cnonce="${cnonce}"`);
  if (opaque !== undefined) parts.push(`opaque="${opaque}"`);
  return `Digest ${parts.join(', ')}`;
}

/** The parameters of a WWW-Authenticate header, names in lower case, quotes taken off. */
export function parseChallenge(challenge: string): Readonly<Record<string, string>> {
  const parameters: Record<string, string> = {};
  for (const [, name = '', quoted, bare] of challenge.matchAll(/(\w+)\s*=\s*(?:"([^"]*)"|([^\s,]+))/g)) {
    parameters[name.toLowerCase()] = quoted ?? bare ?? '';
  }
  return parameters;
}

function md5(text: string): string {
  return createHash('md5').update(text).digest('hex');
}
