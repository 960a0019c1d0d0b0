/** This node's identity, for everybody, and whether an index of it may have existed before. */
import { Injectable } from '@nestjs/common';
import { SyncError } from '../../domain/errors.js';
import { type DeviceId } from '../../domain/wire-terms.js';
import { type Clock } from '../../platform/clock.js';
import { type Identity } from './identity.js';
import { forgetFirstIndex, hasFirstIndex, loadOrCreateIdentity } from './identity-files.js';

@Injectable()
export class CertService implements Identity {
  private identity: Identity | undefined;

  constructor(
    private readonly home: string,
    private readonly clock: Clock,
  ) {}

  /** The pair of the home, made when there is none. Throws SyncError 'corrupt' when it is damaged. */
  async loadOrCreate(): Promise<Identity> {
    this.identity ??= await loadOrCreateIdentity(this.home, this.clock);
    return this.identity;
  }

  /** True from when the certificate was made until its first index database was. */
  isFirstIndex(): Promise<boolean> {
    return hasFirstIndex(this.home);
  }

  /** The index database was made and knows who counts in it. */
  firstIndexMade(): Promise<void> {
    return forgetFirstIndex(this.home);
  }

  get deviceId(): DeviceId {
    return this.loaded.deviceId;
  }

  get shortId(): bigint {
    return this.loaded.shortId;
  }

  /** As in cert.pem. */
  get certPem(): string {
    return this.loaded.certPem;
  }

  /** The private key of key.pem, as PKCS #8, SEC 1 or PKCS #1. */
  get keyPem(): string {
    return this.loaded.keyPem;
  }

  get certDer(): Uint8Array {
    return this.loaded.certDer;
  }

  private get loaded(): Identity {
    if (this.identity === undefined) throw new SyncError('missing', 'no certificate loaded yet');
    return this.identity;
  }
}
