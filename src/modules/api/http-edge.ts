/**
 * What every request passes before it reaches a route: the host check against DNS rebinding, the answers to browsers'
 * preflight requests, and the headers of every answer.
 */
import { type IncomingMessage, type ServerResponse } from 'node:http';
import { isLoopbackAddress } from './host-check.js';

export interface EdgeOptions {
  readonly deviceId: string;
  readonly version: string;
  /** Whether the Host header has to name this machine. */
  readonly checksHost: () => boolean;
}

type Next = () => void;
export type Edge = (request: IncomingMessage, response: ServerResponse, next: Next) => void;

const PREFLIGHT_HEADERS = {
  'Access-Control-Allow-Origin': '*',
  'Access-Control-Allow-Methods': 'GET, POST, PUT, PATCH, DELETE, OPTIONS',
  'Access-Control-Allow-Headers': 'Content-Type, X-API-Key, Authorization',
  'Access-Control-Max-Age': '600',
};
const ANSWER_HEADERS = {
  'X-Frame-Options': 'SAMEORIGIN',
  'X-XSS-Protection': '1; mode=block',
  'X-Content-Type-Options': 'nosniff',
  'Cache-Control': 'max-age=0, no-cache, no-store',
  Expires: '0',
  Pragma: 'no-cache',
};

export function httpEdge(options: EdgeOptions): Edge {
  return (request, response, next) => {
    if (options.checksHost() && !isLoopbackAddress(request.headers.host ?? '')) {
      response.writeHead(403, {
        'Content-Type': 'text/plain; charset=utf-8',
        'X-Content-Type-Options': 'nosniff',
      });
      response.end('Host check error\n');
      return;
    }
    if (request.method === 'OPTIONS') {
      response.writeHead(204, PREFLIGHT_HEADERS).end();
      return;
    }
    for (const [name, value] of Object.entries(ANSWER_HEADERS)) response.setHeader(name, value);
    response.setHeader('X-Syncthing-ID', options.deviceId);
    response.setHeader('X-Syncthing-Version', options.version);
    next();
  };
}
