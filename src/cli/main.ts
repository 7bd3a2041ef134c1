#!/usr/bin/env node
import { CommanderError } from 'commander';
import pc from 'picocolors';
import { whyOf } from '../lib/why.ts';
import { asTyped } from './as-typed.ts';
import { Failure } from './failure.ts';
import { buildProgram } from './program.ts';

process.exitCode = await run(process.argv);

/** Exit 0: done. 1: refused or failed, with one line why. 2: wrong usage or a wrong configuration. */
async function run(argv: readonly string[]): Promise<number> {
  const json = argv.includes('--json');
  // A reader that went away (`| head`) is no failure of ours.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));
  const program = buildProgram(process.env, (text) => void process.stdout.write(text));
  // Commander would print its own lines on standard error; with --json all of it is one object.
  const quiet = (command: typeof program): void => {
    command.exitOverride();
    if (json) command.configureOutput({ writeErr: () => {} });
    command.commands.forEach(quiet);
  };
  quiet(program);
  try {
    await program.parseAsync([...argv]);
    return 0;
  } catch (error) {
    if (error instanceof CommanderError) {
      if (error.exitCode === 0) return 0;
      if (json) say('usage', error.message.replace(/^error: /, ''), undefined, true);
      return 2;
    }
    if (error instanceof Failure) {
      const message = json || error.field === undefined ? error.message : asTyped(error.message, argv);
      say(error.code, message, error.field, json);
      return error.exit;
    }
    say('failed', whyOf(error), undefined, json);
    return 1;
  }
}

function say(code: string, message: string, field: string | undefined, json: boolean): void {
  const error = field === undefined ? { code, message } : { code, message, field };
  process.stderr.write(json ? `${JSON.stringify({ error })}\n` : `${pc.red('error:')} ${message}\n`);
}
