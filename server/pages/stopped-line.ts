/** A case that has stopped, as pages say it: no form brings it back. */
import { type Stopped, stoppedText } from '../../client/stopped';
import { tocsin } from '../../domain/kernel/command-lines';
import { type Html, html } from '../../platform/html';

export function stoppedLine(id: string, stopped: Stopped): Html {
  return html`${id} has stopped: ${stoppedText(stopped)}, so nothing watches its deadlines. Resume it on the command line: <code>${tocsin('resume', { 'incident-or-case': id })}</code>`;
}
