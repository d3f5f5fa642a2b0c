/** What Tocsin itself works with: rotating it would end containment, the register and the mails in the middle of an incident. */
import { Client } from 'pg';
import type { ContainmentMeasure } from '../../domain/incident/incident';

/** Tocsin's own credentials. Held in memory only, to compare with; never told. */
export interface OwnCredentials {
  /** The roles that it logs in to Postgres with, whichever server. */
  roles: readonly string[];
  /** The settings that hold a secret, by name, and the secrets. */
  secrets: Readonly<Record<string, string>>;
}

type Credential = Extract<ContainmentMeasure, { action: 'rotate-credential' }>['credential'];

/** The roles that `tocsin migrate` makes; see `postgres/roles.ts`. */
const ROLES_OF_THE_PRODUCT = /^tocsin_(owner|writer|auditor|app)$/;
/** A shorter text is no secret, and may be the name of anything. */
const SHORTEST_SECRET = 8;

/**
 * Reads them from an environment: the login of every variable that is a Postgres address, whatever its name is, and each
 * setting of `secretNames` that is set.
 */
export function ownCredentials(
  env: Readonly<Record<string, string | undefined>>,
  secretNames: readonly string[],
): OwnCredentials {
  const roles = Object.entries(env).flatMap(([name, value = '']) =>
    name === 'PGUSER' ? value : (loginOf(value) ?? []),
  );
  const secrets = Object.fromEntries(secretNames.flatMap((name) => (env[name] ? [[name, env[name]]] : [])));
  return { roles: [...new Set(roles)], secrets };
}

/** Why a credential is not rotated because Tocsin works with it, and what to do; else undefined. Names no secret. */
export function ownCredentialProblem(own: OwnCredentials, { provider, ref }: Credential): string | undefined {
  if (provider === 'postgres-role' && (own.roles.includes(ref) || ROLES_OF_THE_PRODUCT.test(ref))) {
    return `role ${ref} is one Tocsin itself logs in with: rotating it would end containment and the register; rotate it by hand, and give Tocsin the new password`;
  }
  for (const [name, secret] of Object.entries(own.secrets)) {
    const isIt = secret.length >= SHORTEST_SECRET && ref.includes(secret);
    if (!isIt && plain(ref) !== plain(name)) continue;
    const told = isIt ? 'the reference' : `${provider}/${ref}`;
    return `${told} is ${name}, which Tocsin itself works with: replace it by hand, set the new one, then revoke the old one`;
  }
  return undefined;
}

function loginOf(value: string): string | undefined {
  if (!/^postgres(ql)?:\/\//i.test(value)) return undefined;
  try {
    return new Client({ connectionString: value }).user;
  } catch {
    return undefined;
  }
}

/** `resend-api-key` and `RESEND_API_KEY` are one name. */
function plain(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]+/g, '');
}
