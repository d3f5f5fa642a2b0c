-- What the mail provider tells of a mail after it took it: delivered, delayed, bounced, a complaint. Beside the recipients'
-- rows in tocsin.deliveries, which they are matched with by the provider's id of the mail: an event may come before the
-- answer of the call that sent it, twice, out of order, and weeks later. It holds no address. May be run again.

CREATE TABLE IF NOT EXISTS tocsin.delivery_events (
  -- The provider's id of the event: the same again is the same event.
  event_id text PRIMARY KEY,
  provider_message_id text NOT NULL,
  kind text NOT NULL CHECK (kind IN
    ('sent', 'delayed', 'soft-bounced', 'delivered', 'failed', 'suppressed', 'complained', 'bounced')),
  -- A word of the provider's own for why, like `MailboxFull`.
  reason text,
  -- When it happened, as the provider says.
  at timestamptz NOT NULL,
  received_at timestamptz NOT NULL DEFAULT now(),
  -- When the incident was told to count again.
  told_at timestamptz
);
CREATE INDEX IF NOT EXISTS delivery_events_message ON tocsin.delivery_events (provider_message_id);
CREATE INDEX IF NOT EXISTS delivery_events_untold ON tocsin.delivery_events (received_at)
  WHERE told_at IS NULL AND kind IN ('soft-bounced', 'failed', 'suppressed', 'complained', 'bounced');
CREATE INDEX IF NOT EXISTS delivery_events_soft ON tocsin.delivery_events (provider_message_id) WHERE kind = 'soft-bounced';
CREATE INDEX IF NOT EXISTS deliveries_message ON tocsin.deliveries (provider_message_id)
  WHERE provider_message_id IS NOT NULL;

-- By the provider's ids a mail is found there, and with it its recipient: they go with an erasure.
ALTER TABLE tocsin.delivery_events
  ALTER COLUMN event_id SET STATISTICS 0,
  ALTER COLUMN provider_message_id SET STATISTICS 0;

GRANT SELECT, INSERT, UPDATE (told_at), DELETE ON tocsin.delivery_events TO tocsin_writer;
