import type { Command } from 'commander';
import type { NumberedFact } from '../core/facts.ts';
import { countArgument } from '../lib/count-argument.ts';
import type { CliContext } from './context.ts';
import { factLine } from './fact-line.ts';

/** `cordboard events` */
export function eventsCommand(program: Command, context: CliContext): void {
  program
    .command('events')
    .description('what happened, one line a fact; with --json one object a line (NDJSON)')
    .option('--follow', 'go on as it happens')
    .option('--limit <count>', 'begin with so many of the past', countArgument, 20)
    .option('--after <seq>', 'begin after the fact of this number', countArgument)
    .action(async (options: { follow?: boolean; limit: number; after?: number }) => {
      const output = context.output();
      const query = `limit=${options.limit}${options.after === undefined ? '' : `&after=${options.after}`}`;
      const print = (fact: NumberedFact): void => output.line(fact, (each) => factLine(each));
      if (options.follow !== true) {
        const { facts } = await context.client().get<{ facts: readonly NumberedFact[] }>(`/v1/events?${query}`);
        for (const fact of facts) print(fact);
        return;
      }
      const stop = new AbortController();
      const onSignal = (): void => stop.abort();
      process.once('SIGINT', onSignal);
      process.once('SIGTERM', onSignal);
      await context
        .client()
        .lines(`/v1/events?follow=true&${query}`, (line) => print(JSON.parse(line) as NumberedFact), stop.signal);
    });
}
