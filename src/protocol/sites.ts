import * as z from 'zod';
import { nameSchema } from './names.ts';
import { e164 } from './outside-fields.ts';

const location = () => {
  const error = 'where help must come: 1 to 200 characters, without control characters or one of " \\ ; | $ { } < >';
  return z.string({ error }).regex(/^[^\p{Cc}\p{Cs}"\\;|${}<>]{1,200}$/u, { error });
};
const uri = () => {
  const error = 'an address such as https://lis.example.net/paris';
  return z.string({ error }).regex(/^[a-z]{2,10}:[A-Za-z0-9/?#@!&*+.=:%_~-]{1,200}$/, { error });
};

/** `PUT /v1/sites/:name`: makes the site, or replaces it. */
export const siteSchema = z.strictObject({
  callback: e164('who is called back'),
  location: location(),
  locationUri: uri().nullable().default(null),
  isDefault: z.boolean({ error: 'true or false' }).default(false),
  users: z.array(nameSchema('a username')).max(10_000).default([]),
});
export type SiteInput = z.output<typeof siteSchema>;

/** A place with an address that an ambulance can find. */
export type SiteView = {
  readonly name: string;
  readonly callback: string;
  readonly location: string;
  readonly locationUri: string | null;
  readonly isDefault: boolean;
  readonly users: readonly string[];
};
