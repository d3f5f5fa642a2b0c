// What a source names to be blocked is read as people's own words are: one reader of places.
import { asIndicators } from '../../../detection/intake/sources/reading';

test('countries are read in any case and by their aliases; what is none is left out, and costs nothing else', () => {
  expect(asIndicators(['country:KP', 'country:uk', 'country:EL', '203.0.113.7', 'asn:64500'])).toEqual([
    'country:KP',
    'country:GB',
    'country:GR',
    '203.0.113.7',
    'asn:64500',
  ]);
  expect(asIndicators(['country:EU', 'country:XX', 'country:T1', '203.0.113.7'])).toEqual(['203.0.113.7']);
});
