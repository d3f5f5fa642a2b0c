/**
 * Whom a law protects, before anybody asks where people live: an organisation established in the law's territory owes its
 * duties to everybody whose data it handles there; one that is not owes them to the people of the territory. So the GDPR
 * (Art. 3(1), 3(2)), and so PIPEDA, which has no test of residence: it applies to information under the control of an
 * organisation in Canada, or of one with a real and substantial connection to Canada.
 */
import { z } from 'zod';
import type { Count } from '../kernel/count';
import { isUnderLawOf, lawsOf } from '../places/law';
import { type Finding, no, undecided, yes } from './finding';
import { PolicyIdSchema } from './ids';
import { establishmentsOf, type Organisation } from './organisation';
import { hasUnknownPlaces, inRegion, PlaceSchema, type Residence, residencePlaces, UNKNOWN_PLACE } from './places';

/** The scope of a regime for one organisation, as a composed rule holds it. */
const ScopeSchema = z.strictObject({
  regime: PolicyIdSchema,
  title: z.string(),
  territory: z.array(PlaceSchema).min(1),
  /** Where in the territory the organisation is established; missing: it does not say where it is established at all. */
  establishedIn: z.array(PlaceSchema).optional(),
  /** Whether it says that it offers its service there; missing: it does not say. */
  offersThere: z.boolean().optional(),
});
export type Scope = z.infer<typeof ScopeSchema>;

/** In a pack the id of a regime; in the policy in force its scope for the organisation. */
export const ScopeOperandSchema = z.union([PolicyIdSchema, ScopeSchema], {
  error: 'must be the id of a regime, like gdpr',
});
export type ScopeOperand = z.infer<typeof ScopeOperandSchema>;

/** What a scope reads of a data set. */
export interface ScopedDataSet {
  individuals?: Count | undefined;
  residence: Record<string, number | null>;
  handledFor?: string[] | undefined;
  placesNotRead?: string[] | undefined;
}

/** The scope of a regime for an organisation. */
export function scopeOf(
  id: string,
  { territory, title }: { territory: string[]; title: string },
  organisation: Organisation | undefined,
): Scope {
  const establishments = organisation && establishmentsOf(organisation);
  const offers = organisation?.offersServiceIn;
  return {
    regime: id,
    title,
    territory,
    ...(establishments && { establishedIn: establishments.filter((place) => isUnderLawOf(place, territory)) }),
    // A service that is offered in a state is offered in its parts.
    ...(offers && { offersThere: offers.some((place) => territory.some((each) => isEither(place, each))) }),
  };
}

const isEither = (a: string, b: string) => lawsOf(a).includes(b) || lawsOf(b).includes(a);

/** Whether a law protects somebody in a data set. */
export function protects(operand: ScopeOperand, dataSet: ScopedDataSet, name: string): Finding {
  const scope = resolved(operand);
  const established = handledThere(scope, dataSet);
  if (established.length > 0) {
    return yes(
      `${name} is handled for the establishment in ${established.join(', ')}: ${lawText(scope.title)} protects everybody in it`,
    );
  }
  const places = residencePlaces(dataSet);
  const there = places.filter((place) => inRegion(place, { residence: scope.territory }));
  if (there.length > 0) {
    if (scope.offersThere === false) {
      const counsel = `whether ${lawText(scope.title)} applies without a service offered there is for counsel to decide`;
      return undecided(`people in ${there.join(', ')} are in ${name}, where no service is offered: ${counsel}`);
    }
    return yes(`people in ${there.join(', ')} are in ${name}`);
  }
  if (hasUnknownPlaces(dataSet)) return undecided(whyUnknown(dataSet, name));
  if (scope.establishedIn === undefined && dataSet.handledFor === undefined) {
    return undecided(
      `the people in ${name} live in ${places.join(', ')}, and the organisation does not say where it is established: ` +
        'state "establishments"',
    );
  }
  return no(
    `the people in ${name} live in ${places.join(', ') || 'none of the places named'}, and no establishment where ` +
      `${lawText(scope.title)} applies handles it`,
  );
}

/** Why it is not known where people live. */
export function whyUnknown({ placesNotRead = [] }: ScopedDataSet, name: string): string {
  const why = placesNotRead.length > 0 ? ` (${placesNotRead.join('; ')})` : '';
  return `where the people in ${name} live is not yet established${why}`;
}

/** The establishments in the territory for which a data set is handled: those that it names, else all. */
function handledThere(
  { territory, establishedIn = [] }: Scope,
  { handledFor }: Pick<ScopedDataSet, 'handledFor'>,
): string[] {
  return handledFor ? handledFor.filter((place) => isUnderLawOf(place, territory)) : establishedIn;
}

/**
 * Which people of a data set a notice under a law goes to: everybody where it is handled for an establishment in the law's
 * territory, else those of the territory and those whose place is not known, who may be. Without a data set: of any that
 * does not say for which establishment it is handled.
 */
export function recipientsIn(operand: ScopeOperand, { handledFor }: Pick<ScopedDataSet, 'handledFor'> = {}): Residence {
  const scope = resolved(operand);
  return handledThere(scope, { handledFor }).length > 0 ? {} : { residence: [...scope.territory, UNKNOWN_PLACE] };
}

/** Where the people of a data set live to whom a notice goes. */
export function livingOf(
  { protectedBy, ...residence }: Residence & { protectedBy?: ScopeOperand | undefined },
  dataSet: Pick<ScopedDataSet, 'handledFor'>,
): Residence {
  return protectedBy === undefined ? residence : recipientsIn(protectedBy, dataSet);
}

function resolved(operand: ScopeOperand): Scope {
  if (typeof operand !== 'string') return operand;
  throw new Error(`the scope of ${operand} is not resolved: compose the pack first`);
}

/** The law whose scope it is, as it stands in a sentence. */
export function regimeText(operand: ScopeOperand): string {
  return lawText(typeof operand === 'string' ? operand : operand.title);
}

/** Said as a name, and so without an article. */
const SAID_AS_NAMES = ['PIPEDA', 'HIPAA', 'COPPA', 'APPI'];

/** `the GDPR`, but `PIPEDA`. */
function lawText(title: string): string {
  return SAID_AS_NAMES.includes(title) ? title : `the ${title}`;
}
