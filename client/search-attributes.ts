/** The search attributes of a Temporal namespace: which of them are there, and how the others are registered. */
import type { Connection } from '@temporalio/client';
import { temporal } from '@temporalio/proto';

/** The types of search attributes that Tocsin uses, as the Temporal CLI spells them. */
export type SearchAttributeType = 'Keyword' | 'Int' | 'Datetime' | 'Bool' | 'Text';

/** Search attributes to register: type by name. */
export type SearchAttributes = Record<string, SearchAttributeType>;

const NOT_FOUND = 5;
const IndexedValueType = temporal.api.enums.v1.IndexedValueType;
const indexedTypes: Record<SearchAttributeType, temporal.api.enums.v1.IndexedValueType> = {
  Keyword: IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD,
  Int: IndexedValueType.INDEXED_VALUE_TYPE_INT,
  Datetime: IndexedValueType.INDEXED_VALUE_TYPE_DATETIME,
  Bool: IndexedValueType.INDEXED_VALUE_TYPE_BOOL,
  Text: IndexedValueType.INDEXED_VALUE_TYPE_TEXT,
};

/** The arguments of `temporal server start-dev` that register these attributes. */
export function searchAttributeArgs(attributes: SearchAttributes): string[] {
  return Object.entries(attributes).flatMap(([name, type]) => ['--search-attribute', `${name}=${type}`]);
}

/** Which of the attributes a namespace does not have, and which it has with another type, of which every start would fail. */
export interface Lacking {
  missing: SearchAttributes;
  wrong: string[];
}

/** @throws the server's error where the caller may not ask, or the server does not know the question. */
export async function lackingSearchAttributes(
  connection: Pick<Connection, 'operatorService'>,
  namespace: string,
  attributes: SearchAttributes,
): Promise<Lacking> {
  const listed = await connection.operatorService.listSearchAttributes({ namespace });
  const existing = { ...listed.systemAttributes, ...listed.customAttributes };
  const all = Object.entries(attributes);
  return {
    missing: Object.fromEntries(all.filter(([name]) => existing[name] === undefined)),
    wrong: all.flatMap(([name, type]) =>
      existing[name] !== undefined && existing[name] !== indexedTypes[type] ? [wrongType(name, type, namespace)] : [],
    ),
  };
}

/** The command by which an administrator registers them. */
export function searchAttributeCommand(namespace: string, attributes: SearchAttributes): string {
  const each = Object.entries(attributes).map(([name, type]) => `--name ${name} --type ${type}`);
  return `temporal operator search-attribute create --namespace ${namespace} ${each.join(' ')}`;
}

/** The command by which an administrator makes a namespace. What is closed stays in it as long as that. */
export function namespaceCommand(namespace: string): string {
  return `temporal operator namespace create --namespace ${namespace} --retention 30d`;
}

/**
 * Registers the attributes that an existing Temporal does not have yet. Answers what people must know, or undefined:
 * a server that refuses (no permission, a Cloud namespace) is reported with the command to run, not thrown.
 * Throws when one exists with another type: every start of an incident would fail.
 */
export async function ensureSearchAttributes(
  connection: Pick<Connection, 'operatorService'>,
  namespace: string,
  attributes: SearchAttributes,
): Promise<string | undefined> {
  let missing = attributes;
  let wrong: string[] = [];
  try {
    ({ missing, wrong } = await lackingSearchAttributes(connection, namespace, attributes));
    if (wrong.length === 0 && Object.keys(missing).length > 0)
      await connection.operatorService.addSearchAttributes({
        namespace,
        searchAttributes: Object.fromEntries(Object.entries(missing).map(([name, type]) => [name, indexedTypes[type]])),
      });
  } catch (error) {
    if ((error as { code?: number }).code === NOT_FOUND)
      return (
        `there is no namespace "${namespace}": ask its administrator to run: ${namespaceCommand(namespace)} ` +
        '(or correct TEMPORAL_NAMESPACE), then run this again'
      );
    return (
      `could not register search attributes in namespace "${namespace}" (${(error as Error).message}); ask its ` +
      `administrator to run: ${searchAttributeCommand(namespace, missing)}`
    );
  }
  if (wrong.length > 0) throw new Error(wrong.join('\n'));
  return undefined;
}

function wrongType(name: string, wanted: SearchAttributeType, namespace: string): string {
  return (
    `search attribute "${name}" in namespace "${namespace}" is not of type ${wanted}: ` +
    'remove it there, or use another namespace (TEMPORAL_NAMESPACE)'
  );
}
