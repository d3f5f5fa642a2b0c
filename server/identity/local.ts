/** Without an issuer: one person on this machine, who has the key of the session and is whoever they say they are. */
import { unauthenticated } from '../../domain/kernel/recorded-event';
import { isSameSecret } from '../../platform/same-secret';
import { Refusal } from '../problem';
import { ROLES } from '../roles';
import { type Actor, type Authenticator, bearerOf } from './actor';

/** Takes the session's key as the bearer token. Entries say behind the name that nobody proved it. */
export class LocalAuthenticator implements Authenticator {
  private readonly actor: Actor;

  constructor(
    private readonly key: string,
    who: string,
  ) {
    this.actor = { by: unauthenticated(who), subject: 'local', roles: ROLES };
  }

  async authenticate(authorization: string | undefined): Promise<Actor> {
    if (isSameSecret(bearerOf(authorization), this.key)) return this.actor;
    throw new Refusal('invalid-token', 'it is not the key of this session');
  }

  async ready(): Promise<void> {}
}
