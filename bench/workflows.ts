export * from '../workflows';
export { bare, bareChild } from './bare-workflow';
