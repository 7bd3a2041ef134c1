import type { FastifyRequest } from 'fastify';
import type * as z from 'zod';
import { checked } from '../directory/checked.ts';

/** Reads the body by `schema`; a `Refusal` names the first field that is wrong, what was expected and what came. */
export function bodyOf<S extends z.ZodType>(schema: S, request: FastifyRequest): z.output<S> {
  return checked(schema, request.body ?? {});
}

/** Reads the query by `schema`. */
export function queryOf<S extends z.ZodType>(schema: S, request: FastifyRequest): z.output<S> {
  return checked(schema, request.query);
}

/** One part of the path. */
export function pathPart(request: FastifyRequest, name: string): string {
  const value = (request.params as Readonly<Record<string, string>>)[name];
  return value ?? '';
}

/** Who asks, for the audit: the command line says its Unix user. Who can open the socket is the owner anyway. */
export function whoOf(request: FastifyRequest): string {
  const said = request.headers['x-cordboard-who'];
  return typeof said === 'string' && /^[\w.@() -]{1,80}$/.test(said) ? said : 'unknown';
}
