/** The entries of the register that the recorded histories hold in their payloads. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { RecordedEvent } from '../../domain/kernel/recorded-event';
import { parseEvent } from '../../register/entry';

const HISTORIES = path.join(__dirname, 'histories');

/** Each event once, in the order of its incident. */
export function eventsOfHistories(): RecordedEvent[] {
  const found = new Map<string, RecordedEvent>();
  for (const file of readdirSync(HISTORIES)) {
    collect(JSON.parse(readFileSync(path.join(HISTORIES, file), 'utf8')), found);
  }
  return [...found.values()].sort((a, b) =>
    a.incidentId < b.incidentId ? -1 : a.incidentId > b.incidentId ? 1 : a.seq - b.seq,
  );
}

function collect(value: unknown, found: Map<string, RecordedEvent>): void {
  if (value === null || typeof value !== 'object') return;
  const { metadata, data, v, incidentId, seq, kind } = value as Record<string, unknown>;
  if (metadata !== undefined && typeof data === 'string') {
    const text = Buffer.from(data, 'base64').toString('utf8');
    if (/^[[{]/.test(text)) collect(JSON.parse(text), found);
  } else if (v === 1 && incidentId !== undefined && kind !== undefined) {
    found.set(`${incidentId} ${seq}`, parseEvent(value));
  } else {
    for (const each of Object.values(value)) collect(each, found);
  }
}
