/** The local stand-ins of an embedded stack. Exercises use nothing else; live incidents use them where no key is set. */
export interface StandIns {
  /** The keys with which payloads to its Temporal are sealed; none on a data folder from before they were. */
  temporal?: { encryptionKeys?: string[] };
  databaseUrl: string;
  mailbox: { url: string; apiKey: string };
  recorder: { cloudflareUrl: string; hooksUrl: string; apiToken: string };
  site: { url: string; dir: string };
}
