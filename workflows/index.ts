export { delivery } from './delivery';
export { incident } from './incident';
