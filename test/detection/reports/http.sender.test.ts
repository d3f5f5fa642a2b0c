// Whoever claims somebody's address takes nothing from them.
import { startIntake } from './helpers';

test('reports that claim an address nobody confirmed do not close the channel for whoever has it', async () => {
  const intake = await startIntake({}, { openFromOneSender: 5 });
  const email = 'researcher@reporter.example';
  for (let n = 1; n <= 5; n++)
    expect((await intake.json({ text: `noise ${n}`, email }, {}, `203.0.${n}.7`)).statusCode).toBe(201);
  // From a network of their own, which has reported nothing.
  expect((await intake.json({ text: 'a true report', email }, {}, '198.51.100.7')).statusCode).toBe(201);
}, 60_000);
