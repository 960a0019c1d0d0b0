/** Guards every route: only requests that were admitted reach it. A route that is open to everybody says so. */
import {
  type CanActivate,
  type CustomDecorator,
  type ExecutionContext,
  HttpException,
  HttpStatus,
  Injectable,
  SetMetadata,
} from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { type IncomingMessage } from 'node:http';
import { ApiAccess } from './api-access.service.js';

const IS_OPEN = 'syncnest:open';

/** Marks a route that everybody may ask. */
export const OpenRoute = (): CustomDecorator => SetMetadata(IS_OPEN, true);

@Injectable()
export class ApiGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly access: ApiAccess,
  ) {}

  canActivate(context: ExecutionContext): boolean {
    const places = [context.getHandler(), context.getClass()];
    if (this.reflector.getAllAndOverride<boolean>(IS_OPEN, places) === true) return true;
    if (this.access.isAdmitted(context.switchToHttp().getRequest<IncomingMessage>())) return true;
    throw new HttpException('CSRF Error', HttpStatus.FORBIDDEN);
  }
}
