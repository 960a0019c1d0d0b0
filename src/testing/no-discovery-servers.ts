/** A world without global discovery servers. */
import { SyncError } from '../domain/errors.js';
import { DiscoveryHttp, type ServerAnswer } from '../modules/discovery/discovery-http.js';

export class NoDiscoveryServers extends DiscoveryHttp {
  exchange(): Promise<ServerAnswer> {
    return Promise.reject(new SyncError('refused', 'there are no discovery servers', true));
  }
}
