import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { Config } from '../config/config.ts';
import { loadConfig, type Secrets } from '../config/load.ts';
import { ConfigError } from '../config/problem.ts';
import { type ApiClient, createClient } from './client.ts';
import { Failure } from './failure.ts';
import { createOutput, type Output } from './output.ts';
import { createProgress, type Progress, patiently, type Terminal } from './progress.ts';

/** What every command works with. The methods read the options of the command line when they are called. */
export type CliContext = {
  /** `--home`, else CORDBOARD_HOME, else `./var`; absolute. */
  home(): string;
  /** Throws a `Failure` with exit 2 and every problem when the configuration is wrong; for `there` also when a secret is missing. */
  config(secrets?: Secrets): Config;
  client(): ApiClient;
  output(): Output;
  /** How far a long work is, on a terminal; with `--json` nothing is said of it. */
  progress(): Progress;
  /** Does a work that may take long and does not tell how far it is: on a terminal `what` is said meanwhile. */
  patiently<T>(what: string, work: () => Promise<T>): Promise<T>;
};

/** Reads `--home`, `--config` and `--json` of `program`. `environment` is the process's, or a test's. */
export function createContext(
  program: Command,
  environment: Readonly<Record<string, string | undefined>>,
  write: (text: string) => void,
  terminal: Terminal = process.stderr,
): CliContext {
  const options = (): { home?: string; config?: string; json?: boolean } => program.opts();
  const home = (): string => resolve(options().home ?? environment.CORDBOARD_HOME ?? 'var');
  const config = (secrets?: Secrets): Config => {
    try {
      return loadConfig(options().config, home(), secrets);
    } catch (error) {
      if (error instanceof ConfigError) {
        throw new Failure('wrong-config', error.message, 2);
      }
      throw error;
    }
  };
  return {
    home,
    config,
    client: () => createClient(config().socket),
    output: () => createOutput(options().json === true, write),
    progress: () => createProgress(terminal, options().json !== true, Date.now),
    patiently: (what, work) => patiently(terminal, options().json !== true, Date.now, what, work),
  };
}
