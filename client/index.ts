/** What the package `tocsin` exports: the typed client for scripts, detectors and services. docs/client.md shows its use. */
export type { CaseResult, CaseView, Receipt } from '../domain/case/contract';
export type { CaseMessage, CaseState } from '../domain/case/lifecycle';
export type { IncidentInput, IncidentView } from '../domain/incident/contract';
export type { IncidentEvent } from '../domain/incident/events';
export type { Explanation } from '../domain/incident/explain';
export type { MessageName } from '../domain/incident/messages';
export { CaseClient, type CaseStart, type ListedCase } from './case-client';
export { type ConnectOptions, connectTocsin, type Tocsin } from './connect';
export { CommandError } from './errors';
export { newIncidentId } from './incident-id';
export { type Delivery, type ListedIncident, type MessageInput, TocsinClient } from './tocsin-client';
