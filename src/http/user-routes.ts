import type { FastifyInstance } from 'fastify';
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
import { lookAhead } from './look-ahead.ts';
import { credentialsOf, phoneView, type Registration, registrationsOf } from './phone-view.ts';
import { bodyOf, pathPart, whoOf } from './request.ts';
import type { Services } from './services.ts';

/** `/v1/users` */
export function userRoutes(app: FastifyInstance, services: Services): void {
  const { directory } = services;

  app.get('/v1/users', (): { users: readonly UserView[] } => {
    const rows = services.live.phones();
    const registered = new Map(rows.map(({ id, registered: is }) => [id, { registered: is, via: null }]));
    const phones = new Map<string, PhoneRow[]>();
    for (const phone of directory.store.phones.all()) {
      phones.set(phone.user, [...(phones.get(phone.user) ?? []), phone]);
    }
    return { users: directory.store.users.all().map((user) => userView(user, phones.get(user.id) ?? [], registered)) };
  });

  app.post('/v1/users', async (request, reply): Promise<UserSaved> => {
    const body = bodyOf(newUserSchema, request);
    const avoid = await lookAhead(services, [body]);
    const dryRun = body.dryRun === true;
    const saved = addUser(directory, body, whoOf(request), { avoid, dryRun });
    reply.code(201);
    if (dryRun) reply.code(200);
    else await services.settled();
    return savedView(services, saved, dryRun);
  });

  app.post('/v1/users/import', async (request, reply): Promise<{ users: readonly UserSaved[] }> => {
    const body = bodyOf(importSchema, request);
    const avoid = await lookAhead(services, body.users);
    const dryRun = body.dryRun === true;
    const saved = importUsers(directory, body.users, whoOf(request), { avoid, dryRun });
    reply.code(201);
    if (dryRun) reply.code(200);
    else await services.settled();
    return { users: saved.map((each) => savedView(services, each, dryRun)) };
  });

  app.get('/v1/users/:username', (request): { user: UserView } => {
    const user = existingUser(directory, pathPart(request, 'username'));
    const phones = directory.store.phones.ofUser(user.id);
    return {
      user: userView(
        user,
        phones,
        registrationsOf(
          services,
          phones.map((phone) => phone.id),
        ),
      ),
    };
  });

  app.patch('/v1/users/:username', async (request): Promise<UserSaved> => {
    const body = bodyOf(userPatchSchema, request);
    const avoid = await lookAhead(services, [body]);
    const saved = setUser(directory, pathPart(request, 'username'), body, whoOf(request), { avoid });
    await services.settled();
    return savedView(services, saved, false);
  });

  app.delete('/v1/users/:username', async (request): Promise<UserRemoved> => {
    const username = pathPart(request, 'username');
    const left = removeUser(directory, username, whoOf(request));
    await services.settled();
    return { removed: username, ...left };
  });
}

/**
 * The rows are read anew where they were saved: Asterisk has the phones by now, or the reason why not is there. One of an import
 * who was removed meanwhile must not cost the others their passwords.
 */
function savedView(services: Services, saved: SavedUser, dryRun: boolean): UserSaved {
  const { directory } = services;
  const there = dryRun ? null : directory.store.users.find(saved.user.id);
  const user = there ?? saved.user;
  const phones = there === null ? saved.phones.map(({ phone }) => phone) : directory.store.phones.ofUser(user.id);
  const known = registrationsOf(
    services,
    phones.map((phone) => phone.id),
  );
  const sips = dryRun ? [] : saved.phones.flatMap((phone) => credentialsOf(services, phone) ?? []);
  const sip = saved.password === null ? null : (sips[0] ?? null);
  return { user: userView(user, phones, known), sip, sips, dryRun };
}

function userView(user: UserRow, phones: readonly PhoneRow[], known: ReadonlyMap<string, Registration>): UserView {
  return {
    username: user.id,
    name: user.name,
    extension: user.extension,
    forwards: user.forwards,
    group: user.group,
    queues: user.queues,
    skills: user.skills,
    phones: phones.map((phone) => phoneView(phone, known)),
  };
}
