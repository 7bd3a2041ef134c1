import type { FastifyInstance } from 'fastify';
import { putSite, removeSite, siteViews } from '../directory/sites.ts';
import { type SiteView, siteSchema } from '../protocol/sites.ts';
import { bodyOf, pathPart, whoOf } from './request.ts';
import type { Services } from './services.ts';

/** `/v1/sites`: where help must come. */
export function siteRoutes(app: FastifyInstance, services: Services): void {
  const { directory } = services;

  app.get('/v1/sites', (): { sites: readonly SiteView[] } => ({ sites: siteViews(directory.store) }));

  app.put('/v1/sites/:name', (request): { site: SiteView } => ({
    site: putSite(directory, pathPart(request, 'name'), bodyOf(siteSchema, request), whoOf(request)),
  }));

  app.delete('/v1/sites/:name', (request): { removed: string } => {
    const name = pathPart(request, 'name');
    removeSite(directory, name, whoOf(request));
    return { removed: name };
  });
}
