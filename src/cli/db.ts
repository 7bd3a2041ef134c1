import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import pc from 'picocolors';
import { versionOf } from '../lib/version.ts';
import { whyOf } from '../lib/why.ts';
import type { CliContext } from './context.ts';
import { Failure } from './failure.ts';

/** `cordboard db …`. It works on the files themselves, with or without a running daemon. */
export function dbCommand(program: Command, context: CliContext): void {
  const db = program.command('db').description('the databases: copies of them, and whether they are whole');

  db.command('backup [directory]')
    .description('copy both databases while the daemon runs (default: a new directory below backups/ of the home)')
    .action(async (directory: string | undefined) => {
      const home = context.config().home;
      const { backUp } = await import('../storage/backup.ts');
      const to = directory === undefined ? join(home, 'backups', stampOf(new Date())) : resolve(directory);
      const manifest = await backUp(home, to, versionOf()).catch((error: unknown) => {
        throw new Failure('no-backup', whyOf(error));
      });
      const bytes = manifest.files.reduce((sum, file) => sum + file.bytes, 0);
      const line = `${to}: ${manifest.files.map((file) => file.name).join(', ')}, ${Math.ceil(bytes / 1024)} KiB`;
      context
        .output()
        .result({ directory: to, manifest }, () => `${line}\nit holds the digests of all phones: keep it safe`);
    });

  db.command('restore <directory>')
    .description('put a backup in the place of the databases; the daemon must not run, the old files are kept')
    .action(async (directory: string) => {
      const home = context.config().home;
      mkdirSync(home, { recursive: true, mode: 0o700 });
      const { takeFreeHome } = await import('../storage/home-lock.ts');
      const { restore } = await import('../storage/restore.ts');
      const lock = takeFreeHome(home);
      if (lock === null) {
        throw new Failure(
          'daemon-runs',
          `a daemon runs in ${home}: stop it first (cordboard drain --wait, or SIGTERM)`,
        );
      }
      try {
        const { manifest, aside } = restore(home, resolve(directory), stampOf(new Date()));
        context
          .output()
          .result({ home, manifest, aside }, () =>
            [
              `${home} is as it was at ${manifest.madeAt}`,
              ...(aside === null ? [] : [`the files before that are in ${aside}`]),
              'start it with cordboard serve; cordboard doctor then says which phones of Asterisk nobody knows',
            ].join('\n'),
          );
      } catch (error) {
        throw new Failure('no-restore', whyOf(error));
      } finally {
        lock.release();
      }
    });

  db.command('check')
    .description('whether every page, key and migration of the databases is as it should be; exit 1 when one is not')
    .action(async () => {
      const home = context.config().home;
      const { checkDatabase, DATABASES } = await import('../storage/check.ts');
      const databases = DATABASES.map(({ name, migrations }) => checkDatabase(join(home, name), migrations));
      context
        .output()
        .result({ databases }, () =>
          databases
            .map(({ file, migrations, problems }) =>
              problems.length === 0
                ? `${pc.green('ok')}     ${file} (${migrations} migrations)`
                : problems.map((problem) => `${pc.red('wrong')}  ${file}: ${problem}`).join('\n'),
            )
            .join('\n'),
        );
      if (databases.some(({ problems }) => problems.length > 0)) {
        throw new Failure('damaged', 'a database is not whole: cordboard db restore a backup, and keep the old files');
      }
    });
}

/** `2026-01-31T12-00-00-000Z`: sorts by time and is a name that every file system takes. */
function stampOf(at: Date): string {
  return at.toISOString().replace(/[:.]/g, '-');
}
