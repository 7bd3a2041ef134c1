/** What a simulated phone needs to be a user's phone: `POST /v1/users/:username/phone-access`. */
export type PhoneAccess = {
  readonly extension: string;
  /** md5(extension:realm:password), as good as the password to SIP. */
  readonly ha1: string;
  readonly realm: string;
  readonly wsUrl: string;
};

/** A throw-away endpoint for trying: `POST /v1/trial-phones`. It is gone after `DELETE`, or when the daemon starts anew. */
export type TrialPhone = {
  readonly id: string;
  readonly secret: string;
  readonly realm: string;
  readonly wsUrl: string;
};

/** The realm of SIP digests: Asterisk's own default. */
export const REALM = 'asterisk';
