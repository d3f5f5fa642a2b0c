import { logName } from './sources';

/** A log under watch: its name, and where it is; `db` is Tocsin's own in Postgres. */
export interface WatchedLog {
  name: string;
  location: string;
}

/**
 * Reads a list such as `db, platform=/var/log/audit.jsonl, https://logs.example.com/audit.jsonl`. A log without a name of
 * its own is called after its file or address; the name stands in detections and incidents.
 *
 * @throws RangeError naming what is wrong.
 */
export function watchedLogs(text: string): WatchedLog[] {
  const items = text.split(',').flatMap((item) => (item.trim() ? [item.trim()] : []));
  const logs = items.map((item) => {
    const named = /^([A-Za-z0-9][A-Za-z0-9._-]{0,59})=(.+)$/.exec(item);
    const location = named ? named[2]!.trim() : item;
    return { name: named ? named[1]! : logName(location).slice(0, 60), location };
  });
  for (const [i, { name, location }] of logs.entries()) {
    if (location === '-') throw new RangeError('standard input cannot be watched: give a file, an address or db');
    if (/^postgres(ql)?:/i.test(location)) throw new RangeError('of databases only "db" can be watched, Tocsin\'s own');
    if (logs.findIndex((other) => other.name === name) < i) {
      throw new RangeError(`two logs have the name "${name}": write NAME=LOCATION`);
    }
  }
  return logs;
}
