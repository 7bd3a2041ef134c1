import { createContacts } from '../../src/asterisk/ami/contacts.ts';
import { decodeEvent } from '../../src/asterisk/ami/event.ts';
import { createDice, type Dice } from '../../src/simulation/dice.ts';
import { noise, text } from './noise.ts';

/**
 * Manager events of every sort into the decoder and the table of contacts. The table must say of the phones that were
 * told truly what it would say without the noise. Throws with the seed otherwise; returns how many were believed.
 */
export function fuzzAmi(seed: number, count: number): number {
  const dice = createDice(seed);
  const contacts = createContacts();
  const truth = new Map<string, boolean>();
  let believed = 0;
  for (let done = 0; done < count; done += 1) {
    const isTrue = dice.happens(200);
    const message = isTrue ? genuine(dice, truth) : false_(dice);
    try {
      const event = decodeEvent(message);
      if (event === null) continue;
      believed += 1;
      if (event.type === 'contact') contacts.note(event.contact, event.gone);
      if (event.type === 'contact-listed' && !contacts.knows(event.contact)) contacts.note(event.contact, false);
    } catch (error) {
      throw new Error(`fuzz seed ${seed}: ${JSON.stringify(message).slice(0, 500)}: ${String(error)}`, {
        cause: error,
      });
    }
  }
  const reachable = new Set(contacts.reachable());
  for (const [phone, is] of truth) {
    if (reachable.has(phone) !== is) throw new Error(`fuzz seed ${seed}: phone ${phone} should be reachable: ${is}`);
  }
  return believed;
}

type Message = Record<string, unknown>;

function genuine(dice: Dice, truth: Map<string, boolean>): Message {
  const phone = `true-${dice.roll(20)}`;
  const status = dice.pick(['Reachable', 'NonQualified', 'Unreachable', 'Removed']);
  truth.set(phone, status === 'Reachable' || status === 'NonQualified');
  return { event: 'ContactStatus', endpointname: phone, uri: `sip:${phone}@127.0.0.1`, contactstatus: status };
}

function false_(dice: Dice): Message {
  const event = dice.happens(600)
    ? dice.pick(['ContactStatus', 'ContactList', 'ContactListComplete', 'FullyBooted'])
    : noise(dice);
  return {
    event,
    endpointname: noise(dice),
    endpoint: noise(dice),
    uri: noise(dice),
    contactstatus: dice.happens(500) ? dice.pick(['Reachable', 'Removed', 'Unknown']) : noise(dice),
    status: noise(dice),
    [text(dice)]: noise(dice),
  };
}
