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
    const request = host.switchToHttp().getRequest<RoutedRequest>();
    const methods = isUnknownRoute(error) ? methodsAt(request) : [];
    if (methods.length > 0) response.setHeader('Allow', methods.join(', '));
    const status = methods.length > 0 ? HttpStatus.METHOD_NOT_ALLOWED : statusOf(error);
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
  if (status === 405) return 'Method Not Allowed';
  return isUnknownRoute(error) ? '404 page not found' : messageOf(error);
}

function isUnknownRoute(error: unknown): boolean {
  return statusOf(error) === 404 && messageOf(error).startsWith('Cannot ');
}

/** What Express keeps of its routes. */
interface RoutedRequest {
  readonly path: string;
  readonly app: {
    readonly router: {
      readonly stack: readonly {
        readonly route?: { readonly methods: Readonly<Record<string, boolean>> };
        match(path: string): boolean;
      }[];
    };
  };
}

/** The methods that the path of the request could be asked with. */
function methodsAt({ path, app }: RoutedRequest): string[] {
  const routes = app.router.stack.flatMap((layer) =>
    layer.route !== undefined && layer.match(path) ? [layer.route.methods] : [],
  );
  const names = routes.flatMap((methods) => Object.keys(methods));
  return [...new Set(names)].map((name) => name.toUpperCase()).sort();
}
