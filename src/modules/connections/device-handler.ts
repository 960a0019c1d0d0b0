/** What the connections need from whoever speaks with connected devices: the model. */
import { type ConnectionHandler, type PeerConnection } from '../protocol/connection-handler.js';

export interface DeviceHandler extends ConnectionHandler {
  /**
   * Called once per connection, after it is registered and before the first message of the peer is handled: here the
   * handler sends its Cluster Config. A rejection closes the connection. `closed` of an earlier connection to the
   * same device has been called before.
   */
  connected(connection: PeerConnection): Promise<void>;
}
