/**
 * The pjsip.conf of a phone that does not register: it is known by the user in its From, needs no password, and is rung at
 * `port` of 127.0.0.1 over UDP (null: it has no contact, so it is unreachable).
 */
export function staticPhone(id: string, port: number | null, context = 'from-sip'): string {
  return `
[${id}]
type = endpoint
context = ${context}
disallow = all
allow = ulaw
direct_media = no
aors = ${id}

[${id}]
type = aor
${port === null ? '' : `contact = sip:${id}@127.0.0.1:${port}`}
`;
}
