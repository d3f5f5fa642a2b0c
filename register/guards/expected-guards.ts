/** The guards as the migrations make them. Whoever changes them in a migration changes them here; a test compares both. */
import type { Guard } from './read-guards';

/** Name → definition, as `readGuards` says them. Columns are not listed: they are watched for changes alone. */
export const EXPECTED_GUARDS: Readonly<Record<string, string>> = {
  'table register_entries': 'row security false/false',
  'trigger register_entries_append_only on register_entries':
    'always: CREATE TRIGGER register_entries_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON tocsin.register_entries ' +
    'FOR EACH STATEMENT EXECUTE FUNCTION tocsin.refuse_change()',
  'function refuse_change': 'source 8bc027645d9ef50f045b2fb9250c11051035437778b3003207c92a5c8de35757',
  'constraint register_entries_incident_id_seq_key on register_entries': 'UNIQUE (incident_id, seq)',
  'constraint register_entries_pkey on register_entries': 'PRIMARY KEY ("position")',
  'constraint register_entries_position_check on register_entries': 'CHECK (("position" > 0))',
  'constraint register_entries_seq_check on register_entries': 'CHECK ((seq > 0))',
  'privileges of tocsin_auditor on register_entries': 'SELECT',
  'privileges of tocsin_writer on register_entries': 'INSERT, SELECT',

  'table register_keys': 'row security false/false',
  'trigger register_keys_guard on register_keys':
    'always: CREATE TRIGGER register_keys_guard BEFORE DELETE OR UPDATE ON tocsin.register_keys ' +
    'FOR EACH ROW EXECUTE FUNCTION tocsin.refuse_key_change()',
  'trigger register_keys_kept on register_keys':
    'always: CREATE TRIGGER register_keys_kept BEFORE TRUNCATE ON tocsin.register_keys ' +
    'FOR EACH STATEMENT EXECUTE FUNCTION tocsin.refuse_key_change()',
  'function refuse_key_change': 'source 3b548aa6e0852d5d782236174aac5970b414dc761212fd03e6ba02b6fb6858d1',
  'constraint register_keys_check on register_keys': 'CHECK (((key IS NULL) = (destroyed_at IS NOT NULL)))',
  'constraint register_keys_key_check on register_keys': 'CHECK ((octet_length(key) = 32))',
  'constraint register_keys_pkey on register_keys': 'PRIMARY KEY (incident_id)',
  'privileges of tocsin_auditor on register_keys': 'SELECT (destroyed_at), SELECT (incident_id)',
  'privileges of tocsin_writer on register_keys': 'INSERT, SELECT',
};

/** What is not as the migrations make it, in words; empty when all guards are. */
export function guardFaults(guards: readonly Guard[]): string[] {
  const found = new Map(guards.map(({ name, is }) => [name, is]));
  const missing = Object.entries(EXPECTED_GUARDS).flatMap(([name, is]) => {
    const there = found.get(name);
    if (there === undefined) return [`${name} is missing`];
    return there === is ? [] : [`${name} is "${there}", not "${is}"`];
  });
  const added = guards.flatMap(({ name, is }) =>
    name in EXPECTED_GUARDS || name.startsWith('column ') ? [] : [`${name} was added: ${is}`],
  );
  return [...missing, ...added];
}
