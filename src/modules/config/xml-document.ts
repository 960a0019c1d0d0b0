/**
 * An XML document as a tree that keeps what it was read from: order, comments, unknown elements and attributes.
 * Text stays encoded as written and is decoded when a value is read. No document types, hence no entities of its own.
 */
import { XMLBuilder, XMLParser, XMLValidator } from 'fast-xml-parser';
import { messageOf, SyncError } from '../../domain/errors.js';

/** Far above any real configuration: thousands of folders and devices. */
export const XML_BYTES_MAX = 16 * 1024 * 1024;
const NESTED_ELEMENTS_MAX = 50;

const ATTRIBUTES = ':@';
const TEXT = '#text';
const COMMENT = '#comment';
const CDATA = '#cdata';
const KEEP_AS_WRITTEN = {
  preserveOrder: true,
  ignoreAttributes: false,
  attributeNamePrefix: '',
  processEntities: false,
  commentPropName: COMMENT,
  cdataPropName: CDATA,
} as const;

/** One key is the name (an element, #text, #comment, #cdata, ?xml), `:@` are the attributes. */
export type XmlNode = Record<string, unknown>;

/** A view of one element in the tree; changing attributes or children changes the document. */
export interface XmlElement {
  readonly name: string;
  readonly attributes: Record<string, string>;
  readonly children: XmlNode[];
}

export interface XmlDocument {
  readonly nodes: XmlNode[];
  readonly root: XmlElement;
}

/** Throws SyncError 'config' for what is no well-formed XML, is too big, or declares a document type. */
export function parseXml(text: string): XmlDocument {
  if (Buffer.byteLength(text) > XML_BYTES_MAX) {
    throw new SyncError('config', `at most ${XML_BYTES_MAX} bytes`);
  }
  if (/<!(?:DOCTYPE|ENTITY)/i.test(text)) {
    throw new SyncError('config', 'XML without a DOCTYPE or entity declarations');
  }
  const body = text.replace(/^\uFEFF/, '');
  const verdict = XMLValidator.validate(body);
  if (verdict !== true) {
    const { msg, line } = verdict.err;
    throw new SyncError('config', `well-formed XML (line ${line}: ${msg})`);
  }
  const nodes = parseNodes(body);
  const roots = nodes.map(asElement).filter((element) => element !== undefined);
  if (roots.length !== 1) throw new SyncError('config', 'XML with exactly one root element');
  return { nodes, root: roots[0] };
}

/** A new document with that root. */
export function documentOf(root: XmlNode): XmlDocument {
  return { nodes: [root], root: asElement(root)! };
}

function parseNodes(text: string): XmlNode[] {
  const parser = new XMLParser({
    ...KEEP_AS_WRITTEN,
    parseTagValue: false,
    parseAttributeValue: false,
    trimValues: false,
    maxNestedTags: NESTED_ELEMENTS_MAX,
  });
  try {
    return parser.parse(text) as XmlNode[];
  } catch (error) {
    throw new SyncError('config', `well-formed XML (${messageOf(error)})`, false, { cause: error });
  }
}

export function serializeXml({ nodes }: XmlDocument): string {
  const builder = new XMLBuilder({ ...KEEP_AS_WRITTEN, suppressEmptyNode: false, format: false });
  return `${builder.build(nodes).trimEnd()}\n`;
}

function asElement(node: XmlNode): XmlElement | undefined {
  const name = Object.keys(node).find((key) => key !== ATTRIBUTES) ?? TEXT;
  if (name.startsWith('#') || name.startsWith('?')) return undefined;
  node[ATTRIBUTES] ??= {};
  return {
    name,
    attributes: node[ATTRIBUTES] as Record<string, string>,
    children: node[name] as XmlNode[],
  };
}

/** The elements directly below that have one of the names, in order. */
export function elementsNamed(parent: XmlElement, ...names: readonly string[]): XmlElement[] {
  return parent.children.flatMap((node) => {
    const element = asElement(node);
    return element !== undefined && names.includes(element.name) ? [element] : [];
  });
}

/** Decoded; undefined where absent. */
export function attributeOf(element: XmlElement, name: string): string | undefined {
  const raw = Object.hasOwn(element.attributes, name) ? element.attributes[name] : undefined;
  return raw === undefined ? undefined : decodeText(raw);
}

/** The element's own text, decoded, without comments and without the blanks around it. */
export function textOf(element: XmlElement): string {
  return element.children
    .map((node) => {
      if (TEXT in node) return decodeText(String(node[TEXT]));
      const raw = CDATA in node ? (node[CDATA] as XmlNode[]) : [];
      return raw.map((part) => String(part[TEXT])).join('');
    })
    .join('')
    .trim();
}

export interface NewElement {
  readonly attributes?: Readonly<Record<string, string>>;
  readonly text?: string;
  readonly children?: readonly XmlNode[];
}

/** A node for an element, its values encoded. */
export function newElement(name: string, { attributes, text, children }: NewElement): XmlNode {
  const encoded = Object.entries(attributes ?? {}).map(([key, value]) => [key, encodeText(value)]);
  const content = text === undefined ? [] : [{ [TEXT]: encodeText(text) }];
  return {
    [name]: [...content, ...(children ?? [])],
    ...(encoded.length > 0 ? { [ATTRIBUTES]: Object.fromEntries(encoded) as object } : {}),
  };
}

const INDENT = '    ';

/** Appends elements, each on its own line, depth levels below the root's children. */
export function appendIndented(parent: XmlElement, added: readonly XmlNode[], depth: number): void {
  const last = parent.children.at(-1);
  if (last !== undefined && TEXT in last && String(last[TEXT]).trim() === '') parent.children.pop();
  for (const node of added) {
    parent.children.push({ [TEXT]: `\n${INDENT.repeat(depth + 1)}` }, node);
  }
  parent.children.push({ [TEXT]: `\n${INDENT.repeat(depth)}` });
}

/** Inserts elements after one of the parent's children, as the last ones where there is none. */
export function insertIndented(
  parent: XmlElement,
  after: XmlElement | undefined,
  added: readonly XmlNode[],
  depth: number,
): void {
  if (after === undefined) {
    if (added.length > 0) appendIndented(parent, added, depth);
    return;
  }
  const nodes = added.flatMap((node) => [{ [TEXT]: `\n${INDENT.repeat(depth + 1)}` }, node]);
  parent.children.splice(indexOf(parent, after) + 1, 0, ...nodes);
}

/** Takes an element out, and the blanks before it. */
export function removeElement(parent: XmlElement, element: XmlElement): void {
  const index = indexOf(parent, element);
  const before = parent.children.at(index - 1);
  const isBlank = index > 0 && TEXT in before! && String(before[TEXT]).trim() === '';
  parent.children.splice(isBlank ? index - 1 : index, isBlank ? 2 : 1);
}

export function setAttribute(element: XmlElement, name: string, value: string): void {
  element.attributes[name] = encodeText(value);
}

/** Replaces the element's own text; elements and comments in it stay. */
export function setText({ children }: XmlElement, text: string): void {
  const others = children.filter((node) => !(TEXT in node) && !(CDATA in node));
  children.splice(0, children.length, { [TEXT]: encodeText(text) }, ...others);
}

/** The view of a node that is an element. */
export function viewOf(node: XmlNode): XmlElement {
  return asElement(node)!;
}

function indexOf(parent: XmlElement, element: XmlElement): number {
  return parent.children.findIndex((node) => node[element.name] === element.children);
}

/** A node whose children stand on lines of their own. */
export function indentedElement(
  name: string,
  attributes: Readonly<Record<string, string>>,
  children: readonly XmlNode[],
  depth: number,
): XmlNode {
  const node = newElement(name, { attributes });
  const element = asElement(node);
  if (element !== undefined && children.length > 0) appendIndented(element, children, depth);
  return node;
}

const NAMED_ENTITIES: Readonly<Record<string, string>> = {
  lt: '<',
  gt: '>',
  amp: '&',
  quot: '"',
  apos: "'",
};
const CODE_POINT_MAX = 0x10ffff;

function decodeText(raw: string): string {
  return raw.replace(/&(?:#(\d{1,7})|#x([0-9a-fA-F]{1,6})|(\w+));/g, (whole, dec, hex, name) => {
    if (name !== undefined) return NAMED_ENTITIES[name as string] ?? whole;
    const code = dec !== undefined ? Number(dec) : parseInt(hex as string, 16);
    return code <= CODE_POINT_MAX ? String.fromCodePoint(code) : whole;
  });
}

function encodeText(text: string): string {
  return text.replace(/[&<>"\t\n\r]/g, (character) => `&#${character.codePointAt(0)};`);
}
