import type { Command } from 'commander';
import { runDaemon } from '../main.ts';
import type { CliContext } from './context.ts';

/** `cordboard serve` */
export function serveCommand(program: Command, context: CliContext): void {
  program
    .command('serve')
    .description('run the daemon in the foreground until SIGTERM; calls live on without it')
    .action(async () => {
      // The configuration is read, and refused, before any socket opens.
      const daemon = await runDaemon(context.config());
      const asked = new Promise<void>((resolve) => {
        process.once('SIGTERM', () => resolve());
        process.once('SIGINT', () => resolve());
      });
      await asked;
      await daemon.stop();
      process.exit(0);
    });
}
