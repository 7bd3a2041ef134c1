import type { FastifyInstance } from 'fastify';
import {
  addPhone,
  existingPhone,
  removePhone,
  rotatePhone,
  type SavedPhone,
  setPhone,
  signInPhone,
} from '../directory/phones.ts';
import { Refusal } from '../directory/refusal.ts';
import { wsUrl } from '../directory/sip-access.ts';
import { existingUser } from '../directory/users.ts';
import { whyOf } from '../lib/why.ts';
import {
  newPhoneSchema,
  type PhoneAccess,
  type PhoneRemoved,
  type PhoneSaved,
  type PhonesChecked,
  type PhoneView,
  phoneAccessSchema,
  phonePatchSchema,
  REALM,
  type TrialPhone,
} from '../protocol/phones.ts';
import { lookAhead } from './look-ahead.ts';
import { credentialsOf, phoneView, registrations, registrationsOf } from './phone-view.ts';
import { bodyOf, pathPart, whoOf } from './request.ts';
import type { Services } from './services.ts';

/** `/v1/phones`, the phones of a user, and access for simulated phones. */
export function phoneRoutes(app: FastifyInstance, services: Services): void {
  const { directory } = services;

  app.get('/v1/phones', async (): Promise<{ phones: readonly PhoneView[] }> => {
    const known = await registrations(services);
    return { phones: directory.store.phones.all().map((phone) => phoneView(phone, known)) };
  });

  app.post('/v1/phones/check', async (): Promise<PhonesChecked> => {
    await services.keeper.check();
    try {
      return { ...(await services.keeper.inspect()), fallbacks: await services.fallback.inspect() };
    } catch (error) {
      const why = whyOf(error);
      throw new Refusal('pbx-failed', `Asterisk cannot be asked for its phones: ${why}`);
    }
  });

  app.post('/v1/users/:username/phones', async (request, reply): Promise<PhoneSaved> => {
    const body = bodyOf(newPhoneSchema, request);
    const user = existingUser(directory, pathPart(request, 'username'));
    const avoid = await lookAhead(services, [{ extension: user.extension, label: body.label, context: body.context }]);
    const dryRun = body.dryRun === true;
    const saved = addPhone(directory, user.id, body, whoOf(request), { avoid, dryRun });
    reply.code(201);
    if (dryRun) reply.code(200);
    else await services.settled();
    return savedView(services, saved, dryRun);
  });

  app.get('/v1/phones/:id', async (request): Promise<{ phone: PhoneView }> => {
    const phone = existingPhone(directory, pathPart(request, 'id'));
    return { phone: phoneView(phone, await registrations(services)) };
  });

  app.patch('/v1/phones/:id', async (request): Promise<PhoneSaved> => {
    const body = bodyOf(phonePatchSchema, request);
    await lookAhead(services, [{ context: body.context }]);
    const saved = setPhone(directory, pathPart(request, 'id'), body, whoOf(request));
    if (body.dryRun !== true) await services.settled();
    return savedView(services, saved, body.dryRun === true);
  });

  app.delete('/v1/phones/:id', async (request): Promise<PhoneRemoved> => {
    const { id, user } = removePhone(directory, pathPart(request, 'id'), whoOf(request));
    await services.settled();
    return { removed: id, username: user };
  });

  app.post('/v1/phones/:id/rotate', async (request): Promise<PhoneSaved> => {
    const saved = rotatePhone(directory, pathPart(request, 'id'), whoOf(request));
    await services.settled();
    return savedView(services, saved, false);
  });

  app.post('/v1/phones/:id/sign-in', async (request): Promise<PhoneSaved> => {
    const saved = signInPhone(directory, pathPart(request, 'id'), whoOf(request));
    await services.settled();
    return savedView(services, saved, false);
  });

  // As good as the password to SIP: it never leaves the Unix socket.
  app.post('/v1/users/:username/phone-access', (request): PhoneAccess => {
    const { label = null } = bodyOf(phoneAccessSchema, request);
    const user = existingUser(directory, pathPart(request, 'username'));
    const phones = directory.store.phones.ofUser(user.id);
    const phone = label === null ? phones[0] : phones.find((each) => each.label === label);
    if (phone === undefined) {
      const what = label === null ? 'no phone' : `no phone ${label}`;
      throw new Refusal('no-extension', `${user.id} has ${what}: cordboard phone add ${user.id}`);
    }
    return { extension: phone.id, ha1: phone.ha1, realm: REALM, wsUrl: wsUrl(services.config) };
  });

  app.post('/v1/trial-phones', async (_request, reply): Promise<TrialPhone> => {
    reply.code(201);
    return await services.trialPhones.make();
  });

  app.delete('/v1/trial-phones/:id', async (request): Promise<{ removed: string }> => {
    const id = pathPart(request, 'id');
    await services.trialPhones.remove(id);
    return { removed: id };
  });
}

/** The row is read anew where it was saved: Asterisk has it by now, or the reason why not is there. */
function savedView(services: Services, saved: SavedPhone, dryRun: boolean): PhoneSaved {
  // Who removed it meanwhile takes nothing from the one who is owed an answer.
  const phone = (dryRun ? null : services.directory.store.phones.find(saved.phone.id)) ?? saved.phone;
  const view = phoneView(phone, registrationsOf(services, [phone.id]));
  return { phone: view, sip: dryRun ? null : credentialsOf(services, saved), dryRun };
}
