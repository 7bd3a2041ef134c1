import { readConfig } from '../../src/config/load.ts';
import { pathsOf } from '../../src/config/paths.ts';
import type { DirectoryContext } from '../../src/directory/context.ts';
import { addMembers as addTo, removeMembers as removeFrom } from '../../src/directory/members.ts';
import { addQueue, type QueueSaid, removeQueue, setQueue } from '../../src/directory/queues.ts';
import { openDirectoryDb } from '../../src/storage/directory/database.ts';
import { createStore } from '../../src/storage/directory/store.ts';
import { makeScratch, removeScratch } from './scratch.ts';

/** A directory on a real file, with the default configuration. */
export function openLabDirectory(settings = '') {
  const home = makeScratch('dir');
  const paths = pathsOf(home);
  const config = readConfig(settings, 'cordboard.yaml', home);
  const db = openDirectoryDb(paths.directoryDb, paths.backups);
  const store = createStore(db);
  const pushed: string[] = [];
  const context: DirectoryContext = { store, config, now: Date.now, changed: (phones) => void pushed.push(...phones) };
  return {
    home,
    paths,
    config,
    db,
    store,
    context,
    /** The phones that Asterisk was to be told of, in order. */
    pushed,
    close(): void {
      db.close();
      removeScratch(home);
    },
  };
}

export type LabDirectory = ReturnType<typeof openLabDirectory>;

/** A user as the routes hand it over. */
export function newUser(username: string, extension?: string) {
  return {
    username,
    name: `Name of ${username}`,
    ...(extension === undefined ? {} : { extension, transport: 'udp' as const }),
  };
}

/** Groups as tests make and change them. */
export const addGroup = (
  context: DirectoryContext,
  input: QueueSaid & { readonly name: string; readonly extension: string },
  who: string,
) => addQueue(context, 'group', input, who);
export const setGroup = (context: DirectoryContext, id: string, patch: QueueSaid, who: string) =>
  setQueue(context, 'group', id, patch, who);
export const removeGroup = (context: DirectoryContext, id: string, who: string) =>
  removeQueue(context, 'group', id, who);
export const addMembers = (context: DirectoryContext, id: string, users: string[], who: string) =>
  addTo(context, 'group', id, { users }, who);
export const removeMembers = (context: DirectoryContext, id: string, users: string[], who: string) =>
  removeFrom(context, 'group', id, users, who);
