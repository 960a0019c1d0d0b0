/**
 * Makes the certificate of a new device, of the kind that today's Syncthing makes: Ed25519, self-signed, with the name
 * that peers insist on both as common name and as alternative name.
 */
import { randomBytes, webcrypto } from 'node:crypto';

/** The certificate name that devices of the Syncthing network expect. */
export const CERTIFICATE_NAME = 'syncthing';
const SUBJECT = `O=Syncthing, OU=Automatically Generated, CN=${CERTIFICATE_NAME}`;
const LIFETIME_DAYS = 20 * 365;
const DAY_MS = 24 * 60 * 60 * 1000;
const SERIAL_BYTES = 8;

export interface CertificatePair {
  readonly certPem: string;
  /** PKCS #8. */
  readonly keyPem: string;
}

export async function makeCertificate(nowMs: number): Promise<CertificatePair> {
  // Loaded only here: a node makes a certificate once in its life, and this takes a quarter of a second.
  await import('reflect-metadata');
  const x509 = await import('@peculiar/x509');
  const algorithm = { name: 'Ed25519' };
  const keys = (await webcrypto.subtle.generateKey(algorithm, true, [
    'sign',
    'verify',
  ])) as webcrypto.CryptoKeyPair;
  const notBeforeMs = nowMs - (nowMs % DAY_MS);
  const serial = randomBytes(SERIAL_BYTES);
  serial[0] &= 0x7f; // A serial number is positive.
  serial[0] |= 0x01;
  const certificate = await x509.X509CertificateGenerator.createSelfSigned(
    {
      serialNumber: serial.toString('hex'),
      name: SUBJECT,
      notBefore: new Date(notBeforeMs),
      notAfter: new Date(notBeforeMs + LIFETIME_DAYS * DAY_MS),
      signingAlgorithm: algorithm,
      keys,
      extensions: [
        new x509.KeyUsagesExtension(
          x509.KeyUsageFlags.digitalSignature | x509.KeyUsageFlags.keyEncipherment,
          true,
        ),
        new x509.ExtendedKeyUsageExtension([
          x509.ExtendedKeyUsage.serverAuth,
          x509.ExtendedKeyUsage.clientAuth,
        ]),
        new x509.BasicConstraintsExtension(false, undefined, true),
        new x509.SubjectAlternativeNameExtension([{ type: 'dns', value: CERTIFICATE_NAME }]),
      ],
    },
    webcrypto,
  );
  const pkcs8 = await webcrypto.subtle.exportKey('pkcs8', keys.privateKey);
  return {
    certPem: `${certificate.toString('pem')}\n`,
    keyPem: toPem('PRIVATE KEY', Buffer.from(pkcs8)),
  };
}

function toPem(label: string, der: Buffer): string {
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ''].join('\n');
}
