/** What a closed incident still takes, and how incidents stand to each other. */

/** How an incident stands to another. */
export const LINK_RELATIONS = ['caused-by', 'cause-of', 'same-cause', 'second-stage-of', 'first-stage-of'] as const;
export type LinkRelation = (typeof LINK_RELATIONS)[number];

/** The messages that a closed incident takes. */
export const AFTER_CLOSING = ['reopen', 'follow-up', 'link'] as const;
