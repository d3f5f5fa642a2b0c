/** The description of the API (OpenAPI 3.1), from the schemas by which messages are read and the table of access. */
import { z } from 'zod';
import { KINDS, type Kind } from '../../client/kinds';
import { DeclarationSchema } from '../../domain/incident/incident';
import { packageVersion } from '../../platform/package-root';
import { API_ACCESS, type Rule } from '../access';
import { PayloadsSchema } from '../codec/codec-routes';
import { PROBLEMS } from '../problem';
import { OF_THE_DECLARATION, OF_THE_SERVER } from './bodies';
import { COLLECTIONS, KIND_NAMES } from './kinds';

type Json = Record<string, unknown>;

const ref = (name: string) => ({ $ref: `#/components/schemas/${name}` });
const jsonOf = (schema: Json) => ({ content: { 'application/json': { schema } } });
const text = { type: 'string' };
const list = (of: Json) => ({
  type: 'object',
  required: ['items'],
  properties: { items: { type: 'array', items: of } },
});

/** What each route answers when it did what was asked. */
function answerOf(method: string, path: string): Json {
  if (path === '/v1/incidents' && method === 'POST') return ref('Declared');
  if (method === 'POST') return path.startsWith('/codec') ? ref('Payloads') : ref('Receipt');
  if (path === '/v1/me') return ref('Actor');
  if (path.endsWith('/timeline') || path.endsWith('/explain')) return list({ type: 'object' });
  if (path.endsWith('/standing')) return ref('Standing');
  if (path.endsWith('/:id')) return ref('Case');
  return path.startsWith('/v1/') ? ref('Page') : { type: 'object' };
}

/** The document. */
export function openapi(): Json {
  const routes = Object.entries(API_ACCESS).filter(([route]) => !route.startsWith('OPTIONS'));
  const paths: Record<string, Json> = {};
  for (const [route, rule] of routes) {
    const [method, path] = route.split(' ') as [string, string];
    const address = path.replaceAll(/:(\w+)/g, '{$1}');
    paths[address] = { ...paths[address], [method.toLowerCase()]: operation(method, path, rule) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Tocsin',
      version: packageVersion(),
      description:
        'Acts on incidents and other cases. Who acts is who the token names; a request cannot say otherwise.',
    },
    paths,
    components: {
      securitySchemes: { token: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } },
      schemas: SCHEMAS,
    },
  };
}

function operation(method: string, path: string, rule: Rule): Json {
  const body = method === 'POST' ? bodyOf(path) : undefined;
  const isCall = path.startsWith('/v1/') && method === 'POST';
  const isDeclaration = isCall && path === '/v1/incidents';
  const isView = path.includes('/:id') && method === 'GET';
  const parameters = [
    ...[...path.matchAll(/:(\w+)/g)].map(([, name]) => ({ name, in: 'path', required: true, schema: text })),
    ...(isCall ? [IDEMPOTENCY_KEY] : []),
    ...(isCall && !isDeclaration ? [PREFER] : []),
    ...(isView ? [IF_NONE_MATCH] : []),
    ...(method === 'GET' && LISTS.includes(path) ? PAGING : []),
  ];
  const done = { description: 'Done', ...jsonOf(answerOf(method, path)) };
  return {
    operationId: `${method.toLowerCase()}${path.replaceAll(/[^A-Za-z0-9]+(\w?)/g, (_, next: string) => next.toUpperCase())}`,
    ...(typeof rule === 'string'
      ? { security: [] }
      : { security: [{ token: [] }], description: `For: ${rule.join(', ')}.` }),
    ...(parameters.length > 0 && { parameters }),
    // An empty message may come without a body.
    ...(body && { requestBody: { required: !isCall || asked(body).length > 0, ...jsonOf(body) } }),
    responses: {
      200: done,
      ...(isDeclaration && { 201: { ...done, description: 'Declared' } }),
      ...(isCall &&
        !isDeclaration && {
          202: { description: 'On its way, as `Prefer: respond-async` asked', ...jsonOf({ type: 'object' }) },
        }),
      ...(isView && { 304: { description: 'It stands as it did' } }),
      ...(path === '/readyz' && { 503: { ...done, description: 'Not ready' } }),
      default: { description: 'Not done', content: { 'application/problem+json': { schema: ref('Problem') } } },
    },
  };
}

/** The schema of a body: that of the message, but for what the server sets. */
function bodyOf(path: string): Json {
  if (path === '/v1/incidents') {
    const filled = ['id', 'detectedAt', 'owner', 'source'];
    return without(DeclarationSchema, OF_THE_DECLARATION, filled);
  }
  const [, , collection, , name] = path.split('/');
  const kind = KIND_NAMES.find((each) => COLLECTIONS[each] === collection);
  if (kind && name) return without((KINDS[kind] as Kind).messages[name]!, OF_THE_SERVER);
  return ref(path === '/codec/encode' ? 'NoPayloads' : 'Payloads');
}

const asked = ({ required = [] }: Json) => required as string[];

function without(schema: z.ZodType, fields: readonly string[], optional: readonly string[] = []): Json {
  const { $schema: _, ...whole } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as Json;
  const properties = Object.entries((whole.properties ?? {}) as Json).filter(([name]) => !fields.includes(name));
  const required = ((whole.required ?? []) as string[]).filter((name) => ![...fields, ...optional].includes(name));
  return { ...whole, properties: Object.fromEntries(properties), ...(whole.required !== undefined && { required }) };
}

const LISTS = KIND_NAMES.map((kind) => `/v1/${COLLECTIONS[kind]}`);
const IDEMPOTENCY_KEY = {
  name: 'Idempotency-Key',
  in: 'header',
  description:
    'Makes a repeat harmless: the same key of the same sender for the same message to the same case counts once. A declaration has a key or an `id`.',
  schema: { type: 'string', pattern: '^[\\x21-\\x7e]{1,200}$' },
};
const IF_NONE_MATCH = { name: 'If-None-Match', in: 'header', schema: text };
const PREFER = {
  name: 'Prefer',
  in: 'header',
  description: '`respond-async` (RFC 7240): the answer comes before the case has taken or refused the message.',
  schema: text,
};
const CURSOR = { type: 'string', pattern: '^[A-Za-z0-9_-]{1,500}$' };
const PAGING = [
  { name: 'open', in: 'query', schema: { type: 'string', enum: ['true', 'false'], default: 'true' } },
  { name: 'limit', in: 'query', schema: { type: 'integer', minimum: 1, maximum: 200, default: 50 } },
  { name: 'cursor', in: 'query', description: 'The `next` of the page before.', schema: CURSOR },
];
const SCHEMAS: Json = {
  Declared: {
    type: 'object',
    required: ['id', 'created'],
    properties: {
      id: text,
      created: { type: 'boolean', description: 'false: it was declared before, in the same words' },
      waiting: {
        type: 'boolean',
        description:
          'true: no worker has opened it yet. Its deadlines count all the same; nothing is done or alarmed until one does.',
      },
    },
  },
  Receipt: {
    type: 'object',
    required: ['events'],
    description:
      'What the message caused: entries of the register; `note` says why nothing changed, or what the change entails.',
    properties: {
      events: {
        type: 'array',
        items: {
          type: 'object',
          required: ['seq', 'kind'],
          properties: { seq: { type: 'integer' }, kind: text, obligation: text },
        },
      },
      note: text,
      repeated: {
        type: 'boolean',
        description: 'true: the key was used for this message before; nothing was done now',
      },
    },
  },
  Actor: { type: 'object', required: ['by', 'roles'], properties: { by: text, roles: { type: 'array', items: text } } },
  Case: {
    type: 'object',
    required: ['id', 'kind', 'state'],
    properties: { id: text, kind: { type: 'string', enum: KIND_NAMES }, state: { type: 'object' } },
  },
  Standing: {
    type: 'object',
    required: ['standing'],
    description: 'How a case stands by its workflow. One that has stopped is open, and nothing watches its deadlines.',
    properties: {
      standing: { type: 'string', enum: ['running', 'closed', 'never opened', 'stopped'] },
      how: { type: 'string', enum: ['terminated', 'failed', 'timed out', 'cancelled', 'missing', 'ended'] },
      at: text,
    },
  },
  Page: {
    ...list({
      type: 'object',
      required: ['id', 'open'],
      properties: { id: text, title: text, open: { type: 'boolean' } },
    }),
    description:
      'The next deadline first. `next` is the cursor of the next page, where there is one. `incomplete`: there may be more, which were not read; `unread`: as the register did not answer.',
  },
  Payloads: without(PayloadsSchema, []),
  NoPayloads: {
    type: 'object',
    properties: { payloads: { type: 'array', maxItems: 0 } },
    description: 'Nothing: what is to be sealed is sealed for one workflow, at the address that names it.',
  },
  Problem: {
    type: 'object',
    required: ['type', 'title', 'status', 'detail'],
    description: 'RFC 9457',
    properties: {
      type: { type: 'string', enum: Object.keys(PROBLEMS).map((kind) => `urn:tocsin:problem:${kind}`) },
      title: text,
      status: { type: 'integer' },
      detail: text,
      errors: {
        type: 'array',
        items: { type: 'object', required: ['field', 'problem'], properties: { field: text, problem: text } },
      },
    },
  },
};
