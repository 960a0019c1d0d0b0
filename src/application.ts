/** The Nest application of the program: the node, with its HTTP side where the settings have one. */
import { NestFactory } from '@nestjs/core';
import { AppModule } from './app.module.js';
import { type StartInput } from './cli/start-node.js';

/** Resolves with the running node. */
export async function createApplication(start: StartInput): Promise<{ close(): Promise<void> }> {
  const { settings, logger, origin } = start;
  const { gui } = settings;
  if (gui?.enabled === true && gui.blockedBy === '') {
    const { createHttpApplication } = await import('./http-application.js');
    return createHttpApplication(start);
  }
  if (gui?.enabled === true) logger.error(`The HTTP side is not opened: ${gui.blockedBy}`);
  const options = { logger, abortOnError: false };
  return NestFactory.createApplicationContext(AppModule.register({ settings, origin }), options);
}
