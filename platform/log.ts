/** As much of a pino logger as the activities use. Never give it an address, a recipient list or a secret. */
export interface Log {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}
