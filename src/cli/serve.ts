import type { Command } from 'commander';
import { pathsOf } from '../config/paths.ts';
import type { CliContext } from './context.ts';

/** `cordboard serve` */
export function serveCommand(program: Command, context: CliContext): void {
  program
    .command('serve')
    .description('run the daemon in the foreground until SIGTERM; calls live on without it')
    .action(async () => {
      // The configuration is read, and refused, before any socket opens.
      const config = context.config('there');
      // Loaded only here: the other commands need no database and no engine, and start faster without.
      const { runDaemon } = await import('../main.ts');
      const { takeHome } = await import('../storage/home-lock.ts');
      const { keepForOwner } = await import('../storage/owner-only.ts');
      const say = (line: string): void => void process.stderr.write(`${line}\n`);
      keepForOwner(pathsOf(config.home), say);
      const lock = await takeHome(config.home, say);
      let drained = (): void => {};
      const isDrained = new Promise<void>((resolve) => {
        drained = resolve;
      });
      // Before anything runs: whoever is told to end while it comes up ends like one that serves.
      const asked = new Promise<void>((resolve) => {
        process.once('SIGTERM', () => resolve());
        process.once('SIGINT', () => resolve());
      });
      const daemon = await runDaemon(config, { onDrained: () => drained(), asked }).catch((error: unknown) => {
        // Threads and timers of a daemon that came up by half must not keep the process; the error is printed first.
        setImmediate(() => process.exit(1));
        throw error;
      });
      await Promise.race([asked, isDrained]);
      await daemon.stop();
      lock.release();
      process.exit(0);
    });
}
