/** A case that has stopped, as pages say it. */
import { type Stopped, stoppedText } from '../../client/stopped';

export function stoppedLine(id: string, stopped: Stopped): string {
  return `${id} has stopped: ${stoppedText(stopped)}, so nothing watches its deadlines. Somebody with the command line must resume it.`;
}
