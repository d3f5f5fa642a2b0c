/**
 * Statements of VEX: somebody says, with a name and a reason, whether a vulnerability affects a product. One that says
 * `not_affected` or `fixed` takes a finding away, and is shown with its author wherever it does.
 */

import type { Instant } from '../../domain/kernel/time';
import type { Component } from '../../domain/patch/dependencies';
import { orderOf } from './orders';
import { packageKey } from './package-key';
import type { Purl } from './purl';

export type VexStatus = 'not_affected' | 'fixed' | 'affected' | 'under_investigation';

export interface VexStatement {
  /** The vulnerability, under all of its ids that the statement names. */
  ids: string[];
  status: VexStatus;
  /** The packages that it is about; undefined: about the whole of the inventory. */
  packages: Purl[] | undefined;
  /** The inventory that it counts for; undefined: for all, which only a statement about a package by itself may. */
  inventory: string | undefined;
  author: string;
  /** One line: the code, what else is said, or both. */
  reason: string;
  at: Instant;
  /** The file's name. */
  where: string;
}

/** What takes a finding away. */
export type Excuse = Pick<VexStatement, 'status' | 'author' | 'reason' | 'at' | 'where'>;

export class VexStatements {
  /** A document was not read, or not whole: it may say otherwise. */
  incomplete = false;
  private readonly byId = new Map<string, VexStatement[]>();

  add(statement: VexStatement): void {
    for (const id of new Set(statement.ids)) this.byId.set(id, [...(this.byId.get(id) ?? []), statement]);
  }

  /** The newest statement about it, when that takes it away. Of several of one time the one that takes nothing away counts. */
  excuse(ids: string[], inventory: string, component: Component): Excuse | undefined {
    const all = ids.flatMap((id) => this.byId.get(id) ?? []).filter((each) => concerns(each, inventory, component));
    const newest = all.reduce<VexStatement | undefined>((best, each) => {
      if (!best || each.at > best.at) return each;
      return each.at === best.at && !excuses(each) ? each : best;
    }, undefined);
    if (!newest || !excuses(newest)) return undefined;
    const { status, author, reason, at, where } = newest;
    return { status, author, reason, at, where };
  }
}

function excuses({ status }: VexStatement): boolean {
  return status === 'not_affected' || status === 'fixed';
}

function concerns(statement: VexStatement, inventory: string, component: Component): boolean {
  if (statement.inventory !== undefined && statement.inventory !== inventory) return false;
  return statement.packages?.some((purl) => isOf(purl, component)) ?? statement.inventory !== undefined;
}

/** Of a package URL without a version all versions are meant. */
function isOf(purl: Purl, { ecosystem, name, version }: Component): boolean {
  if (packageKey(purl.ecosystem, purl.name) !== packageKey(ecosystem, name)) return false;
  if (purl.version === undefined || purl.version === version) return true;
  const order = orderOf(ecosystem);
  const [said, installed] = [order?.parse(purl.version), version === undefined ? undefined : order?.parse(version)];
  return order !== undefined && said !== undefined && installed !== undefined && order.compare(said, installed) === 0;
}
