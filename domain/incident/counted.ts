/** Who was told, as a delivery counts it and as people state it: workspaces by id, people by count. */

import { z } from 'zod';
import { type Group, GroupSchema } from './audience';

const count = z.int().min(0);
/** As the directory has it. */
const workspace = z.string().min(1).max(200);

/** Why a workspace was not reached by mail. */
export const UNREACHED = ['unknown', 'no-address', 'undeliverable', 'pending', 'stopped', 'came-back'] as const;
export type Unreached = (typeof UNREACHED)[number];

/** Most workspaces that a count names; those beyond are in its numbers only. */
export const MOST_NAMED = 20_000;

/**
 * What a delivery reached, counted from the ledger. Workspaces by id: one is told when each of its owners' addresses was
 * mailed. People by data set and country: those that the directory lists, and of them those that were mailed.
 */
export const CountedSchema = z.discriminatedUnion('of', [
  z.strictObject({
    of: z.literal('workspaces'),
    reached: z.array(workspace).max(MOST_NAMED),
    unreached: z.array(z.strictObject({ workspace, why: z.enum(UNREACHED) })).max(MOST_NAMED),
    /** How many of each there are, also those that are not named. */
    numbers: z.strictObject({ told: count, untold: count }),
  }),
  z.strictObject({
    of: z.literal('people'),
    /** `cameBack`: of those who are not told, how many a mail came back from. */
    groups: z.array(GroupSchema.extend({ listed: count, told: count, cameBack: count.optional() })).max(MOST_NAMED),
  }),
]);
export type Counted = z.infer<typeof CountedSchema>;

/** A number of people of a group. */
export const PeopleSchema = GroupSchema.extend({ count });
export type People = z.infer<typeof PeopleSchema>;

/** How those were told who were told outside of the product. */
export const CHANNELS = ['phone', 'letter', 'email', 'in-app', 'in-person', 'by-customer', 'public-notice'] as const;

export function isChannel(channel: string): channel is (typeof CHANNELS)[number] {
  return (CHANNELS as readonly string[]).includes(channel);
}

/** What stands of those who were told otherwise, or left untold: workspaces by id, people by count. */
export interface Named {
  workspaces?: string[];
  people?: People[];
  /** Groups whose number is not established, and of which a person decided that these are all. */
  unestablished?: Group[];
  /** What else of the audience a person decided on as a whole. */
  whole?: Whole;
}

/** Of an audience of which some were told, and the others are not told any more. */
export interface ToldInPart {
  told: number;
  of: number;
  untold: Named;
}

/** `not-named`: the facts name nobody · `not-sent`: all workspaces · `not-listed`: those beyond the ones that are named. */
export type Whole = 'not-named' | 'not-sent' | 'not-listed';
