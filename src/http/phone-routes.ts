import type { FastifyInstance } from 'fastify';
import { Refusal } from '../directory/refusal.ts';
import { wsUrl } from '../directory/sip-access.ts';
import { existingUser } from '../directory/users.ts';
import { type PhoneAccess, REALM, type TrialPhone } from '../protocol/phones.ts';
import { pathPart } from './request.ts';
import type { Services } from './services.ts';

/** Access for simulated phones. It is as good as the password to SIP, so it never leaves the Unix socket. */
export function phoneRoutes(app: FastifyInstance, services: Services): void {
  app.post('/v1/users/:username/phone-access', (request): PhoneAccess => {
    const user = existingUser(services.directory, pathPart(request, 'username'));
    const phone = services.directory.store.phones.ofUser(user.id)[0];
    if (phone === undefined) {
      throw new Refusal(
        'no-extension',
        `${user.id} has no extension and so no phone: cordboard user set ${user.id} --extension …`,
      );
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
