import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { duration } from './givens.ts';
import { createStage } from './stage.ts';

// Each .txt file is a scenario with its transcript. What people and machines do stands at the left margin, with its time;
// what Cordboard makes of it is indented: first what happened, then (→) what it asks of Asterisk. The real engine plays it
// against the simulated Asterisk. UPDATE=1 writes the transcripts anew: the diff is the review.

const folder = fileURLToPath(new URL('.', import.meta.url));
const update = process.env.UPDATE === '1';
const files = readdirSync(folder)
  .filter((name) => name.endsWith('.txt'))
  .sort();

/** The transcript goes on for so long after the last act. */
const afterwardsMs = 1_500;

/** Plays a scenario and gives it back with the transcript that came of it. */
function played(text: string): string {
  const stage = createStage();
  const [head = '', ...acts] = text.split(/^(?=at \S+: )/m);
  const givens = head.slice(head.indexOf('\ngiven\n') + '\ngiven\n'.length);
  for (const line of givens.split('\n')) if (line.trim() !== '') stage.given(line.trim());
  stage.begin();
  const out = [head.trimEnd(), ''];
  let end = afterwardsMs;
  const write = (now: string | null): void => {
    let last = now;
    for (const { time, text: words } of stage.take()) {
      if (time !== last) out.push(`  ${time}`);
      last = time;
      out.push(`    ${words}`);
    }
  };
  for (const act of acts) {
    const [, time = '', what = ''] = /^at (\S+): (.*)/.exec(act) ?? [];
    stage.pass(duration(time) - 1);
    write(null);
    out.push('', `at ${time}: ${what}`);
    stage.play(duration(time), what);
    end = duration(time) + afterwardsMs;
  }
  stage.pass(end);
  write(null);
  return `${out.join('\n').replace(/\n{3,}/g, '\n\n')}\n`;
}

describe('scenarios', () => {
  it('given_the_folder_when_it_is_read_then_there_are_enough', () => {
    expect(files.length).toBeGreaterThanOrEqual(15);
  });

  it('given_a_build_server_when_tests_run_then_nothing_is_rewritten', () => {
    expect(update && process.env.CI !== undefined, 'UPDATE is refused where CI is set').toBe(false);
  });

  it.each(files)('given_%s_when_it_is_played_then_its_transcript_is_what_it_says', (name) => {
    const text = readFileSync(`${folder}${name}`, 'utf8');
    const now = played(text);
    if (update && process.env.CI === undefined) writeFileSync(`${folder}${name}`, now);
    else expect(now).toBe(text);
  });
});
