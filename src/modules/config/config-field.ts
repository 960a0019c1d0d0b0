/** The kinds of keys that Syncthing's configuration has, and what each has where nothing states it. Pure. */
import { type JsonObject } from './config-json.js';

export interface Place {
  /** The JSON key. */
  readonly key: string;
  /** `@name` an attribute, `name` an element, `#text` the element's own text. */
  readonly xml: string;
  /** Known to 2.x and not to 1.19. */
  readonly isLater?: boolean;
  /** Not written where it is empty, as stock does. */
  readonly isOmitted?: boolean;
}

export interface TextField extends Place {
  readonly kind: 'text' | 'deviceId' | 'time';
  readonly value: string;
}
export interface WordField extends Place {
  readonly kind: 'word';
  readonly value: string;
  readonly words: readonly string[];
  /** Older spellings in files. */
  readonly aliases?: Readonly<Record<string, string>>;
}
export interface BooleanField extends Place {
  readonly kind: 'boolean';
  readonly value: boolean;
}
export interface NumberField extends Place {
  readonly kind: 'integer' | 'number';
  readonly value: number;
  readonly least?: number;
  readonly most?: number;
}
/** One element for each text. */
export interface TextsField extends Place {
  readonly kind: 'texts';
  readonly value: readonly string[];
}
/** One element with keys of its own. */
export interface ObjectField extends Place {
  readonly kind: 'object';
  readonly fields: Schema;
}
/** One element for each object; `id` is the key that tells them apart. */
export interface ObjectsField extends Place {
  readonly kind: 'objects';
  readonly fields: Schema;
  readonly id: string;
  /** Older names of the element. */
  readonly formerXml?: string;
}
/** `<param key="…" val="…">` for each entry. */
export interface MapField extends Place {
  readonly kind: 'map';
}

export type Field =
  | TextField
  | WordField
  | BooleanField
  | NumberField
  | TextsField
  | ObjectField
  | ObjectsField
  | MapField;
export type Schema = readonly Field[];

/** What a key has where nothing states it; undefined where it is left out then. */
export function defaultOf(field: Field): JsonObject[string] | undefined {
  if (field.isLater === true) return undefined;
  switch (field.kind) {
    case 'texts':
      return [...field.value];
    case 'objects':
      return [];
    case 'map':
      return {};
    case 'object':
      return defaultsOf(field.fields);
    default:
      return field.value;
  }
}

export function defaultsOf(schema: Schema): JsonObject {
  const object: JsonObject = {};
  for (const field of schema) {
    const value = defaultOf(field);
    if (value !== undefined) object[field.key] = value;
  }
  return object;
}
