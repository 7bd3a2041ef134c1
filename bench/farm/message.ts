/** A SIP message as the farm needs it (RFC 3261 §7). Header names are lower-case and in their long form. */
export type SipMessage = {
  readonly start:
    | { readonly kind: 'request'; readonly method: string; readonly uri: string }
    | { readonly kind: 'response'; readonly status: number };
  readonly headers: ReadonlyMap<string, readonly string[]>;
  readonly body: string;
};

/** Reads one datagram; null when it is not SIP (a keep-alive, garbage). */
export function parseMessage(text: string): SipMessage | null {
  const headEnd = text.indexOf('\r\n\r\n');
  if (headEnd < 0) return null;
  const [first = '', ...lines] = text.slice(0, headEnd).split('\r\n');
  const start = parseStart(first);
  if (start === null) return null;
  const headers = new Map<string, string[]>();
  for (const line of unfold(lines)) {
    const colon = line.indexOf(':');
    if (colon < 1) return null;
    const name = line.slice(0, colon).trim().toLowerCase();
    const long = compactNames[name] ?? name;
    const values = headers.get(long);
    const value = line.slice(colon + 1).trim();
    if (values === undefined) headers.set(long, [value]);
    else values.push(value);
  }
  return { start, headers, body: text.slice(headEnd + 4) };
}

/** The first value of a header, or an empty string. */
export function header(message: SipMessage, name: string): string {
  return message.headers.get(name)?.[0] ?? '';
}

/** The URI of a name-addr or addr-spec header such as Contact (RFC 3261 §25.1): without brackets and header parameters. */
export function uriOf(header: string): string {
  const value = withoutDisplayName(header);
  const open = value.indexOf('<');
  if (open < 0) return (value.split(';')[0] ?? '').trim();
  const close = value.indexOf('>', open);
  return value.slice(open + 1, close < 0 ? undefined : close);
}

/** The user part of a URI or of a header that holds one; empty when it has none. */
export function userOf(value: string): string {
  const address = uriOf(value).replace(/^sips?:/i, '');
  const at = address.indexOf('@');
  return at < 0 ? '' : (address.slice(0, at).split(';')[0] ?? '');
}

/** The tag of a From or To header; empty when it has none. */
export function tagOf(value: string): string {
  const address = withoutDisplayName(value);
  const parameters = address.includes('>') ? address.slice(address.indexOf('>')) : address;
  return /;\s*tag=([^;\s]+)/i.exec(parameters)?.[1] ?? '';
}

/** The method a message belongs to: of a response, the one in its CSeq. */
export function methodOf(message: SipMessage): string {
  if (message.start.kind === 'request') return message.start.method;
  return header(message, 'cseq').split(/\s+/)[1] ?? '';
}

export type HeaderLine = readonly [name: string, value: string];

/** A request as text; Content-Length and, with a body, Content-Type application/sdp are added. */
export function formatRequest(method: string, uri: string, lines: readonly HeaderLine[], body = ''): string {
  return format(`${method} ${uri} SIP/2.0`, lines, body);
}

/** The response to a request, with its Via, From, To, Call-ID and CSeq (RFC 3261 §8.2.6.2); `toTag` is added where To has none. */
export function formatResponse(
  request: SipMessage,
  status: number,
  reason: string,
  toTag: string,
  lines: readonly HeaderLine[] = [],
  body = '',
): string {
  const copied: HeaderLine[] = (request.headers.get('via') ?? []).map((via) => ['Via', via]);
  const to = header(request, 'to');
  copied.push(['From', header(request, 'from')]);
  copied.push(['To', toTag === '' || tagOf(to) !== '' ? to : `${to};tag=${toTag}`]);
  copied.push(['Call-ID', header(request, 'call-id')]);
  copied.push(['CSeq', header(request, 'cseq')]);
  return format(`SIP/2.0 ${status} ${reason}`, [...copied, ...lines], body);
}

/** Takes off a quoted display name, which may hold brackets and semicolons of its own. */
function withoutDisplayName(value: string): string {
  return value.replace(/^\s*"(?:[^"\\]|\\.)*"/, '');
}

/** The compact forms of RFC 3261 §20 that Asterisk may send. */
const compactNames: Readonly<Record<string, string>> = {
  c: 'content-type',
  f: 'from',
  i: 'call-id',
  k: 'supported',
  l: 'content-length',
  m: 'contact',
  t: 'to',
  v: 'via',
};

function parseStart(line: string): SipMessage['start'] | null {
  const [first = '', second = '', third = ''] = line.split(' ');
  if (first === 'SIP/2.0' && /^[1-6]\d\d$/.test(second)) return { kind: 'response', status: Number(second) };
  if (third === 'SIP/2.0' && second !== '') return { kind: 'request', method: first, uri: second };
  return null;
}

/** Joins header lines that were folded over several (RFC 3261 §7.3.1). */
function unfold(lines: readonly string[]): string[] {
  const joined: string[] = [];
  for (const line of lines) {
    const last = joined.length - 1;
    if (/^[ \t]/.test(line) && last >= 0) joined[last] = `${joined[last]} ${line.trim()}`;
    else joined.push(line);
  }
  return joined;
}

function format(start: string, lines: readonly HeaderLine[], body: string): string {
  const type = body === '' ? '' : 'Content-Type: application/sdp\r\n';
  const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  return `${start}\r\n${head}${type}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
}
