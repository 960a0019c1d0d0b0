/** Who this node is: the device ID that follows from the certificate, and the pair that proves it. Pure. */
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { createSecureContext } from 'node:tls';
import { deviceIdFromCertificate, shortId } from '../../domain/device-id.js';
import { messageOf, SyncError } from '../../domain/errors.js';
import { type DeviceId } from '../../domain/wire-terms.js';

export interface Identity {
  readonly deviceId: DeviceId;
  readonly shortId: bigint;
  readonly certPem: string;
  readonly keyPem: string;
  readonly certDer: Uint8Array;
}

/** DER of the first certificate in a PEM text, the one that stands for the device. Throws SyncError 'corrupt'. */
export function certificateDer(certPem: string): Uint8Array {
  const block = /-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/.exec(certPem)?.[0];
  if (block === undefined) throw new SyncError('corrupt', 'it holds no CERTIFICATE block');
  try {
    return new Uint8Array(new X509Certificate(block).raw);
  } catch (error) {
    throw new SyncError('corrupt', messageOf(error), false, { cause: error });
  }
}

/**
 * Any pair of Syncthing: ECDSA, RSA or Ed25519; the key as PKCS #8, SEC 1 or PKCS #1. Throws SyncError 'corrupt' that
 * names the file at fault, also when the two do not belong together or TLS cannot use them.
 */
export function readIdentity(certPem: string, keyPem: string): Identity {
  const certDer = inFile('cert.pem', () => certificateDer(certPem));
  const key = inFile('key.pem', () => {
    const block = /-----BEGIN ((?:[A-Z]+ )?PRIVATE KEY)-----[^]*?-----END \1-----/.exec(
      keyPem,
    )?.[0];
    if (block === undefined) throw new SyncError('corrupt', 'it holds no PRIVATE KEY block');
    if (/ENCRYPTED/.test(block)) throw new SyncError('corrupt', 'the key is encrypted');
    return { block, object: createPrivateKey(block) };
  });
  if (!new X509Certificate(certDer).checkPrivateKey(key.object)) {
    throw new SyncError('corrupt', 'cert.pem and key.pem do not belong together');
  }
  // Without the authorities of the world, which nobody asks here: to read them takes longer than all the rest.
  inFile('cert.pem', () => createSecureContext({ cert: certPem, key: key.block, ca: [] }));
  const deviceId = deviceIdFromCertificate(certDer);
  return { deviceId, shortId: shortId(deviceId), certPem, keyPem: key.block, certDer };
}

function inFile<T>(file: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new SyncError('corrupt', `${file}: ${messageOf(error)}`, false, { cause: error });
  }
}
