/** What a closed incident still takes, and how incidents stand to each other. */

/** How an incident stands to another. */
export const LINK_RELATIONS = ['caused-by', 'cause-of', 'same-cause', 'second-stage-of', 'first-stage-of'] as const;
export type LinkRelation = (typeof LINK_RELATIONS)[number];

/** The same link, as the other incident has it. */
export const REVERSE_LINK: Record<LinkRelation, LinkRelation> = {
  'caused-by': 'cause-of',
  'cause-of': 'caused-by',
  'same-cause': 'same-cause',
  'second-stage-of': 'first-stage-of',
  'first-stage-of': 'second-stage-of',
};

/** The messages that a closed incident takes. */
export const AFTER_CLOSING = ['reopen', 'follow-up', 'link'] as const;
