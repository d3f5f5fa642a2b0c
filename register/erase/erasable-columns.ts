/**
 * The columns whose values can be erased or go after a time. Postgres' ANALYZE copies a sample of each column into its
 * statistics (`pg_statistic`, shown by `pg_stats`), where an UPDATE does not reach: there are none of these columns.
 * Source: https://www.postgresql.org/docs/current/view-pg-stats.html (`most_common_vals`, `histogram_bounds`).
 */
export const ERASABLE_COLUMNS: Readonly<Record<string, readonly string[]>> = {
  register_keys: ['key'],
  deliveries: ['recipient_ref', 'address', 'language', 'batch_key', 'provider_message_id'],
  delivery_events: ['event_id', 'provider_message_id'],
  vulnerability_reports: [
    ...['content', 'reporter_email', 'reporter_name', 'credit', 'salt'],
    ...['same_report', 'same_key', 'same_sender', 'origin', 'network'],
  ],
  erased_report_requests: ['same_sender', 'network', 'mail_domain'],
  auth_events: ['account', 'session', 'address', 'network'],
  auth_places: ['account', 'place'],
};
