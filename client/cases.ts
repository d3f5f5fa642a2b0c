/** Incidents and other cases as whoever acts on them knows them, over whichever transport they are reached. */
import type { Receipt } from '../domain/case/contract';
import type { IncidentInput } from '../domain/incident/contract';
import type { Explanation } from '../domain/incident/explain';
import type { AfterClosing, Answers, KindName, MessageInput, MessageName } from './kinds';
import type { ListedCase, ListedUpTo } from './listed-case';
import type { Standing } from './stopped';

/** A case that was started, or that was there already. */
export interface Started {
  id: string;
  /** This call made it. */
  created: boolean;
  /** No worker has opened it yet: its deadlines count all the same, and nothing is done or alarmed until one does. */
  waiting?: true;
}

/**
 * What can be done with cases: by `TocsinClient` straight at Temporal, by `ServerClient` through `tocsin serve`, which finds
 * out who acts. Both refuse alike, with a CommandError whose `problems` name the fields, and an UnknownCase where there is none.
 */
export interface CaseClient {
  /**
   * Declares an incident: its containment and all its clocks start. The same id twice is one incident: `created` says
   * whether this call made it. Throws a CommandError with all problems when the declaration is not valid, and an OtherKeys
   * when the workers cannot read what this client seals.
   */
  declare(input: IncidentInput): Promise<Started>;
  /**
   * Sends a message and waits for the receipt: what it caused. `commandId` makes a repeat harmless; one is made up when it
   * is left out. Rejects with a CommandError that lists what is wrong when the message is refused.
   */
  send<N extends MessageName>(id: string, name: N, message: MessageInput<N>): Promise<Receipt>;
  /** Sends a message that an incident or a triage case takes also after it was closed. Else like `send`. */
  sendEvenIfClosed<N extends AfterClosing>(
    id: string,
    name: N,
    message: MessageInput<N>,
    options?: { inRegister?: () => Promise<boolean> },
  ): Promise<Receipt>;
  /**
   * Sends a message without waiting for what becomes of it. As nobody answers, it is checked here: throws a CommandError.
   * What the case refuses on its facts stands in its register as rejected.
   */
  signal<N extends MessageName>(id: string, name: N, message: MessageInput<N>): Promise<void>;
  /** How a case stands; `undefined` in the moment before it is opened. */
  view<K extends KindName = 'incident'>(id: string): Promise<Answers[K]['view'] | undefined>;
  /** The latest events of a case, oldest first. The register holds all of them. */
  timeline<K extends KindName = 'incident'>(id: string): Promise<Array<Answers[K]['event']>>;
  /** Of an incident: why each obligation applies or not, from which instant, by which citation. */
  explain(id: string): Promise<Explanation[]>;
  /** Cases of a kind, the next deadline first; those without one last, latest first. `open: false` lists the closed ones too. */
  list(kind?: KindName, options?: { open?: boolean; limit?: number }): Promise<ListedCase[]>;
  /** The same. `cut`: there are more than `limit`. `unread`: the server could not ask the register, which may have more that are open. */
  listUpTo(kind: KindName, options: { open: boolean; limit: number }): Promise<ListedUpTo>;
  /** How a case stands by its workflow; `undefined`: there is none. */
  stands(id: string): Promise<Standing | undefined>;
  /** The workflow type of whatever runs or ran under an id, whether it runs, and how it ended; `undefined` when there is nothing. */
  find(id: string): Promise<{ workflow: string; open: boolean; status: string } | undefined>;
  /** Waits until a case is closed. */
  finished(id: string): Promise<void>;
  /** Closes the connection. */
  close(): Promise<void>;
}
