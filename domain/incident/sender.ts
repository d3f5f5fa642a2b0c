/**
 * Who gives a notice and how to reach whom: by name, by post and by telephone. Whoever is told of a breach by mail has reason to
 * doubt the mail (GDPR Art. 34(2) with 33(3)(b); SOR/2018-64 s. 3(f)).
 */
import type { Organisation } from '../policy/organisation';
import type { Content, ObligationRule } from '../policy/rule';
import type { Reader } from './readers';
import type { Line, Texts } from './said';

type Of = { organisation: Organisation };

/** What is added to the contents of such a notice. */
export const SENDER: Content = { field: 'sender', title: 'Sender', citation: '', optional: true, form: false };

/** Notices to people and customers are signed; an update of the service's status and a report to an authority are not. */
export function isSigned({ contents }: Pick<ObligationRule, 'contents'>, reader: Reader): boolean {
  return reader !== 'authority' && contents.some(({ field }) => field === 'contact-point');
}

/** Languages in which the product says anything: a function that is not given in one of them is left out there. */
const LANGUAGES = ['fr', 'de'];

/** The person, the organisation, its address and its number; nothing while the organisation states none of them. */
export function sender({ organisation }: Of): Line[] | undefined {
  const { name, sender: person, postalAddress, telephone } = organisation;
  if (!person && !postalAddress && !telephone) return undefined;
  return [
    ...(person ? [{ is: 'text' as const, text: signature(person) }] : []),
    { is: 'plain', text: name },
    ...(postalAddress ? [{ is: 'plain' as const, text: postalAddress }] : []),
    ...(telephone ? [{ is: 'reach' as const, by: 'telephone' as const, text: telephone }] : []),
  ];
}

function signature({ name, function: inEnglish, functionIn = {} }: NonNullable<Organisation['sender']>): Texts {
  const others = LANGUAGES.map((language) => [language, [name, functionIn[language]].filter(Boolean).join(', ')]);
  return { ...Object.fromEntries(others), en: `${name}, ${inEnglish}` };
}

/** Whom to ask, and how else than by what is named with it. */
export function contactPoint({ organisation }: Of): Line[] {
  const { contactPoint: named, contactPointIn, contactPointTelephone, contactPointPostalAddress } = organisation;
  return [
    { is: 'text', text: { ...contactPointIn, en: named } },
    ...(contactPointTelephone ? [{ is: 'reach' as const, by: 'telephone' as const, text: contactPointTelephone }] : []),
    ...(contactPointPostalAddress
      ? [{ is: 'reach' as const, by: 'post' as const, text: contactPointPostalAddress }]
      : []),
  ];
}
