/** The Nest application of a node that has its HTTP side. */
import { NestFactory } from '@nestjs/core';
import { ExpressAdapter, type NestExpressApplication } from '@nestjs/platform-express';
import { type StartInput } from './cli/start-node.js';
import { messageOf } from './domain/errors.js';
import { closeHttp, HTTP_OPTIONS, openHttp, prepareHttp } from './modules/api/http-side.service.js';
import { ProgramModule } from './program.module.js';

/** Resolves with the running node. */
export async function createHttpApplication(
  start: StartInput,
): Promise<{ close(): Promise<void> }> {
  const { settings, logger, origin, program } = start;
  const app = await NestFactory.create<NestExpressApplication>(
    ProgramModule.register({ settings, origin, program }),
    new ExpressAdapter(),
    { logger, abortOnError: false, ...HTTP_OPTIONS },
  );
  const close = async (): Promise<void> => {
    await closeHttp(app);
    await app.close();
  };
  try {
    prepareHttp(app);
    await app.init();
  } catch (error) {
    await close();
    throw error;
  }
  // Another program may have the address: files are kept in sync all the same.
  await openHttp(app).catch((error: unknown) => {
    logger.error(`The HTTP side is not opened: ${messageOf(error)} (--gui-address, --no-gui)`);
  });
  return { close };
}
