/** Certificates for tests that need the keys of several devices: self-signed, P-384, as the network makes them. */
import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';

export interface TestCertificate {
  readonly certPem: string;
  readonly keyPem: string;
  readonly der: Uint8Array;
}

const KEY = { name: 'ECDSA', namedCurve: 'P-384', hash: 'SHA-384' } as const;

export async function testCertificate(name = 'syncthing'): Promise<TestCertificate> {
  const keys = await webcrypto.subtle.generateKey(KEY, true, ['sign', 'verify']);
  const request = {
    name: `CN=${name}`,
    keys,
    signingAlgorithm: KEY,
    notBefore: new Date('2020-01-01'),
    notAfter: new Date('2049-01-01'),
    extensions: [new x509.SubjectAlternativeNameExtension([{ type: 'dns', value: name }])],
  };
  const certificate = await x509.X509CertificateGenerator.createSelfSigned(request, webcrypto);
  const key = await webcrypto.subtle.exportKey('pkcs8', keys.privateKey);
  return {
    certPem: certificate.toString('pem'),
    keyPem: x509.PemConverter.encode(key, 'PRIVATE KEY'),
    der: new Uint8Array(certificate.rawData),
  };
}
