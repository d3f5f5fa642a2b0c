/** What the pages are made of. */
import type { RegisteredCases } from '../../client/lost-cases';
import type { TocsinClient } from '../../client/tocsin-client';
import type { ActionLinks } from '../../platform/links/action-link';
import type { RotaSource } from '../../policy/rota-file';
import type { PolicySource } from '../../policy/settings';
import type { LoginDeps } from './login-pages';
import type { NoticeTexts } from './notice-texts';
import type { RegisterReader } from './register-page';

export interface PageDeps extends LoginDeps {
  /** The origin under which browsers reach the server; without it, that of this machine. */
  address?: string;
  client: TocsinClient;
  /** Opens the links of mails to staff; without it there are none. */
  links?: ActionLinks;
  /** Who is on call; without it the board does not say. */
  rota?: RotaSource;
  /** Where the policy stands that steps are told by. */
  policy?: PolicySource;
  /** Without it no text of a notice is shown, and so none approved. */
  texts?: NoticeTexts;
  /** Without it the register is not shown. */
  register?: RegisterReader;
  /** Where open cases are looked for that Temporal has lost; without it lists hold what Temporal has. */
  registered?: RegisteredCases;
}
