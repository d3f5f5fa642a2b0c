/** What the package `tocsin` exports: the typed client for scripts, detectors and services. docs/client.md shows its use. */
export type { CaseResult, CaseView, Receipt } from '../domain/case/contract';
export type { CaseMessage, CaseState } from '../domain/case/lifecycle';
export type { IncidentInput, IncidentView } from '../domain/incident/contract';
export type { IncidentEvent } from '../domain/incident/events';
export type { Explanation } from '../domain/incident/explain';
export type { CaseClient, Started } from './cases';
export { type ConnectOptions, connectTocsin } from './connect';
export { CommandError, OtherKeys } from './errors';
export { newIncidentId } from './incident-id';
export type { KindName, MessageInput, MessageName } from './kinds';
export type { ListedCase } from './listed-case';
export { ServerClient } from './server/server-client';
export type { CaseStart } from './start-options';
export { TocsinClient } from './tocsin-client';
