/**
 * Lets a request to a route only with the API key, or the user's login where there is one. It guards every route;
 * a route that is open says so.
 */
import {
  type CanActivate,
  type CustomDecorator,
  type ExecutionContext,
  HttpException,
  HttpStatus,
  Injectable,
  Logger,
  SetMetadata,
} from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { type IncomingMessage, type ServerResponse } from 'node:http';
import { ConfigurationService } from '../config/configuration.service.js';
import { SettingsService } from '../config/settings.service.js';
import { isFromOtherSite, isSameSecret, shownKey, shownLogin } from './credentials.js';
import { type ExpectedLogin, LoginCheck } from './login-check.js';

const IS_OPEN = 'syncnest:open';

/** Marks a route that everybody may ask. */
export const OpenRoute = (): CustomDecorator => SetMetadata(IS_OPEN, true);

@Injectable()
export class ApiGuard implements CanActivate {
  private readonly logger = new Logger('api');
  private readonly logins = new LoginCheck();

  constructor(
    private readonly reflector: Reflector,
    private readonly settings: SettingsService,
    private readonly configuration: ConfigurationService,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const places = [context.getHandler(), context.getClass()];
    if (this.reflector.getAllAndOverride<boolean>(IS_OPEN, places) === true) return true;
    const request = context.switchToHttp().getRequest<IncomingMessage>();
    const response = context.switchToHttp().getResponse<ServerResponse>();
    if (this.hasKey(request)) {
      // Whoever has the key may use it from any page.
      response.setHeader('Access-Control-Allow-Origin', '*');
      return true;
    }
    const expected = this.login;
    if (expected === undefined) throw new HttpException('CSRF Error', HttpStatus.FORBIDDEN);
    await this.requireLogin(request, response, expected);
    return true;
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
    if (shown === undefined || !(await this.logins.isRight(shown, expected))) {
      if (shown !== undefined) {
        this.logger.warn(`Wrong user or password from ${request.socket.remoteAddress}`);
      }
      response.setHeader('WWW-Authenticate', 'Basic realm="Authorization Required"');
      throw new HttpException('Not Authorized', HttpStatus.UNAUTHORIZED);
    }
    if (isFromOtherSite(request.headers)) {
      throw new HttpException('CSRF Error', HttpStatus.FORBIDDEN);
    }
  }

  private get login(): ExpectedLogin | undefined {
    const { user, password } = this.configuration.get().gui as Record<string, unknown>;
    if (typeof user !== 'string' || typeof password !== 'string') return undefined;
    return user === '' || password === '' ? undefined : { user, passwordHash: password };
  }
}
