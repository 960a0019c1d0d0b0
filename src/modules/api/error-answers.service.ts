/** What went wrong, as Syncthing answers it: a status and a line of plain text. */
import {
  type ArgumentsHost,
  Catch,
  type ExceptionFilter,
  HttpException,
  HttpStatus,
  Injectable,
  Logger,
} from '@nestjs/common';
import { type ServerResponse } from 'node:http';
import { messageOf } from '../../domain/errors.js';

@Catch()
@Injectable()
export class ErrorAnswers implements ExceptionFilter {
  private readonly logger = new Logger('api');

  catch(error: unknown, host: ArgumentsHost): void {
    const response = host.switchToHttp().getResponse<ServerResponse>();
    if (response.headersSent) {
      response.end();
      return;
    }
    const status = statusOf(error);
    if (status >= HttpStatus.INTERNAL_SERVER_ERROR) this.logger.debug(messageOf(error));
    response.statusCode = status;
    response.setHeader('Content-Type', 'text/plain; charset=utf-8');
    response.end(`${textOf(error, status)}\n`);
  }
}

/** Also the parsers' errors, which carry a status of their own. */
function statusOf(error: unknown): number {
  if (error instanceof HttpException) return error.getStatus();
  const status = (error as { status?: unknown } | null)?.status;
  const isStatus = typeof status === 'number' && status >= 400 && status < 600;
  return isStatus ? status : HttpStatus.INTERNAL_SERVER_ERROR;
}

function textOf(error: unknown, status: number): string {
  const isUnknownRoute = status === 404 && messageOf(error).startsWith('Cannot ');
  return isUnknownRoute ? '404 page not found' : messageOf(error);
}
