/**
 * The body of a request as a configuration: every key checked by the schema's table, what is absent by its default.
 * Pure. A key that is not Syncthing's is an error, most likely a typo.
 */
import { type ConfigJson, type JsonObject, type JsonValue } from './config-json.js';
import { defaultOf, type Field, type Schema } from './config-field.js';
import { CONFIGURATION } from './config-schema.js';
import { BadSettings, Refusal, type SettingProblem } from './setting-problem.js';
import { parseFullId } from './setting-values.js';

const TEXT_CHARACTERS_MAX = 65_536;
const ENTRIES_MAX = 100_000;
/** What XML cannot hold. */
// eslint-disable-next-line no-control-regex
const NOT_XML = /[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/;
/** Keys whose values are not shown in messages. */
const SECRETS = new Set(['apiKey', 'password', 'encryptionPassword']);

/** Throws BadSettings with all problems. */
export function configFromRequest(body: unknown): ConfigJson {
  const problems: SettingProblem[] = [];
  const config = new RequestReader(problems).object(CONFIGURATION, body, '', ['version']);
  const ids = new Set<JsonValue>();
  for (const { id } of (config['folders'] ?? []) as JsonObject[]) {
    const refuse = (expected: string): void => {
      problems.push({ source: 'request', item: 'folders.id', value: String(id), expected });
    };
    if (id === '') refuse('the ID of the folder');
    if (ids.has(id)) refuse('every folder ID once');
    ids.add(id);
  }
  if (problems.length > 0) throw new BadSettings(problems);
  return { ...(config as unknown as ConfigJson), version: 0 };
}

/** One object with keys of the schema, and everything that is wrong with it. */
export function checkedBySchema(
  schema: Schema,
  body: unknown,
): { json: JsonObject; problems: SettingProblem[] } {
  const problems: SettingProblem[] = [];
  const json = new RequestReader(problems).object(schema, body, '');
  return { json, problems };
}

class RequestReader {
  constructor(private readonly problems: SettingProblem[]) {}

  object(schema: Schema, body: unknown, path: string, others: readonly string[] = []): JsonObject {
    if (typeof body !== 'object' || body === null || Array.isArray(body)) {
      this.refuse(path || 'body', body, 'an object');
      return {};
    }
    const given = body as Record<string, unknown>;
    const known = new Set([...schema.map(({ key }) => key), ...others]);
    for (const key of Object.keys(given)) {
      if (!known.has(key)) this.refuse(below(path, key), given[key], 'a key that Syncthing has');
    }
    const object: JsonObject = {};
    for (const field of schema) {
      const stated = Object.hasOwn(given, field.key) ? given[field.key] : undefined;
      const value =
        stated === undefined || stated === null
          ? defaultOf(field)
          : this.value(field, stated, below(path, field.key));
      if (value !== undefined) object[field.key] = value;
    }
    return object;
  }

  private value(field: Field, value: unknown, path: string): JsonValue | undefined {
    switch (field.kind) {
      case 'object':
        return this.object(field.fields, value, path);
      case 'objects':
        return this.array(value, path).map((each, index) =>
          this.object(field.fields, each, `${path}[${nameOf(each, field.id) ?? index}]`),
        );
      case 'texts': {
        const texts = this.array(value, path).filter((each) => this.isText(each, path));
        return texts.length > 0 ? (texts as string[]) : [...field.value];
      }
      case 'map':
        return this.map(value, path);
      default:
        return this.scalar(field, value, path);
    }
  }

  private scalar(field: Field, value: unknown, path: string): JsonValue | undefined {
    switch (field.kind) {
      case 'boolean':
        return typeof value === 'boolean' ? value : this.refuse(path, value, 'true or false');
      case 'integer':
        if (!Number.isSafeInteger(value)) return this.refuse(path, value, 'a whole number');
        break;
      case 'number':
        if (!Number.isFinite(value)) return this.refuse(path, value, 'a number');
        break;
      case 'word': {
        if (value === '') return field.value;
        const isWord = field.words.some((word) => word === value);
        return isWord
          ? (value as string)
          : this.refuse(path, value, `one of ${field.words.join(', ')}`);
      }
      case 'deviceId': {
        if (value === '') return '';
        const id = typeof value === 'string' ? parseFullId(value) : new Refusal('a device ID');
        return id instanceof Refusal ? this.refuse(path, value, id.expected) : id;
      }
      default:
        return this.isText(value, path) ? value : undefined;
    }
    const { least, most } = field;
    const given = value as number;
    return Math.min(Math.max(given, least ?? given), most ?? given);
  }

  private map(value: unknown, path: string): JsonObject {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      this.refuse(path, value, 'an object of texts');
      return {};
    }
    const entries = Object.entries(value).filter(([key, text]) =>
      this.isText(text, below(path, key)),
    );
    return Object.fromEntries(entries) as JsonObject;
  }

  private array(value: unknown, path: string): unknown[] {
    if (Array.isArray(value) && value.length <= ENTRIES_MAX) return value as unknown[];
    this.refuse(path, Array.isArray(value) ? '' : value, `an array of at most ${ENTRIES_MAX}`);
    return [];
  }

  private isText(value: unknown, path: string): value is string {
    const isRight =
      typeof value === 'string' && value.length <= TEXT_CHARACTERS_MAX && !NOT_XML.test(value);
    if (!isRight) this.refuse(path, value, 'a text without control characters');
    return isRight;
  }

  private refuse(path: string, value: unknown, expected: string): undefined {
    const isSecret = SECRETS.has(path.slice(path.lastIndexOf('.') + 1));
    const shown = typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
    this.problems.push({
      source: 'request',
      item: path,
      value: isSecret ? '' : shown.slice(0, TEXT_CHARACTERS_MAX),
      expected,
    });
    return undefined;
  }
}

function below(path: string, key: string): string {
  return path === '' ? key : `${path}.${key}`;
}

function nameOf(value: unknown, key: string): string | undefined {
  const id = (value as Record<string, unknown> | null)?.[key];
  return typeof id === 'string' ? JSON.stringify(id) : undefined;
}
