/** The JSON of a config.xml, by the table of the schema. Pure. What cannot be used counts as absent: whoever reads the
 * settings from the same file names it. */
import { type ConfigJson, type JsonObject, type JsonValue } from './config-json.js';
import {
  defaultOf,
  type Field,
  type MapField,
  type ObjectsField,
  type Schema,
} from './config-field.js';
import { CONFIGURATION } from './config-schema.js';
import { Refusal } from './setting-problem.js';
import { parseFullId } from './setting-values.js';
import {
  attributeOf,
  elementsNamed,
  textOf,
  type XmlDocument,
  type XmlElement,
} from './xml-document.js';

/** From this schema version on a folder has a type, and from that one on a limit of conflict copies. */
export const VERSION_WITH_TYPE = 14;
const VERSION_WITH_MAX_CONFLICTS = 12;
const TRUE_WORDS = ['1', 't', 'true'];

export function configFromXml({ root }: XmlDocument): ConfigJson {
  const version = Number(attributeOf(root, 'version') ?? 0);
  const config = objectFromXml(CONFIGURATION, root) as unknown as ConfigJson;
  if (version < VERSION_WITH_TYPE) addFormerValues(config, root, version);
  return { ...config, version: Number.isSafeInteger(version) ? version : 0 };
}

/** Before the folders had a type, an attribute said read-only; earlier still, conflict copies were not limited. */
function addFormerValues(config: ConfigJson, root: XmlElement, version: number): void {
  const elements = elementsNamed(root, 'folder', 'repository');
  for (const [index, folder] of config.folders.entries()) {
    const isReadOnly = TRUE_WORDS.includes(attributeOf(elements[index], 'ro') ?? '');
    folder['type'] = isReadOnly ? 'sendonly' : 'sendreceive';
    if (version < VERSION_WITH_MAX_CONFLICTS) folder['maxConflicts'] = -1;
    folder['path'] ||= attributeOf(elements[index], 'directory') ?? '';
  }
}

export function objectFromXml(schema: Schema, element: XmlElement): JsonObject {
  const object: JsonObject = {};
  for (const field of schema) {
    const value = valueFromXml(field, element) ?? defaultOf(field);
    if (value !== undefined) object[field.key] = value;
  }
  return object;
}

/** The elements of a list of objects. */
export function elementsOf(field: ObjectsField, parent: XmlElement): XmlElement[] {
  const names = field.formerXml === undefined ? [field.xml] : [field.xml, field.formerXml];
  return elementsNamed(parent, ...names);
}

/** undefined where absent. */
function valueFromXml(field: Field, parent: XmlElement): JsonValue | undefined {
  if (field.kind === 'objects') {
    const objects = elementsOf(field, parent).map((each) => objectFromXml(field.fields, each));
    return objects.length > 0 ? objects : undefined;
  }
  if (field.kind === 'texts') {
    const texts = elementsNamed(parent, field.xml).map(textOf);
    const stated = texts.filter((text) => text !== '');
    return stated.length > 0 ? stated : undefined;
  }
  if (field.kind === 'object') {
    const element = elementsNamed(parent, field.xml).at(-1);
    return element === undefined ? undefined : objectFromXml(field.fields, element);
  }
  if (field.kind === 'map') return mapFromXml(field, parent);
  const text = textAt(field.xml, parent);
  return text === undefined ? undefined : scalarFromText(field, text.trim());
}

function mapFromXml(field: MapField, parent: XmlElement): JsonObject | undefined {
  const entries = elementsNamed(parent, field.xml).map((element) => [
    attributeOf(element, 'key') ?? '',
    attributeOf(element, 'val') ?? '',
  ]);
  return entries.length > 0 ? (Object.fromEntries(entries) as JsonObject) : undefined;
}

function textAt(xml: string, parent: XmlElement): string | undefined {
  if (xml === '#text') return textOf(parent) || undefined;
  if (xml.startsWith('@')) return attributeOf(parent, xml.slice(1));
  const element = elementsNamed(parent, xml).at(-1);
  return element === undefined ? undefined : textOf(element);
}

function scalarFromText(field: Field, text: string): JsonValue | undefined {
  switch (field.kind) {
    case 'boolean':
      return TRUE_WORDS.includes(text.toLowerCase());
    case 'integer':
    case 'number': {
      const value = Number(text);
      const isRight = field.kind === 'integer' ? Number.isSafeInteger(value) : isFinite(value);
      if (!isRight) return undefined;
      return Math.min(Math.max(value, field.least ?? value), field.most ?? value);
    }
    case 'word': {
      const word = field.aliases?.[text] ?? text;
      return field.words.includes(word) ? word : undefined;
    }
    case 'deviceId': {
      const id = text === '' ? '' : parseFullId(text);
      return id instanceof Refusal ? text : id;
    }
    default:
      return text;
  }
}
