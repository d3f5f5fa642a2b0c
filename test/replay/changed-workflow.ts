/**
 * The workflows of today with one careless change each, as somebody might make it: a pause before the work begins. A
 * replay of the histories must reject both.
 */
import { sleep } from '@temporalio/workflow';
import { delivery as realDelivery } from '../../workflows/delivery';
import { incident as realIncident } from '../../workflows/incident';

export async function incident(...args: Parameters<typeof realIncident>): ReturnType<typeof realIncident> {
  await sleep('1 second');
  return realIncident(...args);
}

export async function delivery(...args: Parameters<typeof realDelivery>): ReturnType<typeof realDelivery> {
  await sleep('1 second');
  return realDelivery(...args);
}
