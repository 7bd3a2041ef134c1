import type { Command } from 'commander';
import type { SiteView } from '../protocol/sites.ts';
import { listArgument } from './arguments.ts';
import type { CliContext } from './context.ts';
import { listCommand, removeCommand } from './listing.ts';
import { orDash, table } from './output.ts';

type Options = {
  callback: string;
  location: string;
  locationUri?: string;
  default?: boolean;
  users?: readonly string[];
};

/** `cordboard site …` */
export function siteCommand(program: Command, context: CliContext): void {
  const site = program.command('site').description('where help must come when somebody dials an emergency number');
  site
    .command('set <name>')
    .description('make a site, or replace it; a user is at one site, and one site is for all who are at none')
    .requiredOption('--callback <number>', 'who is called back, such as +33170000000')
    .requiredOption('--location <text>', 'the address, such as "12 rue de la Paix, 3rd floor, Paris"')
    .option('--location-uri <uri>', 'where the location can be fetched (RFC 6442)')
    .option('--default', 'for users of no site')
    .option('--users <list>', 'who is there, with commas', listArgument)
    .action(async (name: string, { default: isDefault, ...options }: Options) => {
      const url = `/v1/sites/${encodeURIComponent(name)}`;
      const answer = await context.client().put<{ site: SiteView }>(url, { ...options, isDefault: isDefault === true });
      context.output().result(answer, (saved) => `${name} set\n\n${siteTable([saved.site])}`);
    });
  listCommand<SiteView>(site, context, 'all sites', 'sites', siteTable);
  removeCommand(
    site,
    context,
    'remove a site; its users are at the default one',
    (name) => `/v1/sites/${encodeURIComponent(name)}`,
  );
}

function siteTable(sites: readonly SiteView[]): string {
  const rows = sites.map(({ name, callback, location, isDefault, users }) => [
    name,
    callback,
    location,
    isDefault ? 'everybody else' : orDash(users.join(', ')),
  ]);
  return table(['Name', 'Called back', 'Location', 'Users'], rows, 'No sites yet: cordboard site set');
}
