/** Typed keys of the search attributes that the workflows keep, as in the contract. */
import { defineSearchAttributeKey } from '@temporalio/common';

export const KEYS = {
  severity: defineSearchAttributeKey('TocsinSeverity', 'KEYWORD'),
  status: defineSearchAttributeKey('TocsinStatus', 'KEYWORD'),
  owner: defineSearchAttributeKey('TocsinOwner', 'KEYWORD'),
  nextDeadline: defineSearchAttributeKey('TocsinNextDeadline', 'DATETIME'),
  overdue: defineSearchAttributeKey('TocsinOverdue', 'INT'),
  personalData: defineSearchAttributeKey('TocsinPersonalData', 'KEYWORD'),
  exercise: defineSearchAttributeKey('TocsinExercise', 'BOOL'),
};
