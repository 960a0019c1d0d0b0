/**
 * Who may ask: whoever shows the API key, or the user's login where there is one. Decided before anything of a request's
 * body is read, so that strangers cost no memory; the guard lets only those to a route who were admitted here.
 */
import { HttpException, HttpStatus, Injectable, Logger } from '@nestjs/common';
import { type IncomingMessage, type ServerResponse } from 'node:http';
import { Clock } from '../../platform/clock.js';
import { type JsonObject } from '../config/config-json.js';
import { ConfigurationService } from '../config/configuration.service.js';
import { type Settings } from '../config/settings.js';
import { SettingsService } from '../config/settings.service.js';
import { isFromOtherSite, isSameSecret, shownKey, shownLogin } from './credentials.js';
import { EventLogService } from './event-log.service.js';
import { type ExpectedLogin, LoginCheck } from './login-check.js';

@Injectable()
export class ApiAccess {
  private readonly logger = new Logger('api');
  private readonly logins: LoginCheck;
  private read: { readonly of: Settings; readonly gui: JsonObject } | undefined;
  private readonly admitted = new WeakSet<IncomingMessage>();

  constructor(
    private readonly settings: SettingsService,
    private readonly configuration: ConfigurationService,
    private readonly events: EventLogService,
    clock: Clock,
  ) {
    this.logins = new LoginCheck(clock);
  }

  isAdmitted(request: IncomingMessage): boolean {
    return this.admitted.has(request);
  }

  /** Rejects with HttpException for whoever is not let in, the headers of the answer set. */
  async admit(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (this.hasKey(request)) {
      // Whoever has the key may use it from any page.
      response.setHeader('Access-Control-Allow-Origin', '*');
    } else {
      const expected = this.login;
      if (expected === undefined) throw new HttpException('CSRF Error', HttpStatus.FORBIDDEN);
      await this.requireLogin(request, response, expected);
    }
    this.admitted.add(request);
  }

  private hasKey({ headers }: IncomingMessage): boolean {
    const key = this.settings.settings.gui?.apiKey ?? '';
    const shown = shownKey(headers);
    return key !== '' && shown !== undefined && isSameSecret(shown, key);
  }

  private async requireLogin(
    request: IncomingMessage,
    response: ServerResponse,
    expected: ExpectedLogin,
  ): Promise<void> {
    const shown = shownLogin(request.headers);
    const result = shown === undefined ? 'absent' : await this.logins.check(shown, expected);
    if (result === 'busy') {
      response.setHeader('Retry-After', '1');
      const words = 'too many logins at a time';
      throw new HttpException(words, HttpStatus.SERVICE_UNAVAILABLE);
    }
    if (result === 'wrong') this.tellWrong(shown?.user ?? '', request);
    if (result !== 'right') {
      response.setHeader('WWW-Authenticate', 'Basic realm="Authorization Required"');
      throw new HttpException('Not Authorized', HttpStatus.UNAUTHORIZED);
    }
    if (isFromOtherSite(request.headers)) {
      throw new HttpException('CSRF Error', HttpStatus.FORBIDDEN);
    }
  }

  private tellWrong(user: string, { socket }: IncomingMessage): void {
    const from = `${socket.remoteAddress}:${socket.remotePort}`;
    this.logger.warn(`Wrong user or password from ${socket.remoteAddress}`);
    const data = { success: false, username: user.slice(0, USER_CHARACTERS_MAX) };
    this.events.add({ type: 'LoginAttempt', data: { ...data, remoteAddress: from } });
  }

  /** Whether the Host header may name anything. */
  get skipsHostCheck(): boolean {
    return this.gui['insecureSkipHostcheck'] === true;
  }

  private get login(): ExpectedLogin | undefined {
    const { user, password } = this.gui;
    if (typeof user !== 'string' || typeof password !== 'string') return undefined;
    return user === '' || password === '' ? undefined : { user, passwordHash: password };
  }

  /** Read once for each change: the whole configuration is too much to look at for every request of a stranger. */
  private get gui(): JsonObject {
    const of = this.settings.settings;
    if (this.read?.of !== of) this.read = { of, gui: this.configuration.get().gui };
    return this.read.gui;
  }
}

/** Of a name that a stranger gives. */
const USER_CHARACTERS_MAX = 100;
