import type { Evidence } from './evidence.ts';
import { type Finding, unchecked, warning, well, wrong } from './finding.ts';

const dayMs = 86_400_000;
/** A certificate that ends sooner is told of. */
const soonMs = 14 * dayMs;

/** `ports`: those that phones and the daemon come by. */
export function checkPorts({ ports }: Evidence): readonly Finding[] {
  const expected = 'an answer on each port of cordboard.yaml';
  const findings = ports
    .filter(({ answers }) => !answers)
    .map(({ key, at, isVital, phones }) => {
      const found = `asterisk.${key} ${at} does not answer`;
      const todo = `is Asterisk up, and its port the same? asterisk -rx "pjsip show transports" and "http show status"`;
      if (isVital) return wrong('ports', found, expected, todo);
      if (phones > 0) return wrong('ports', `${found}: ${phones} phones come by it`, expected, todo);
      return warning('ports', `${found}; no phone comes by it`, expected, todo);
    });
  return findings.length > 0 ? findings : [well('ports', ports.map(({ at }) => at).join(', '), expected)];
}

/** `certificate`: the ones that Asterisk shows, and how long they last. */
export function checkCertificates({ certificates, now, ports }: Evidence): readonly Finding[] {
  const expected = 'a certificate that is valid for two weeks at least';
  const todo = 'put a new one where http.conf and pjsip.conf say and restart Asterisk';
  if (certificates.length === 0) return [unchecked('certificate', 'no TLS port answers', expected)];
  const browsers = ports.find(({ key }) => key === 'https-port')?.phones ?? 0;
  return certificates.map(({ where, certificate }) => {
    if ('unseen' in certificate) return unchecked('certificate', `${where}: ${certificate.unseen}`, expected);
    const { subject, endsAt, isSelfSigned } = certificate.seen;
    const days = Math.floor(Math.abs(endsAt - now) / dayMs);
    if (endsAt <= now) return wrong('certificate', `${where} ${subject}: ended ${days} days ago`, expected, todo);
    const found = `${where} ${subject}: ends in ${days} days`;
    if (endsAt - now < soonMs) return warning('certificate', found, expected, todo);
    if (isSelfSigned && browsers > 0) {
      const why = `${found}, but it is self-signed: a browser refuses it, and ${browsers} phones are browsers`;
      return warning(
        'certificate',
        why,
        expected,
        'get one from a certificate authority, or make the browsers trust it',
      );
    }
    return well('certificate', found, expected);
  });
}

/** `ari-exposure`: ARI can do everything, so nobody but this machine should even be asked for its password. */
export function checkAriExposure({ ariElsewhere, config }: Evidence): readonly Finding[] {
  const expected = 'ARI that answers to this machine only';
  const todo =
    'in http.conf: [/ari] type = restriction, deny = 0.0.0.0/0.0.0.0 and ::/0, permit = 127.0.0.1/255.255.255.255';
  const { host } = config.asterisk;
  if (host !== 'localhost' && host !== '::1' && !host.startsWith('127.')) {
    const found = `not checked: Asterisk is on another machine (${host})`;
    return [warning('ari-exposure', found, expected, `permit only this machine's address there: ${todo}`)];
  }
  if (ariElsewhere.length === 0) return [well('ari-exposure', 'this machine has no other address', expected)];
  // 403 is the restriction; everything else came from ARI itself, be it only "who are you?".
  const open = ariElsewhere.filter(({ status }) => status !== null && status !== 403 && status !== 404);
  if (open.length === 0) return [well('ari-exposure', `${ariElsewhere.length} addresses tried, none let in`, expected)];
  return open.map(({ url, status }) => wrong('ari-exposure', `${url} answers ${status}`, expected, todo));
}
