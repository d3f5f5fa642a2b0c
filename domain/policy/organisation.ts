/** Who is obliged, where it is established, and what the forms of authorities ask of it. */
import { z } from 'zod';
import { PlaceCodeSchema, placeOf, readPlace } from '../places/place';
import { PolicyIdSchema } from './ids';
import { TwoPersonsSchema } from './two-persons';

const MainEstablishmentSchema = z.string().transform((text, context) => {
  if (text === 'none') return text;
  const read = readPlace(text);
  if ('place' in read) return read.place;
  context.addIssue({ code: 'custom', message: `${read.problem}; or none` });
  return z.NEVER;
});

const PersonSchema = z.strictObject({ name: z.string(), contact: z.string() });

/** One line of an address or a number, as a letter shows it. */
const LineSchema = z
  .string()
  .trim()
  .min(1)
  .max(300)
  .regex(/^[^\n\r]*$/, 'must be one line; separate its parts by commas');

/** Texts in other languages, by their codes. */
const InOtherLanguagesSchema = z.record(z.string().regex(/^[a-z]{2}$/), z.string());

/** Who signs notices: a person, with the function. */
const SenderSchema = z.strictObject({
  name: LineSchema,
  function: LineSchema,
  functionIn: InOtherLanguagesSchema.optional(),
});

/**
 * Who is obliged. One pack states it; a file named by TOCSIN_ORGANISATION completes and overrides it. The fields from
 * `identifiers` on are those of the forms (EDPB template, fields 10 to 19 and 29 to 31).
 */
export const OrganisationSchema = z.strictObject({
  name: z.string(),
  contactPoint: z.string(),
  /** The same in other languages, by their codes. */
  contactPointIn: InOtherLanguagesSchema.optional(),
  /** How else the contact point is reached: whoever has no mail, or trusts none that speaks of a breach, writes or calls. */
  contactPointPostalAddress: LineSchema.optional(),
  contactPointTelephone: LineSchema.optional(),
  /** Who signs notices to people and customers, and the address and number of the organisation below the name. */
  sender: SenderSchema.optional(),
  postalAddress: LineSchema.optional(),
  telephone: LineSchema.optional(),
  /**
   * Place of the main establishment, for the lead authority (GDPR Art. 4(16), 56); `none`: no one-stop shop. A part of a
   * country, like DE-BY, names the authority of that part.
   */
  mainEstablishment: MainEstablishmentSchema,
  /** Where it is established at all (GDPR Art. 3(1)); the main establishment is one of them anyway. */
  establishments: z.array(PlaceCodeSchema).optional(),
  /** Where it offers its service, or watches what people do (GDPR Art. 3(2)); left out: it does not say. */
  offersServiceIn: z.array(PlaceCodeSchema).optional(),
  /** An authority chosen for a country that has several, such as the German Länder. */
  authorityFor: z
    .record(z.string(), PolicyIdSchema)
    .transform((chosen) =>
      Object.fromEntries(Object.entries(chosen).map(([place, key]) => [placeOf(place) ?? place, key])),
    )
    .default({}),
  /** The data protection officer by name (GDPR Art. 33(3)(b), 37); `none`: none is designated. */
  dataProtectionOfficer: z.union([z.literal('none'), PersonSchema]).optional(),
  /** Its representative in the EEA, where it is not established there (GDPR Art. 27). */
  representative: PersonSchema.optional(),
  /** Legal identifiers by their kind, like `VAT: IE1234567X`. */
  identifiers: z.record(z.string(), z.string()).optional(),
  /** Decisions that one person alone cannot take here. */
  twoPersons: TwoPersonsSchema.optional(),
  sector: z.enum(['private', 'public']).optional(),
  size: z.enum(['micro-or-freelance', 'small-or-medium', 'large', 'other']).optional(),
  /** Classification of its economic activity, like a NACE code. */
  activity: z.string().optional(),
});
export type Organisation = z.infer<typeof OrganisationSchema>;

/** All places where an organisation is established; undefined while it does not say. A main establishment is one. */
export function establishmentsOf({ establishments, mainEstablishment }: Organisation): string[] | undefined {
  const main = mainEstablishment === 'none' ? [] : [mainEstablishment];
  if (!establishments && main.length === 0) return undefined;
  return [...new Set([...main, ...(establishments ?? [])])];
}
