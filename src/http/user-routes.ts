import type { FastifyInstance } from 'fastify';
import { sipCredentials } from '../directory/sip-access.ts';
import { addUser, existingUser, importUsers, removeUser, type SavedUser, setUser } from '../directory/users.ts';
import {
  importSchema,
  newUserSchema,
  type UserRemoved,
  type UserSaved,
  type UserView,
  userPatchSchema,
} from '../protocol/users.ts';
import type { PhoneRow } from '../storage/directory/phones.ts';
import type { UserRow } from '../storage/directory/users.ts';
import { bodyOf, pathPart, whoOf } from './request.ts';
import type { Services } from './services.ts';

/** `/v1/users` */
export function userRoutes(app: FastifyInstance, services: Services): void {
  const { directory } = services;

  app.get('/v1/users', (): { users: readonly UserView[] } => {
    const registered = registrations(services);
    const phones = new Map<string, PhoneRow[]>();
    for (const phone of directory.store.phones.all()) {
      phones.set(phone.user, [...(phones.get(phone.user) ?? []), phone]);
    }
    return { users: directory.store.users.all().map((user) => userView(user, phones.get(user.id) ?? [], registered)) };
  });

  app.post('/v1/users', async (request, reply): Promise<UserSaved> => {
    const saved = addUser(directory, bodyOf(newUserSchema, request), whoOf(request));
    await services.settled();
    reply.code(201);
    return savedView(services, saved);
  });

  app.post('/v1/users/import', async (request, reply): Promise<{ users: readonly UserSaved[] }> => {
    const saved = importUsers(directory, bodyOf(importSchema, request).users, whoOf(request));
    await services.settled();
    reply.code(201);
    return { users: saved.map((each) => savedView(services, each)) };
  });

  app.get('/v1/users/:username', (request): { user: UserView } => {
    const user = existingUser(directory, pathPart(request, 'username'));
    const phones = directory.store.phones.ofUser(user.id);
    return { user: userView(user, phones, registrationsOf(services, phones)) };
  });

  app.patch('/v1/users/:username', async (request): Promise<UserSaved> => {
    const saved = setUser(directory, pathPart(request, 'username'), bodyOf(userPatchSchema, request), whoOf(request));
    await services.settled();
    return savedView(services, saved);
  });

  app.delete('/v1/users/:username', async (request): Promise<UserRemoved> => {
    const username = pathPart(request, 'username');
    const { leftGroup } = removeUser(directory, username, whoOf(request));
    await services.settled();
    return { removed: username, leftGroup };
  });
}

/** Which phones have a contact, as the engine last wrote it. */
function registrations(services: Services): ReadonlyMap<string, boolean> {
  return new Map(services.live.phones().map((phone) => [phone.id, phone.registered]));
}

/** The same for a few phones: whoever adds a thousand users does not read a million rows. */
function registrationsOf(services: Services, phones: readonly PhoneRow[]): ReadonlyMap<string, boolean> {
  return new Map(
    phones.flatMap(({ id }) => services.live.phone(id) ?? []).map((phone) => [phone.id, phone.registered]),
  );
}

function savedView(services: Services, saved: SavedUser): UserSaved {
  const user = existingUser(services.directory, saved.user.id);
  const phones = services.directory.store.phones.ofUser(user.id);
  const phone = phones[0];
  const sip =
    phone === undefined || saved.password === null
      ? null
      : sipCredentials(services.config, phone.id, saved.password, phone.transport);
  return { user: userView(user, phones, registrationsOf(services, phones)), sip };
}

function userView(user: UserRow, phones: readonly PhoneRow[], registered: ReadonlyMap<string, boolean>): UserView {
  return {
    username: user.id,
    name: user.name,
    extension: user.extension,
    group: user.group,
    phones: phones.map((phone) => ({
      id: phone.id,
      transport: phone.transport,
      codecs: phone.codecs,
      registered: registered.get(phone.id) ?? null,
      provisioned: phone.applied !== null,
      failure: phone.failure,
    })),
  };
}
