/** Command lines that are read back from their text. */
import { ask, COMMAND_VERBS, commandText, fullestLine } from '../../../domain/kernel/command-lines';
import { commandOf } from '../../../domain/kernel/command-read';

test.each(COMMAND_VERBS)('%s is read back from its text', (verb) => {
  for (const value of ['INC-1', "it's `one`; two", 'country:kp']) {
    const line = fullestLine(verb, (name) => `${name} ${value}`);
    expect(commandOf(commandText(line))).toEqual(line);
  }
  const asking = fullestLine(verb, () => ask('reason') as never);
  expect(commandOf(commandText(asking))).toEqual(asking);
});

test('what is no command of the table is not read as one', () => {
  for (const text of [
    '',
    'npx tocsin',
    'npx other close INC-1',
    'npx tocsin close INC-1 more',
    'npx tocsin close INC-1 --now',
  ])
    expect(commandOf(text)).toBeUndefined();
});
