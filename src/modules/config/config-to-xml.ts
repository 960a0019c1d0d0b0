/**
 * Writes what differs between two configurations into the tree of a config.xml; everything else, known or not, stays as
 * it was written. Pure but for the tree it is given.
 */
import { elementsOf, objectFromXml } from './config-from-xml.js';
import { type JsonObject, type JsonValue, sameJson } from './config-json.js';
import { defaultOf, type Field, type ObjectsField, type Schema } from './config-field.js';

import {
  appendIndented,
  elementsNamed,
  insertIndented,
  newElement,
  removeElement,
  setAttribute,
  setText,
  type XmlElement,
  type XmlNode,
  viewOf,
} from './xml-document.js';

/** `depth`: of the element, 0 for the root. `before`: what the element says; undefined for a new element. */
export function writeChanges(
  schema: Schema,
  element: XmlElement,
  before: JsonObject | undefined,
  after: JsonObject,
  depth: number,
): void {
  for (const field of schema) {
    const value = after[field.key] ?? defaultOf(field);
    if (value === undefined) continue;
    const former = before?.[field.key];
    if (before === undefined ? isLeftOut(field, value) : sameJson(former, value)) continue;
    writeField(field, element, former, value, depth);
  }
}

/** In a new element. */
function isLeftOut(field: Field, value: JsonValue): boolean {
  if (Array.isArray(value)) return value.length === 0;
  if (field.kind === 'map') return Object.keys(value as object).length === 0;
  return field.isOmitted === true && 'value' in field && field.value === value;
}

function writeField(
  field: Field,
  element: XmlElement,
  former: JsonValue | undefined,
  value: JsonValue,
  depth: number,
): void {
  switch (field.kind) {
    case 'objects':
      writeObjects(field, element, (former ?? []) as JsonObject[], value as JsonObject[], depth);
      break;
    case 'object': {
      const child = elementsNamed(element, field.xml).at(-1);
      const target = child ?? added(element, newElement(field.xml, {}), depth);
      // An element that is new has nothing yet of what it says.
      const said = child === undefined ? undefined : (former as JsonObject | undefined);
      writeChanges(field.fields, target, said, value as JsonObject, depth + 1);
      break;
    }
    case 'texts':
      replaceAll(
        element,
        field.xml,
        (value as string[]).map((text) => newElement(field.xml, { text })),
        depth,
      );
      break;
    case 'map': {
      const entries = Object.entries(value as Record<string, string>).toSorted();
      const nodes = entries.map(([key, val]) =>
        newElement(field.xml, { attributes: { key, val } }),
      );
      replaceAll(element, field.xml, nodes, depth);
      break;
    }
    default:
      writeScalar(field.xml, element, String(value), depth);
  }
}

function writeScalar(xml: string, element: XmlElement, text: string, depth: number): void {
  if (xml === '#text') return setText(element, text);
  if (xml.startsWith('@')) return setAttribute(element, xml.slice(1), text);
  const child = elementsNamed(element, xml).at(-1);
  if (child !== undefined) setText(child, text);
  else appendIndented(element, [newElement(xml, { text })], depth);
}

/** Appended; its view. */
function added(parent: XmlElement, node: XmlNode, depth: number): XmlElement {
  appendIndented(parent, [node], depth);
  return viewOf(node);
}

function replaceAll(
  parent: XmlElement,
  name: string,
  nodes: readonly XmlNode[],
  depth: number,
): void {
  const present = elementsNamed(parent, name);
  insertIndented(parent, present.at(-1), nodes, depth);
  for (const each of present) removeElement(parent, each);
}

function writeObjects(
  field: ObjectsField,
  parent: XmlElement,
  former: readonly JsonObject[],
  objects: readonly JsonObject[],
  depth: number,
): void {
  const elements = elementsOf(field, parent);
  const idIn = (element: XmlElement): JsonValue => objectFromXml(field.fields, element)[field.id];
  const wanted = new Set(objects.map((each) => each[field.id]));
  for (const element of elements) if (!wanted.has(idIn(element))) removeElement(parent, element);
  const kept = new Map<JsonValue | undefined, XmlElement>();
  for (const element of elementsOf(field, parent)) {
    if (!kept.has(idIn(element))) kept.set(idIn(element), element);
  }
  for (const object of objects) {
    const id = object[field.id];
    const element = kept.get(id);
    const said = former.find((each) => each[field.id] === id);
    if (element !== undefined) {
      writeChanges(field.fields, element, said ?? {}, object, depth + 1);
      continue;
    }
    // One that stock adds by itself, such as our own device, stays out of the file until something is said of it.
    if (said !== undefined && sameJson(said, object)) continue;
    const node = newElement(field.xml, {});
    insertIndented(parent, elementsOf(field, parent).at(-1), [node], depth);
    writeChanges(field.fields, viewOf(node), undefined, object, depth + 1);
  }
}
