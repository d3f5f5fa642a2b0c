/** Several signed notes in one file, one after the other with an empty line between them: checkpoints, rotations. */

/** One note as it stands in a file of notes. */
export function noteRecord(note: string): string {
  return `${note}\n`;
}

/**
 * The notes of a file. A note that was cut off, as by a crash while it was written, is given as it is when it has
 * signature lines, and left out when it has none; the notes after it are read all the same.
 */
export function splitNotes(file: string): string[] {
  const notes: string[] = [];
  let [text, signatures]: [string[], string[] | undefined] = [[], undefined];
  const end = () => {
    if (text.length > 0 && signatures !== undefined && signatures.length > 0) {
      notes.push(`${text.join('\n')}\n\n${signatures.join('\n')}\n`);
    }
    [text, signatures] = [[], undefined];
  };
  for (const line of file.split('\n')) {
    if (line === '') {
      if (signatures === undefined && text.length > 0) signatures = [];
      else end();
    } else if (signatures === undefined) text.push(line);
    else if (line.startsWith('\u2014 ')) signatures.push(line);
    else {
      end();
      text.push(line);
    }
  }
  end();
  return notes;
}
