/** Reads the values of one element and names its path where a value cannot be used. */
import { type Schema } from './config-field.js';
import { objectFromXml } from './config-from-xml.js';
import { type JsonObject } from './config-json.js';
import { type XmlElement, attributeOf, elementsNamed, textOf } from './xml-document.js';
import { Refusal, type SettingProblem, type ValueParser } from './setting-problem.js';
import { parseInteger } from './setting-values.js';

const TRUE_WORDS = ['1', 't', 'T', 'true', 'TRUE', 'True'];
const FALSE_WORDS = ['', '0', 'f', 'F', 'false', 'FALSE', 'False'];

export class ElementReader {
  constructor(
    private readonly element: XmlElement,
    private readonly path: string,
    private readonly problems: SettingProblem[],
  ) {}

  get name(): string {
    return this.element.name;
  }

  refuse(item: string, value: string, expected: string): void {
    const at = item === '' ? this.path : `${this.path}/${item}`;
    this.problems.push({ source: 'config.xml', item: at, value, expected });
  }

  /** The elements of these names directly below; an ID makes their paths readable. */
  all(...names: readonly string[]): ElementReader[] {
    return elementsNamed(this.element, ...names).map((element) => {
      const id = attributeOf(element, 'id');
      const label = id === undefined ? element.name : `${element.name}[@id=${JSON.stringify(id)}]`;
      return new ElementReader(element, `${this.path}/${label}`, this.problems);
    });
  }

  /** The last of that name, which is the one that stock goes by. */
  child(name: string): ElementReader | undefined {
    return this.all(name).at(-1);
  }

  text(): string {
    return textOf(this.element);
  }

  childText(name: string): string | undefined {
    return this.child(name)?.text();
  }

  attribute(name: string): string | undefined {
    return attributeOf(this.element, name);
  }

  /** What the element says by the schema's table; what cannot be used there has its default. */
  json(schema: Schema): JsonObject {
    return objectFromXml(schema, this.element);
  }

  /** This element's text; undefined, with the problem noted, where it cannot be used. */
  parsed<T>(parse: ValueParser<T>): T | undefined {
    const value = parse(this.text());
    if (!(value instanceof Refusal)) return value;
    this.refuse('', this.text(), value.expected);
    return undefined;
  }

  /** `name` of an element, `@name` of an attribute. Empty means false, as stock reads it. */
  boolean(item: string): boolean | undefined {
    return this.value(item, (text) => {
      if (TRUE_WORDS.includes(text)) return true;
      return FALSE_WORDS.includes(text) ? false : new Refusal('true or false');
    });
  }

  /** `name` of an element, `@name` of an attribute. Empty means 0, as stock reads it. */
  integer(item: string): number | undefined {
    return this.value(item, (text) => (text === '' ? 0 : parseInteger(text)));
  }

  value<T>(item: string, parse: ValueParser<T>): T | undefined {
    const text = item.startsWith('@') ? this.attribute(item.slice(1)) : this.childText(item);
    if (text === undefined) return undefined;
    const value = parse(text.trim());
    if (!(value instanceof Refusal)) return value;
    this.refuse(item, text, value.expected);
    return undefined;
  }
}
