import type { FastifyInstance } from 'fastify';
import { addNumber, numberView, removeNumber, setNumber } from '../directory/numbers.ts';
import { type NumberView, newNumberSchema, numberPatchSchema } from '../protocol/numbers.ts';
import { bodyOf, pathPart, whoOf } from './request.ts';
import type { Services } from './services.ts';

/** `/v1/numbers`: inbound routes. */
export function numberRoutes(app: FastifyInstance, services: Services): void {
  const { directory } = services;

  app.get('/v1/numbers', (): { numbers: readonly NumberView[] } => ({
    numbers: directory.store.outside.routes.all().map(numberView),
  }));

  app.post('/v1/numbers', (request, reply): { number: NumberView } => {
    const row = addNumber(directory, bodyOf(newNumberSchema, request), whoOf(request));
    reply.code(201);
    return { number: numberView(row) };
  });

  app.patch('/v1/numbers/:name', (request): { number: NumberView } => ({
    number: numberView(
      setNumber(directory, pathPart(request, 'name'), bodyOf(numberPatchSchema, request), whoOf(request)),
    ),
  }));

  app.delete('/v1/numbers/:name', (request): { removed: string } => {
    const name = pathPart(request, 'name');
    removeNumber(directory, name, whoOf(request));
    return { removed: name };
  });
}
