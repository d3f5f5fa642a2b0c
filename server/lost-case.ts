/** A case that the register has as open and Temporal has not: no address has it, and it is not nothing either. */
import { isOpenInRegister, type RegisteredCases } from '../client/lost-cases';
import { stoppedError } from '../client/stopped';
import { isCaseId } from './api/bodies';
import { Refusal } from './problem';

/** What to answer instead of `refusal`, where it says of such a case that there is none. */
export async function unlessLost(refusal: Refusal, id: unknown, registered?: RegisteredCases): Promise<Refusal> {
  if (refusal.kind !== 'not-found' || !registered || typeof id !== 'string' || !isCaseId(id)) return refusal;
  const isLost = await isOpenInRegister(registered, id).catch(() => false);
  return isLost ? new Refusal('lost', stoppedError(id, { how: 'missing' }).message) : refusal;
}
