/** The port for one exchange with a global discovery server. */
import { type DeviceId } from '../../domain/wire-terms.js';

export interface ServerRequest {
  readonly url: string;
  /** The device ID that the server's certificate must have; '' = any that `insecure` permits. */
  readonly serverId: DeviceId;
  /** Nobody has to vouch for the server's certificate. */
  readonly insecure: boolean;
  /** JSON to POST, with our certificate shown; absent: a GET by a client without a name. */
  readonly body?: string;
}

export interface ServerAnswer {
  readonly status: number;
  /** Positive, or undefined where the server says none. */
  readonly retryAfterS: number | undefined;
  readonly reannounceAfterS: number | undefined;
  readonly body: string;
}

export abstract class DiscoveryHttp {
  /**
   * Rejects with SyncError 'timeout', 'refused' (another certificate), 'protocol' (an answer beyond every bound), 'io',
   * or the signal's reason. Redirects are answers like any other.
   */
  abstract exchange(request: ServerRequest, signal: AbortSignal): Promise<ServerAnswer>;
}
