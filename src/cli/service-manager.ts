/**
 * Tells systemd when the node is ready, starts anew and stops (sd_notify). The socket that systemd names takes datagrams, which
 * Node cannot send to a path: systemd's own `systemd-notify` does it. It is a child of the node, so the unit needs
 * NotifyAccess=all.
 */
import { execFile } from 'node:child_process';
import { messageOf } from '../domain/errors.js';

/** A manager that does not listen must not hold up the node. */
const TOLD_LIMIT_MS = 5000;

/** RELOADING holds until the next READY. After STOPPING the process must end soon, or systemd ends it. */
export type ServiceState = 'READY=1' | 'RELOADING=1' | 'STOPPING=1';

/**
 * Does nothing where no service manager asks to be told. Never rejects: resolves with what went wrong, or undefined.
 */
export function tellServiceManager(
  state: ServiceState,
  environment: NodeJS.ProcessEnv,
): Promise<string | undefined> {
  const { NOTIFY_SOCKET, PATH } = environment;
  if (NOTIFY_SOCKET === undefined || NOTIFY_SOCKET === '') return Promise.resolve(undefined);
  const options = { env: { NOTIFY_SOCKET, PATH }, timeout: TOLD_LIMIT_MS };
  return new Promise((resolve) => {
    execFile('systemd-notify', [state], options, (error) => {
      const why = error === null ? undefined : messageOf(error);
      resolve(why === undefined ? why : `The service manager was not told ${state}: ${why}`);
    });
  });
}
