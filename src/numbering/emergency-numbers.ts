/** What a person in need dials, beside 112, which every mobile phone dials whatever is typed. By ISO 3166-1 alpha-2. */
const byCountry: Readonly<Record<string, readonly string[]>> = {
  AT: ['122', '133', '144'],
  AU: ['000'],
  BE: ['100', '101'],
  CA: ['911'],
  CH: ['117', '118', '144'],
  CZ: ['150', '155', '158'],
  DE: ['110'],
  ES: ['061', '080', '091'],
  FR: ['15', '17', '18'],
  GB: ['999'],
  GR: ['100', '166', '199'],
  HK: ['999'],
  IE: ['999'],
  IN: ['100', '101', '102'],
  IT: ['113', '115', '118'],
  JP: ['110', '119'],
  MX: ['911'],
  NZ: ['111'],
  PL: ['997', '998', '999'],
  SG: ['995', '999'],
  US: ['911'],
  ZA: ['10111', '10177'],
};

/** Those that a phone reaches without a SIM everywhere (3GPP TS 22.101 section 10.1.1): no extension may hide them. */
const everywhere: readonly string[] = ['112', '911', '999'];

/** The emergency numbers of a country (null: unknown), `112` among them. They are what the dialplan must send out. */
export function emergencyNumbers(country: string | null): readonly string[] {
  return [...new Set(['112', ...(byCountry[country ?? ''] ?? [])])].sort();
}

/** Whether a number of ours would hide an emergency number from whoever dials it in need. */
export function isEmergencyNumber(number: string, country: string | null): boolean {
  return everywhere.includes(number) || emergencyNumbers(country).includes(number);
}
