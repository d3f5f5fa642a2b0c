import type { Queryable } from '../read-entries';
import { parseLeaf } from '../verifier/leaf';
import { parseOpenings } from '../verifier/openings';

const PAGE = 500;

/** How many entries and fields of an incident lie under its data key: what goes with it. */
export async function countPersonal(
  client: Queryable,
  incidentId: string,
): Promise<{ entries: number; fields: number }> {
  const count = { entries: 0, fields: 0 };
  for (let after = 0; ; ) {
    const { rows } = await client.query<{ seq: number; bytes: Buffer; content: Buffer }>(
      `SELECT seq, bytes, content FROM tocsin.register_entries
        WHERE incident_id = $1 AND seq > $2 AND sealed IS NOT NULL ORDER BY seq LIMIT ${PAGE}`,
      [incidentId, after],
    );
    for (const { seq, bytes, content } of rows) {
      count.entries += 1;
      count.fields += parseLeaf(bytes.toString('utf8')).fields.size - parseOpenings(content.toString('utf8')).length;
      after = seq;
    }
    if (rows.length < PAGE) return count;
  }
}
