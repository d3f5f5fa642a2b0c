import type { Connection } from '@temporalio/client';
import { temporal } from '@temporalio/proto';

/** The types of search attributes that Tocsin uses, as the Temporal CLI spells them. */
export type SearchAttributeType = 'Keyword' | 'Int' | 'Datetime' | 'Bool' | 'Text';

/** Search attributes to register: type by name. */
export type SearchAttributes = Record<string, SearchAttributeType>;

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

/**
 * Registers the attributes that an existing Temporal does not have yet. Answers what people must know, or undefined:
 * a server that refuses (no permission, a Cloud namespace) is reported with the command to run, not thrown.
 * Throws when one exists with another type: every start of an incident would fail.
 */
export async function ensureSearchAttributes(
  connection: Connection,
  namespace: string,
  attributes: SearchAttributes,
): Promise<string | undefined> {
  let missing = attributes;
  try {
    const listed = await connection.operatorService.listSearchAttributes({ namespace });
    const existing = { ...listed.systemAttributes, ...listed.customAttributes };
    for (const [name, type] of Object.entries(attributes)) {
      if (existing[name] !== undefined && existing[name] !== indexedTypes[type])
        throw new WrongType(name, type, namespace);
    }
    missing = Object.fromEntries(Object.entries(attributes).filter(([name]) => existing[name] === undefined));
    if (Object.keys(missing).length === 0) return undefined;
    await connection.operatorService.addSearchAttributes({
      namespace,
      searchAttributes: Object.fromEntries(Object.entries(missing).map(([name, type]) => [name, indexedTypes[type]])),
    });
    return undefined;
  } catch (error) {
    if (error instanceof WrongType) throw error;
    const commands = Object.entries(missing).map(([name, type]) => `--name ${name} --type ${type}`);
    return (
      `could not register search attributes in namespace "${namespace}" (${(error as Error).message}); ask its ` +
      `administrator to run: temporal operator search-attribute create ${commands.join(' ')}`
    );
  }
}

class WrongType extends Error {
  constructor(name: string, wanted: SearchAttributeType, namespace: string) {
    super(
      `search attribute "${name}" in namespace "${namespace}" is not of type ${wanted}: ` +
        'remove it there, or use another namespace (TEMPORAL_NAMESPACE)',
    );
  }
}
