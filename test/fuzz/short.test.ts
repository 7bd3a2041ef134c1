import pino from 'pino';
import { describe, expect, it, onTestFinished } from 'vitest';
import { connectAri } from '../../src/asterisk/ari/socket.ts';
import { createDice } from '../../src/simulation/dice.ts';
import { startFakeAri } from '../adapters/fake-ari.ts';
import { waitUntil } from '../lab/deadline.ts';
import { fuzzAmi } from './ami.ts';
import { fuzzAri } from './ari.ts';
import { noise, text } from './noise.ts';

describe('events that no Asterisk should send', () => {
  it.each([1, 2, 3])('given_seed_%i_when_they_come_beside_a_working_day_then_nothing_is_stuck_at_its_end', (seed) => {
    const { believed, calls } = fuzzAri(seed, 2_000);
    expect(believed).toBeGreaterThan(200);
    expect(calls).toBeGreaterThan(20);
  });

  it.each([1, 2, 3])('given_seed_%i_when_manager_events_come_then_the_phones_told_truly_are_known', (seed) => {
    expect(fuzzAmi(seed, 5_000)).toBeGreaterThan(500);
  });

  it('given_a_socket_when_a_thousand_odd_frames_come_then_it_stays_up_and_each_kind_is_said_once', async () => {
    const lines: string[] = [];
    const log = pino(
      { level: 'info' },
      { write: (line: string) => void lines.push((JSON.parse(line) as { msg: string }).msg) },
    );
    const fake = await startFakeAri();
    const types: string[] = [];
    let ups = 0;
    const link = connectAri(
      { host: '127.0.0.1', port: fake.port, user: 'u', secret: 's', app: 'a', log },
      {
        onUp: () => {
          ups += 1;
        },
        onDown: () => undefined,
        onEvent: (event) => types.push(event.type),
        onReplaced: () => undefined,
      },
    );
    onTestFinished(async () => {
      link.close();
      await fake.close();
    });
    await waitUntil(() => ups === 1, 'the link to be up');
    const dice = createDice(5);
    for (let count = 0; count < 1_000; count += 1) fake.say(oddFrame(dice, count));
    fake.say(JSON.stringify({ type: 'StasisEnd', channel: { id: 'the-last-one' } }));
    await waitUntil(() => types.at(-1) === 'StasisEnd', 'the last one to be heard');
    expect(ups).toBe(1);
    const said = lines.filter((line) => line.includes('not said again'));
    expect(new Set(said).size).toBe(said.length);
    expect(said.some((line) => line.includes('what is no message'))).toBe(true);
    expect(said.some((line) => line.includes('not asked for'))).toBe(true);
    expect(said.some((line) => line.includes('StasisStart about no channel'))).toBe(true);
  });
});

/** No two are equal, or the second would be taken for the copy of the first. */
function oddFrame(dice: ReturnType<typeof createDice>, count: number): string {
  const channel = { id: dice.pick(['', '\u0000', '\ud800', 'x'.repeat(150), null, {}]), count };
  switch (dice.roll(4)) {
    case 0:
      return `{"type": "StasisStart", ${count}`;
    case 1:
      return JSON.stringify({ type: `Odd${text(dice)}`, count });
    case 2:
      return JSON.stringify({ type: 'StasisStart', channel });
    default:
      return JSON.stringify([noise(dice), count]);
  }
}
