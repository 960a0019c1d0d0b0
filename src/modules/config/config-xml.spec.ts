import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { addGuiApiKey, newConfigXml } from './config-xml-new.js';
import { type ConfigXml, readConfigXml } from './config-xml.js';
import { parseXml, serializeXml, XML_BYTES_MAX } from './xml-document.js';

const ids = JSON.parse(readFileSync('testdata/certs/device-ids.json', 'utf8')) as Record<
  string,
  string
>;
const own = ids['ecdsa-sec1'];
const other = ids['ed25519'];
const third = ids['rsa-pkcs1'];
const context = { userHome: '/home/u', workingDirectory: '/w', ownId: own };

function read(text: string): ConfigXml['settings'] {
  return readConfigXml(text, context).settings;
}

function folderWith(content: string, attributes = '', version = 37): string {
  return (
    `<configuration version="${version}"><device id="${other}"/><device id="${third}"/>` +
    `<folder id="f" path="/f" ${attributes}>${content}</folder></configuration>`
  );
}

describe('a config.xml', () => {
  it('gives folders, devices and options, our own entry being our name', () => {
    const settings = read(readFileSync('testdata/config/with-unknown-parts.xml', 'utf8'));
    expect(settings.problems).toEqual([]);
    expect(settings.values).toMatchObject({
      deviceName: 'here',
      listenAddresses: ['tcp://0.0.0.0:23000', 'tcp://[::]:23000'],
      guiAddress: '127.0.0.1:8384',
      guiBlockedBy: '',
    });
    expect(settings.folders).toMatchObject([
      {
        id: 'f"1"',
        label: 'A & B',
        path: '/home/u/a\tb',
        rescanIntervalS: 120,
        maxConflicts: 3,
        devices: [other],
        isNamedByUser: true,
        blockedBy: '',
      },
    ]);
    expect(settings.devices).toEqual([
      {
        id: other,
        fingerprint: '',
        name: 'there',
        addresses: ['tcp://192.0.2.7:22000'],
        compression: 'always',
        certName: '',
        paused: true,
        maxSendKbps: 0,
        maxRecvKbps: 0,
        allowedNetworks: [],
        blockedBy: '',
        source: 'config.xml',
      },
    ]);
  });

  it.each([
    ['a read-only attribute before version 14', folderWith('', 'ro="true"', 13), 'sendonly'],
    ['a read-only attribute that a type has replaced', folderWith('', 'ro="true"'), 'sendreceive'],
    ['the old word for send-only', folderWith('', 'type="readonly"'), 'sendonly'],
    ['receive-only', folderWith('', 'type="receiveonly"'), 'receiveonly'],
    ['the old word for both', folderWith('', 'type="readwrite"'), 'sendreceive'],
  ])('reads %s', (_what, text, type) => {
    expect(read(text)).toMatchObject({ problems: [], folders: [{ type }] });
  });

  it('reads the words of the first versions: repository, node, directory', () => {
    const text =
      `<configuration version="1"><node id="${other}" name="n"><address>192.0.2.1:1</address></node>` +
      `<repository id="r" directory="/r"><node id="${other}"/></repository></configuration>`;
    expect(read(text)).toMatchObject({
      problems: [],
      devices: [{ id: other, addresses: ['tcp://192.0.2.1:1'] }],
      folders: [{ id: 'r', path: '/r', devices: [other], maxConflicts: -1 }],
    });
  });

  it.each([
    [
      'an encryption password',
      folderWith(`<device id="${other}"><encryptionPassword>p</encryptionPassword></device>`),
      `the encryption password for device ${other.slice(0, 7)}`,
    ],
    ['receive-encrypted', folderWith('', 'type="receiveencrypted"'), 'the type receiveencrypted'],
  ])('does not run a folder with %s, and says why', (_what, text, reason) => {
    const { problems, folders } = read(text);
    expect(problems).toEqual([]);
    expect(folders[0].blockedBy).toContain(reason);
  });

  it.each([['the mark untrusted', '<untrusted>true</untrusted>', 'the mark untrusted']])(
    'does not connect a device with %s, and says why',
    (_what, content, reason) => {
      const text = `<configuration version="37"><device id="${other}">${content}</device></configuration>`;
      expect(read(text).devices[0].blockedBy).toContain(reason);
    },
  );

  it.each([
    [
      '21030',
      '[ff12::99]:21031',
      { localDiscoveryPort: 21030, multicastAddress: '[ff12::99]:21031' },
    ],
    // What older versions wrote by themselves stands for today's.
    [
      '21025',
      '[ff32::5222]:21026',
      { localDiscoveryPort: 21027, multicastAddress: '[ff12::8384]:21027' },
    ],
  ])('says where discovery on the LAN is: %s and %s', (port, group, expected) => {
    const options = `<localAnnouncePort>${port}</localAnnouncePort><localAnnounceMCAddr>${group}</localAnnounceMCAddr>`;
    const settings = read(
      `<configuration version="37"><options>${options}</options></configuration>`,
    );
    expect(settings.problems).toEqual([]);
    expect(settings.values).toMatchObject(expected);
  });

  it.each(['[2001:db8::1]:21027', 'ff12::8384', '[ff12::8384]:0'])(
    'refuses %s as the group of discovery on the LAN',
    (group) => {
      const { problems } = read(
        `<configuration version="37"><options><localAnnounceMCAddr>${group}</localAnnounceMCAddr></options></configuration>`,
      );
      expect(problems.map(({ item }) => item)).toEqual([
        'configuration/options/localAnnounceMCAddr',
      ]);
    },
  );

  it('blocks the GUI for a login by LDAP and for a password that is no hash', () => {
    const gui = '<gui><authMode>ldap</authMode><user>u</user><password>x</password></gui>';
    const { guiBlockedBy } = read(`<configuration version="37">${gui}</configuration>`).values;
    expect(guiBlockedBy).toContain('LDAP login');
    expect(guiBlockedBy).toContain('password of the GUI');
  });

  it('names every value that cannot be used, by its path', () => {
    const text =
      `<configuration version="37"><device id="AAAA"/><device id="${other}" compression="zip">` +
      '<address>fe80::1</address></device><folder id="f" rescanIntervalS="soon" type="both">' +
      '<paused>maybe</paused></folder><folder id="f" path="/f"/><options>' +
      '<listenAddress>somewhere else</listenAddress></options></configuration>';
    const items = read(text).problems.map(({ item, value }) => [item, value]);
    expect(items).toEqual([
      ['configuration/options/listenAddress', 'somewhere else'],
      ['configuration/device[@id="AAAA"]/@id', 'AAAA'],
      [`configuration/device[@id="${other}"]/@compression`, 'zip'],
      [`configuration/device[@id="${other}"]/address`, 'fe80::1'],
      ['configuration/folder[@id="f"]/@path', ''],
      ['configuration/folder[@id="f"]/@type', 'both'],
      ['configuration/folder[@id="f"]/@rescanIntervalS', 'soon'],
      ['configuration/folder[@id="f"]/paused', 'maybe'],
    ]);
  });

  it.each([
    ['a document type', '<!DOCTYPE x [<!ENTITY a "b">]><configuration>&a;</configuration>'],
    ['no XML', 'home = /x'],
    ['an unclosed element', '<configuration><folder></configuration>'],
    ['another root', '<config/>'],
    [
      'too much nesting',
      `<configuration>${'<a>'.repeat(200)}${'</a>'.repeat(200)}</configuration>`,
    ],
    ['too many bytes', `<configuration>${' '.repeat(XML_BYTES_MAX)}</configuration>`],
  ])('refuses %s as a whole', (_what, text) => {
    const { settings, document } = readConfigXml(text, context);
    expect(settings.problems).toHaveLength(1);
    if (settings.problems[0].item === 'document') expect(document).toBeUndefined();
  });

  it('does not take the default folder that the node wrote for one that the user named', () => {
    const config = { ownId: own, deviceName: 'n', guiApiKey: 'k', hasFirstFolder: true };
    const text = serializeXml(newConfigXml(config));
    const settings = read(text);
    expect(settings.problems).toEqual([]);
    expect(settings.folders).toMatchObject([
      { id: 'default', path: '/home/u/Sync', devices: [], isNamedByUser: false },
    ]);
    expect(settings.folders[0].rescanIntervalS).toBeUndefined();
    expect(settings.values).toMatchObject({ deviceName: 'n', guiApiKey: 'k' });
    expect(text).toMatch(/^<configuration version="37">/);
  });

  it('gets a key for the HTTP side once, everything else staying as it is', () => {
    const before = readFileSync('testdata/config/with-unknown-parts.xml', 'utf8');
    const document = parseXml(before);
    expect(addGuiApiKey(document, 'secret')).toBe(true);
    expect(addGuiApiKey(document, 'another')).toBe(false);
    const after = serializeXml(document);
    expect(after.replace(/\s*<apikey>secret<\/apikey>\s*/, '').replace(/\s+/g, '')).toBe(
      before.replace(/\s+/g, ''),
    );
    expect(read(after).values.guiApiKey).toBe('secret');
  });
});
