import { mailboxModules, messagesContext } from '../asterisk/mailboxes.ts';
import { some } from './check-asterisk.ts';
import type { Evidence } from './evidence.ts';
import { type Finding, unchecked, warning, well, wrong } from './finding.ts';

const types = ['auth', 'aor', 'endpoint'] as const;

/** `sorcery`: without a place to write to, Asterisk takes no phone; without the cache each new phone makes it read all others. */
export function checkSorcery({ settings }: Evidence): readonly Finding[] {
  const expected =
    'auth, aor and endpoint in [res_pjsip] of sorcery.conf: cached, from pjsip.conf, and last from astdb';
  if ('unseen' in settings) return [unchecked('sorcery', settings.unseen, expected)];
  const said = settings.seen.sorcery;
  const todo = 'take the lines over from asterisk-conf/sorcery.conf and restart Asterisk';
  // Of several lines of one type the last is what is seen here, and what Asterisk writes to.
  const stuck = types.filter((type) => !/^(astdb|realtime)\b/.test(said?.get(type) ?? ''));
  if (stuck.length > 0) return [wrong('sorcery', `nowhere to write ${stuck.join(', ')}`, expected, todo)];
  const slow = types.filter(
    (type) => !/full_backend_cache=yes.*expire_on_reload=yes/.test(said?.get(`${type}/cache`) ?? ''),
  );
  if (slow.length > 0) {
    const found = `no cache for ${slow.join(', ')}, or one that is not whole or outlives a reload`;
    return [warning('sorcery', found, expected, todo)];
  }
  return [well('sorcery', 'phones can be written', expected)];
}

/** `dialplan`: the contexts that phones come in by, and those that Cordboard's dialplan is made of. */
export function checkDialplan({ contextsMissing }: Evidence): readonly Finding[] {
  const expected = 'the contexts of all phones, cordboard-entry, cordboard-fallback and cordboard-emergency';
  if ('unseen' in contextsMissing) return [unchecked('dialplan', contextsMissing.unseen, expected)];
  // No call needs it: `message-lamps` tells of it.
  const missing = contextsMissing.seen.filter((name) => name !== messagesContext);
  if (missing.length === 0) return [well('dialplan', 'all there', expected)];
  const todo =
    '#include extensions_cordboard.conf and extensions_emergency.conf in extensions.conf, then: asterisk -rx "dialplan reload"';
  return [wrong('dialplan', `there is no ${missing.map((name) => `[${name}]`).join(', ')}`, expected, todo)];
}

/**
 * `message-lamps`: without these a phone's request to be told of messages is refused, or the counts reach nobody. An adopted dialplan may do
 * without the context on purpose: then no lamp is wrong as long as nobody says how many messages wait.
 */
export function checkMessageLamps({ modules, contextsMissing }: Evidence): readonly Finding[] {
  const expected = `res_pjsip_mwi.so, res_pjsip_mwi_body_generator.so, and ${mailboxModules[0]}, or ${mailboxModules[1]} with [${messagesContext}] in the dialplan`;
  if ('unseen' in modules) return [unchecked('message-lamps', modules.unseen, expected)];
  const lacking = ['res_pjsip_mwi.so', 'res_pjsip_mwi_body_generator.so'].filter((name) => !modules.seen.has(name));
  if (!mailboxModules.some((name) => modules.seen.has(name))) lacking.push(mailboxModules.join(' or '));
  const way = mailboxModules.find((name) => modules.seen.has(name)) ?? '';
  const needsContext = way === 'app_minivm.so' && 'seen' in contextsMissing;
  if (lacking.length === 0 && needsContext && contextsMissing.seen.includes(messagesContext)) {
    const found = `there is no [${messagesContext}]: counts of messages (cordboard mailbox set) reach no lamp; calls do not need it`;
    const todo = `#include extensions_cordboard.conf in extensions.conf, then: asterisk -rx "dialplan reload"; or leave it where message lamps are not wanted`;
    return [warning('message-lamps', found, expected, todo)];
  }
  if (lacking.length === 0) return [well('message-lamps', `by ${way}`, expected)];
  const found = `${lacking.join(', ')} is not running: lamps do not tell of messages`;
  return [warning('message-lamps', found, expected, 'load it in modules.conf and restart Asterisk')];
}

/** `registrations`: a phone that comes by another transport has settings that do not fit it. */
export function checkRegistrations({ directory, registeredBy }: Evidence): readonly Finding[] {
  const expected = 'each phone registered by its own transport';
  if ('unseen' in registeredBy) return [unchecked('registrations', registeredBy.unseen, expected)];
  if ('unseen' in directory) return [unchecked('registrations', directory.unseen, expected)];
  const strays = directory.seen.phones.flatMap(({ id, transport }) => {
    const by = registeredBy.seen.get(id);
    // Asterisk says `ws` of a secure WebSocket too.
    return by === undefined || by === (transport === 'wss' ? 'ws' : transport)
      ? []
      : [`${id} (${by}, not ${transport})`];
  });
  if (strays.length === 0) return [well('registrations', `${registeredBy.seen.size} registered`, expected)];
  const todo = 'set the phone itself to its transport, or: cordboard phone set ID --transport TRANSPORT';
  return [warning('registrations', some(strays), expected, todo)];
}
