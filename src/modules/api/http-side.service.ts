/** Opens and closes the HTTP side of an application that has the API's routes. */
import { type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type INestApplication, type INestApplicationContext, Logger } from '@nestjs/common';
import { type NestExpressApplication } from '@nestjs/platform-express';
import { CertService } from '../cert/cert.service.js';
import { ConfigurationService } from '../config/configuration.service.js';
import { SettingsService } from '../config/settings.service.js';
import { ApiAccess } from './api-access.service.js';
import { boundAddress } from './bound-address.js';
import { EventLogService } from './event-log.service.js';
import { hostOf, isLoopbackAddress } from './host-check.js';
import { httpEdge } from './http-edge.js';
import { ProgramControl } from './program-control.js';
import { StatisticsService } from './statistics.service.js';
import { SummaryEventsService } from './summary-events.service.js';

/** A whole configuration of 10,000 folders fits. */
const BODY_BYTES_MAX = 16 * 1024 * 1024;
/** For the headers, and for the whole of a request. */
const HEADERS_TIMEOUT_MS = 15_000;
const REQUEST_TIMEOUT_MS = 60_000;
/** Between looks for connections that are late with one of them; Node takes 30 s unless told. */
const CHECK_INTERVAL_MS = 5_000;
const CONNECTIONS_MAX = 1_000;

/** For `NestFactory.create`: bodies are parsed here, and connections end with the application. */
export const HTTP_OPTIONS = { bodyParser: false, forceCloseConnections: true } as const;

/** Before `init`: what every request passes. */
export function prepareHttp(app: NestExpressApplication): void {
  const access = app.get(ApiAccess);
  // Of the address that it really listens on: without credentials that is another one than the configured.
  const isChecked = (): boolean =>
    isLoopbackAddress(boundAddress(app.getHttpServer() as Server)) && !access.skipsHostCheck;
  app.disable('x-powered-by');
  app.disable('etag');
  app.set('json spaces', 2);
  app.use(
    httpEdge({
      deviceId: app.get(CertService).deviceId,
      version: `v${app.get(ProgramControl).version}`,
      checksHost: isChecked,
    }),
  );
  app.use((request: IncomingMessage, response: ServerResponse, next: (error?: unknown) => void) => {
    if (isOpenPath(request.url ?? '')) next();
    else access.admit(request, response).then(() => next(), next);
  });
  // Programs say all kinds of types for JSON, or none. What a stranger sends is not read.
  const type = (request: IncomingMessage): boolean => access.isAdmitted(request);
  app.useBodyParser('text', { type, limit: BODY_BYTES_MAX });
}

/**
 * Resolves with the address really listened on: loopback instead of what is configured where nobody set credentials.
 * Rejects with the system's error.
 */
export async function openHttp(app: INestApplication): Promise<string> {
  const logger = new Logger('api');
  const address = app.get(SettingsService).settings.gui?.address ?? '';
  const port = Number(address.slice(address.lastIndexOf(':') + 1));
  let host = hostOf(address);
  if (!isLoopbackAddress(address) && !hasCredentials(app)) {
    host = '127.0.0.1';
    logger.warn(
      `The HTTP side is not opened on ${address}, as that can be reached from elsewhere and there is neither ` +
        'a user with a password nor an API key stated for this start; it is opened on loopback',
    );
  }
  const server = app.getHttpServer() as Server;
  server.headersTimeout = HEADERS_TIMEOUT_MS;
  server.requestTimeout = REQUEST_TIMEOUT_MS;
  // An option of the constructor, which Nest calls; the server reads it when it begins to listen.
  Object.assign(server, { connectionsCheckingInterval: CHECK_INTERVAL_MS });
  server.maxConnections = CONNECTIONS_MAX;
  await app.listen(port, host);
  const shown = boundAddress(server);
  logger.log(`GUI and API listening on ${shown}`);
  return shown;
}

/** Ends what requests wait for, so that they are answered before the node stops. */
export async function closeHttp(app: INestApplicationContext): Promise<void> {
  app.get(EventLogService).stop();
  await app.get(SummaryEventsService).stop();
  await app.get(StatisticsService).stop();
}

/** Below it nothing needs a key; all the rest does, whether there is such a route or not. */
function isOpenPath(url: string): boolean {
  return url.startsWith('/rest/noauth/');
}

function hasCredentials(app: INestApplication): boolean {
  const { user, password } = app.get(ConfigurationService).get().gui;
  return app.get(ProgramControl).isKeyStated || (Boolean(user) && Boolean(password));
}
