import {
  type CountryCode,
  getCountryCallingCode,
  isSupportedCountry,
  type PhoneNumber,
  parsePhoneNumberFromString,
} from 'libphonenumber-js/max';
import type { NumberClass, NumberFormat, OutsideNumber } from '../core/outside.ts';
import { remember } from '../lib/remember.ts';

/** The dial plan of the place where the phones stand. */
export type DialPlan = {
  /** ISO 3166-1 alpha-2 such as `FR`; null: only numbers with a plus, or with 00, are understood. */
  readonly country: string | null;
  /** Dialled before a number outside, such as `0` or `9`; empty for none. */
  readonly outsidePrefix: string;
  /** What makes a local number national, such as `0170`, where people dial without it; empty for none. */
  readonly areaPrefix: string;
};

/** The one place where numbers outside become E.164 (ITU-T E.164), and where their class is told. */
export type Numbering = {
  /** What somebody dialled on a phone; null when it is no number outside. */
  dialled(text: string): OutsideNumber | null;
  /** A number that a carrier sent, called or calling; as it came where it is none that we can read. */
  received(text: string, format: NumberFormat): string;
  /**
   * E.164, or a short code, as a carrier wants it. `national` is as one dials it in the country of the plan, abroad with its prefix for
   * that (`00` where there are several, or none is known).
   */
  sent(number: string, format: NumberFormat): string;
  /** A number as an administrator writes it; null when it is none. */
  written(text: string): string | null;
  /** The class of an E.164 number; null when it is nobody's. */
  classOf(number: string): NumberClass | null;
};

/** A company hears the same numbers again and again, its own first of all, and to read one takes up to a tenth of a millisecond. */
const mostRemembered = 4_096;

/** Makes the numbering of a dial plan. The country must be one that libphonenumber knows (`isCountry`). */
export function createNumbering(plan: DialPlan): Numbering {
  const country = plan.country as CountryCode | null;
  const parse = remember((text): PhoneNumber | null => {
    const found = parsePhoneNumberFromString(text, country === null ? {} : { defaultCountry: country, extract: false });
    return found?.isValid() === true ? found : null;
  }, mostRemembered);
  const parseInternational = (text: string): PhoneNumber | null =>
    parse(text) ?? (text.startsWith('00') ? parse(`+${text.slice(2)}`) : null);

  return {
    dialled(text) {
      if (!isDialable(text)) return null;
      const { outsidePrefix } = plan;
      const isPlain = text.startsWith('+');
      if (!isPlain && outsidePrefix !== '' && !text.startsWith(outsidePrefix)) return null;
      const number = isPlain ? text : text.slice(outsidePrefix.length);
      const local = plan.areaPrefix === '' ? null : parse(`${plan.areaPrefix}${number}`);
      const found = parseInternational(number) ?? local;
      if (found !== null) return { number: found.number, class: classOf(found, country) };
      // A short code such as 118218: no E.164 form, and nobody knows what it costs.
      return country !== null && /^\d{3,6}$/.test(number) ? { number, class: 'premium' } : null;
    },
    received(text, format) {
      const digits = text.replace(/[^\d+]/g, '');
      if (!isDialable(digits)) return text;
      const plus = digits.startsWith('+') ? digits : `+${digits}`;
      const found =
        format === 'national'
          ? (parseInternational(digits) ?? parse(plus))
          : (parse(plus) ?? parseInternational(digits));
      return found?.number ?? digits;
    },
    sent(number, format) {
      if (format === 'e164' || !number.startsWith('+')) return number;
      return format === 'digits' ? number.slice(1) : asDialled(number, country);
    },
    classOf(number) {
      const found = parse(number);
      return found === null ? null : classOf(found, country);
    },
    written: (text) => (isDialable(text.replace(/[\s().-]/g, '')) ? (parseInternational(text)?.number ?? null) : null),
  };
}

/** Whether this is a country that numbers can be read for, as ISO 3166-1 alpha-2 in capitals. */
export function isCountry(text: string): boolean {
  return isSupportedCountry(text);
}

/** The national form of a valid number without spaces, as one dials it there: `0170123456`. */
export function nationalForm(number: string): string {
  const found = parsePhoneNumberFromString(number);
  return found === undefined ? number : digitsOf(found.formatNational());
}

function asDialled(number: string, country: CountryCode | null): string {
  // A number that nobody has yet is written by the rules of its country all the same.
  const found = parsePhoneNumberFromString(number);
  const isHome = country !== null && found?.countryCallingCode === getCountryCallingCode(country);
  if (isHome) return digitsOf(found.formatNational());
  const abroad = country === null ? undefined : found?.format('IDD', { fromCountry: country });
  return abroad === undefined ? `00${number.slice(1)}` : digitsOf(abroad);
}

function digitsOf(text: string): string {
  return text.replace(/\D/g, '');
}

/** Digits with at most a leading plus; longer than 32 is nobody's number. */
function isDialable(text: string): boolean {
  return /^\+?\d{2,32}$/.test(text);
}

/** Networks that belong to no country: satellites, ships, "universal" and international premium numbers. */
const dearCodes = ['870', '878', '881', '882', '883', '888', '979'];

function classOf(number: PhoneNumber, home: CountryCode | null): NumberClass {
  const type = number.getType();
  const isDear = type === 'PREMIUM_RATE' || type === 'SHARED_COST' || type === 'PERSONAL_NUMBER';
  if (isDear || dearCodes.includes(number.countryCallingCode)) return 'premium';
  const isHome = home !== null && number.countryCallingCode === getCountryCallingCode(home) && isAtHome(number, home);
  if (!isHome) return 'international';
  return type === 'MOBILE' || type === 'PAGER' ? 'mobile' : 'national';
}

/** Several countries share a calling code (1: North America): only a number of the country itself is at home. */
function isAtHome(number: PhoneNumber, home: CountryCode): boolean {
  return number.country === undefined || number.country === home;
}
