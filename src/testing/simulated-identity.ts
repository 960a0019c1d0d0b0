/** Who a simulated node is: a certificate that follows from a name, without a key and without a home on disk. */
import { createHash } from 'node:crypto';
import { deviceIdFromCertificate, shortId } from '../domain/device-id.js';
import { CertService } from '../modules/cert/cert.service.js';
import { type Identity } from '../modules/cert/identity.js';
import { type Clock } from '../platform/clock.js';

/** A self-signed certificate as nodes make them; all have it, with a serial number of their own. */
const CERTIFICATE = Buffer.from(
  'MIIBnzCCAVGgAwIBAgIIaXBDPKKLTvswBQYDK2VwMEoxEjAQBgNVBAoTCVN5bmN0aGluZzEgMB4GA1UECxMXQXV0' +
    'b21hdGljYWxseSBHZW5lcmF0ZWQxEjAQBgNVBAMTCXN5bmN0aGluZzAeFw0yNDAxMDEwMDAwMDBaFw00MzEyMjcw' +
    'MDAwMDBaMEoxEjAQBgNVBAoTCVN5bmN0aGluZzEgMB4GA1UECxMXQXV0b21hdGljYWxseSBHZW5lcmF0ZWQxEjAQ' +
    'BgNVBAMTCXN5bmN0aGluZzAqMAUGAytlcAMhALCiGzjHZwjCqlcX5y5gngZQgMMHwyUIcoVQyPpJuBsTo1UwUzAO' +
    'BgNVHQ8BAf8EBAMCBaAwHQYDVR0lBBYwFAYIKwYBBQUHAwEGCCsGAQUFBwMCMAwGA1UdEwEB/wQCMAAwFAYDVR0R' +
    'BA0wC4IJc3luY3RoaW5nMAUGAytlcANBAHLhqm6yCLHk7CM5cRxJqGXuPwjDlQl9T2wd2XN+oHBjHf+yuoSeyfFc' +
    'qWvvvOUAfMj9dnW4F2xmw7B0/SwGWw8=',
  'base64',
);
const SERIAL_AT = 15;
const SERIAL_BYTES = 8;
const POSITIVE = 0x7f;

export function simulatedIdentity(name: string): Identity {
  const certDer = new Uint8Array(CERTIFICATE);
  const serial = createHash('sha256').update(name).digest().subarray(0, SERIAL_BYTES);
  // Between 0x40 and 0x7f: as long as written, and positive.
  serial[0] = (serial[0]! & POSITIVE) | 0x40;
  certDer.set(serial, SERIAL_AT);
  const deviceId = deviceIdFromCertificate(certDer);
  return { deviceId, shortId: shortId(deviceId), certPem: '', keyPem: '', certDer };
}

/** Stands for the home: knows whether an index was ever made with this identity. */
export class SimulatedCertificate extends CertService {
  private hadIndex = false;

  constructor(
    private readonly own: Identity,
    clock: Clock,
  ) {
    super('', clock);
  }

  override loadOrCreate(): Promise<Identity> {
    return Promise.resolve(this.own);
  }

  override isFirstIndex(): Promise<boolean> {
    return Promise.resolve(!this.hadIndex);
  }

  override firstIndexMade(): Promise<void> {
    this.hadIndex = true;
    return Promise.resolve();
  }

  override get deviceId(): string {
    return this.own.deviceId;
  }

  override get shortId(): bigint {
    return this.own.shortId;
  }

  override get certPem(): string {
    return this.own.certPem;
  }

  override get keyPem(): string {
    return this.own.keyPem;
  }

  override get certDer(): Uint8Array {
    return this.own.certDer;
  }
}
