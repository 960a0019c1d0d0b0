import { readFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  attributeOf,
  elementsNamed,
  newElement,
  parseXml,
  serializeXml,
  textOf,
  documentOf,
} from './xml-document.js';

const name = fc.stringMatching(/^[a-z][A-Za-z0-9]{0,8}$/).filter((text) => !(text in {}));
/** Text as it may stand in a document: encoded, with any of the characters of names and paths. */
const content = fc
  .string({ unit: 'grapheme', maxLength: 12 })
  // eslint-disable-next-line no-control-regex
  .map((text) => text.replace(/[&<>"'\u0000-\u001f\ufffe\uffff]/g, '.'))
  .chain((text) => fc.constantFrom(text, `${text}&amp;`, `&#34;${text}`, `&#xA;${text}`));

const element: fc.Memo<string> = fc.memo((depth) =>
  fc
    .record({
      name,
      attributes: fc.dictionary(name, content, { maxKeys: 3 }),
      children: fc.array(
        depth <= 1
          ? content
          : fc.oneof(
              content,
              element(depth - 1),
              fc.constantFrom('<!-- a note -->', '\n    ', '<![CDATA[<raw> & text]]>'),
            ),
        { maxLength: 4 },
      ),
    })
    .map(({ name: tag, attributes, children }) => {
      const written = Object.entries(attributes).map(([key, value]) => ` ${key}="${value}"`);
      return `<${tag}${written.join('')}>${children.join('')}</${tag}>`;
    }),
);

it('writes every document as it was read: order, comments, text, unknown parts', () => {
  fc.assert(
    fc.property(element(4), (root) => {
      expect(serializeXml(parseXml(root))).toBe(`${root}\n`);
    }),
  );
});

it('keeps a configuration with parts unknown to us to the letter', () => {
  const text = readFileSync('testdata/config/with-unknown-parts.xml', 'utf8');
  expect(serializeXml(parseXml(text)).replace(/-->\s*</, '--><')).toBe(
    text.replace(/-->\s*</, '--><'),
  );
});

it('reads back every value that it writes', () => {
  // eslint-disable-next-line no-control-regex
  const usable = fc.string({ unit: 'grapheme' }).filter((text) => !/[\u0000-\u001f]/.test(text));
  fc.assert(
    fc.property(usable, (value) => {
      const document = documentOf(newElement('a', { attributes: { v: value }, text: value }));
      const { root } = parseXml(serializeXml(document));
      expect(attributeOf(root, 'v')).toBe(value);
      expect(textOf(root)).toBe(value.trim());
    }),
  );
});

it('finds the elements of a name in order, and nothing that an object has by itself', () => {
  const { root } = parseXml('<r><a i="1"/><b/><a i="2"/></r>');
  expect(elementsNamed(root, 'a').map((each) => attributeOf(each, 'i'))).toEqual(['1', '2']);
  expect(attributeOf(root, 'toString')).toBeUndefined();
});
