import { getCountries, getExampleNumber } from 'libphonenumber-js/max';
import examples from 'libphonenumber-js/mobile/examples';
import { describe, expect, test } from 'vitest';
import { createNumbering } from '../../src/numbering/numbering.ts';

const france = createNumbering({ country: 'FR', outsidePrefix: '', areaPrefix: '' });
const berlin = createNumbering({ country: 'DE', outsidePrefix: '0', areaPrefix: '030' });
const america = createNumbering({ country: 'US', outsidePrefix: '9', areaPrefix: '212' });
const nowhere = createNumbering({ country: null, outsidePrefix: '', areaPrefix: '' });

describe('what is dialled on a phone', () => {
  test.each([
    [france, '0144556677', '+33144556677', 'national'],
    [france, '0612345678', '+33612345678', 'mobile'],
    [france, '+33612345678', '+33612345678', 'mobile'],
    [france, '00493012345678', '+493012345678', 'international'],
    [france, '0899123456', '+33899123456', 'premium'],
    [france, '+8821612345678', '+8821612345678', 'premium'],
    [france, '118218', '118218', 'premium'],
    [berlin, '003012345678', '+493012345678', 'national'],
    [berlin, '012345678', '+493012345678', 'national'],
    [berlin, '000441212345678', '+441212345678', 'international'],
    [america, '92125550123', '+12125550123', 'national'],
    [america, '95550123', '+12125550123', 'national'],
    [america, '914165550123', '+14165550123', 'international'],
    [nowhere, '+33144556677', '+33144556677', 'international'],
  ] as const)('given_a_dial_plan_when_it_is_dialled_%#_then_it_is_E164_with_its_class', (plan, text, number, is) => {
    expect(plan.dialled(text)).toEqual({ number, class: is });
  });

  test.each([
    [france, '12'],
    [france, 'anna'],
    [france, '0144556677;x=1'],
    [france, '999999999999999999999999999999999999'],
    [berlin, '3012345678'],
    [nowhere, '0144556677'],
    [nowhere, '118218'],
  ] as const)('given_a_dial_plan_when_it_is_no_number_of_it_%#_then_there_is_none', (plan, text) => {
    expect(plan.dialled(text)).toBeNull();
  });
});

describe('what a carrier sends', () => {
  test.each([
    ['+33144556677', 'e164', '+33144556677'],
    ['33144556677', 'digits', '+33144556677'],
    ['0033144556677', 'e164', '+33144556677'],
    ['0144556677', 'national', '+33144556677'],
    ['00493012345678', 'national', '+493012345678'],
    ['anonymous', 'e164', 'anonymous'],
    ['1001', 'e164', '1001'],
  ] as const)('given_a_format_when_%s_comes_as_%s_then_it_is_read', (text, format, number) => {
    expect(france.received(text, format)).toBe(number);
  });
});

test('given_how_people_write_numbers_when_read_then_they_are_E164_or_none', () => {
  expect(['+33 1 44 55 66 77', '01.44.55.66.77', '(0)', 'x'].map((text) => france.written(text))).toEqual([
    '+33144556677',
    '+33144556677',
    null,
    null,
  ]);
});

describe('what a carrier is sent', () => {
  const at = (country: string | null) => createNumbering({ country, outsidePrefix: '', areaPrefix: '' });

  test.each([
    ['FR', 'e164', '+33144556677', '+33144556677'],
    ['FR', 'digits', '+33144556677', '33144556677'],
    ['FR', 'national', '+33144556677', '0144556677'],
    ['FR', 'national', '+493012345678', '00493012345678'],
    ['FR', 'national', '118218', '118218'],
    ['IT', 'national', '+390612345678', '0612345678'],
    ['IT', 'national', '+393123456789', '3123456789'],
    ['ES', 'national', '+34912345678', '912345678'],
    ['HU', 'national', '+3612345678', '0612345678'],
    ['RU', 'national', '+74951234567', '84951234567'],
    ['RU', 'national', '+33144556677', '81033144556677'],
    ['PL', 'national', '+48221234567', '221234567'],
    ['US', 'national', '+12125550123', '2125550123'],
    ['US', 'national', '+442079460000', '011442079460000'],
    ['AU', 'national', '+611300123456', '1300123456'],
    ['AU', 'national', '+61212345678', '0212345678'],
    ['AU', 'national', '+33144556677', '001133144556677'],
    ['JP', 'national', '+33144556677', '01033144556677'],
    ['BR', 'national', '+33144556677', '0033144556677'],
    [null, 'national', '+33144556677', '0033144556677'],
  ] as const)('given_%s_and_the_format_%s_when_%s_is_sent_then_it_is_%s', (country, format, number, written) => {
    expect(at(country).sent(number, format)).toBe(written);
  });

  test('given_every_country_when_a_number_is_sent_as_one_dials_it_there_then_it_is_read_back_as_the_same', () => {
    const other = getCountries().flatMap((country) => {
      const number = getExampleNumber(country, examples)?.number ?? '';
      const back = at(country).received(at(country).sent(number, 'national'), 'national');
      return back === number ? [] : [`${country}: ${number} came back as ${back}`];
    });
    expect(other).toEqual([]);
  });

  test('given_every_country_when_a_number_abroad_is_sent_as_one_dials_it_there_then_it_is_read_back_as_the_same', () => {
    const other = getCountries().flatMap((country) => {
      const number = country === 'FR' ? '+493012345678' : '+33144556677';
      const back = at(country).received(at(country).sent(number, 'national'), 'national');
      return back === number ? [] : [`${country}: ${at(country).sent(number, 'national')} came back as ${back}`];
    });
    expect(other).toEqual([]);
  });
});
