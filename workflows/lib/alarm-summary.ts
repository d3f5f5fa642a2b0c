import type { RaisedAlarm } from '../../domain/case/alarm';
import { alarmText } from '../../domain/case/alarm-text';

/** What an alarm's mail is called in the Web UI. In a file of its own: the workflow of a delivery is small without it. */
export function alarmSummary(alarm: RaisedAlarm): string {
  return `alarm: ${alarmText(alarm, alarm.at).text}`;
}
