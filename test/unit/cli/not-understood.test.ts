/** A command line that cannot be understood gets a guess at what was meant, and a script gets JSON, whatever was wrong. */
import type { Command } from 'commander';
import { addressesForLogs } from '../../../cli/commands/up';
import { MEANT_LINES } from '../../../cli/not-understood';
import { createProgram } from '../../../cli/program';
import { Shell } from '../../../cli/shell';
import { problemOf } from './emitted-commands';
import { Screen, tocsin } from './helpers';

test('what people try first is answered with the line that does it here', async () => {
  const { exitCode, err } = await tocsin(['resolve', 'INC-1']);
  expect(exitCode).toBe(2);
  expect(err).toContain("unknown command 'resolve'\n(Did you mean: npx tocsin status INC-… resolved)\n");
  expect((await tocsin(['aprove'])).err).toContain("unknown command 'aprove'\n(Did you mean approve?)\n");
  expect((await tocsin(['register', 'resolve'])).err).not.toContain('INC-…');
  expect((await tocsin(['toString'])).err).not.toContain('Did you mean: ');
});

test('each line that is guessed is one that the real command takes', async () => {
  for (const text of MEANT_LINES)
    expect([text, await problemOf({ where: 'guess', text: text.replaceAll('INC-…', 'INC-1') })]).toEqual([
      text,
      undefined,
    ]);
});

function pathsOf(command: Command, above: string[] = []): string[][] {
  return command.commands.flatMap((each) => [[...above, each.name()], ...pathsOf(each, [...above, each.name()])]);
}

const verbs = pathsOf(createProgram(new Shell({}, new Screen(), new Screen()))).map((words) => words.join(' '));

test.each(verbs)('%s with --json says what is wrong with its flags as JSON, and nothing else', async (verb) => {
  const { exitCode, out, err } = await tocsin([...verb.split(' '), '--no-such-flag', '--json']);
  expect([exitCode, out]).toEqual([2, '']);
  expect(JSON.parse(err)).toEqual({ error: expect.stringMatching(/^[^\n]+$/), problems: [], exitCode: 2 });
});

test('an unknown verb, one that is missing, and a missing argument are told to a script as JSON', async () => {
  const told = async (...argv: string[]) => JSON.parse((await tocsin([...argv, '--json'])).err).error;
  expect(await told('aprove')).toBe("unknown command 'aprove' (Did you mean approve?)");
  expect(await told('ack')).toBe("unknown command 'ack' (Did you mean: npx tocsin acknowledge INC-…)");
  expect(await told('show')).toBe("missing required argument 'id'");
});

test('what `up --json` prints has the addresses and no key', () => {
  const stack = {
    temporal: {
      address: '127.0.0.1:7233',
      namespace: 'default',
      uiUrl: 'http://127.0.0.1:8233',
      sessionKey: 'SECRET',
      encryptionKeys: ['SECRET'],
    },
    mailbox: { url: 'http://127.0.0.1:1', apiKey: 'SECRET' },
    site: { url: 'http://127.0.0.1:2', dir: '/x' },
  };
  const printed = JSON.stringify(addressesForLogs(stack));
  expect(printed).toContain('127.0.0.1:7233');
  expect(printed).not.toContain('SECRET');
});
