import { InvalidArgumentError } from 'commander';

/** The value of `--port`. */
export function portFlag(text: string): number {
  const port = Number(text);
  if (!/^\d{1,5}$/.test(text) || port > 65_535) throw new InvalidArgumentError('use a port between 0 and 65535');
  return port;
}
