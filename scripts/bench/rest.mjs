/** The HTTP side of a node, which has the same paths in ours and in stock. */
import { request } from 'node:http';

export const API_KEY = 'bench';
/** Of a connection for one question: its packets over loopback, and what the kernel counts of each beside its content. */
const PACKETS = 10;
const HEADER_BYTES = 66;

let crossedBytes = 0;

/** What all questions and answers so far were on the wire, about: they are no matter of the nodes. */
export const askedBytes = () => crossedBytes;

/** Resolves to the answer's JSON; rejects where there is no answer or another status than 200. */
export function ask(port, method, path) {
  return new Promise((resolve, reject) => {
    // A connection of its own: one that is kept may be closed by the node in the moment of asking.
    const options = { host: '127.0.0.1', port, method, path, agent: false };
    const asked = request({ ...options, headers: { 'X-API-Key': API_KEY } }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (data) => (text += data));
      response.once('error', reject);
      response.once('end', () => {
        if (response.statusCode !== 200) {
          reject(new Error(`${method} ${path}: ${response.statusCode} ${text.slice(0, 200)}`));
        } else {
          resolve(text === '' ? undefined : JSON.parse(text));
        }
      });
    });
    asked.once('socket', (socket) => {
      socket.once('close', () => {
        crossedBytes += socket.bytesRead + socket.bytesWritten + PACKETS * HEADER_BYTES;
      });
    });
    asked.once('error', reject);
    asked.end();
  });
}
