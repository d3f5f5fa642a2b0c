import type { InAppInput } from '../types';

/** One notice in one language, as it was approved. */
export interface InAppText {
  language: string;
  subject: string;
  text: string;
  /** Of the frozen bytes, as the register has it. */
  sha256: string;
}

/** Where the company's own product takes messages that it shows to its users. */
export interface InAppPort {
  /** Resolves once the product has taken the message; a repeat has the same id. Throws InAppUnavailable or InAppRefused. */
  tell(input: InAppInput, texts: InAppText[]): Promise<{ messageId: string }>;
}
