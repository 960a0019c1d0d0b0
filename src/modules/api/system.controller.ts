/** /rest/system: the process, its log, its connections, and how to pause, stop and restart. */
import { homedir } from 'node:os';
import {
  Controller,
  Get,
  Header,
  HttpCode,
  HttpException,
  HttpStatus,
  Post,
  Query,
} from '@nestjs/common';
import { ConfigurationService } from '../config/configuration.service.js';
import { SettingsService } from '../config/settings.service.js';
import { pathsOf, type Paths } from './node-paths.js';
import { setPaused } from './config-edits.js';
import { ConfigEditor } from './config-editor.service.js';
import { knownDevice } from './known-device.js';
import { ProgramControl } from './program-control.js';
import { text } from './query-values.js';
import {
  type ConnectionsAnswer,
  type StatusAnswer,
  SystemStatusService,
} from './system-status.service.js';

@Controller('rest/system')
export class SystemController {
  constructor(
    private readonly status: SystemStatusService,
    private readonly settings: SettingsService,
    private readonly configuration: ConfigurationService,
    private readonly editor: ConfigEditor,
    private readonly program: ProgramControl,
  ) {}

  @Get('ping')
  ping(): { ping: string } {
    return { ping: 'pong' };
  }

  @Post('ping')
  @HttpCode(HttpStatus.OK)
  postPing(): { ping: string } {
    return { ping: 'pong' };
  }

  @Get('version')
  version(): Record<string, unknown> {
    return this.status.version();
  }

  @Get('status')
  getStatus(): StatusAnswer {
    return this.status.status();
  }

  @Get('connections')
  connections(): ConnectionsAnswer {
    return this.status.connections();
  }

  @Get('discovery')
  discovery(): Record<string, { addresses: readonly string[] }> {
    return this.status.discovered();
  }

  @Get('paths')
  paths(): Paths {
    return pathsOf(this.settings.settings.home, homedir());
  }

  @Get('upgrade')
  upgrade(): never {
    throw new HttpException('upgrade unsupported', HttpStatus.SERVICE_UNAVAILABLE);
  }

  @Post('upgrade')
  postUpgrade(): never {
    throw new HttpException('upgrade unsupported', HttpStatus.SERVICE_UNAVAILABLE);
  }

  @Get('debug')
  debug(): { enabled: readonly string[]; facilities: Record<string, string> } {
    const facilities = {
      net: 'Connections and messages',
      file: 'Files as they are pulled',
      idx: 'Index exchange',
    };
    return { enabled: this.settings.settings.trace, facilities };
  }

  @Get('config/insync')
  inSync(): { configInSync: boolean } {
    return { configInSync: !this.configuration.requiresRestart };
  }

  @Post('pause')
  @HttpCode(HttpStatus.OK)
  pause(@Query('device') device: unknown): Promise<void> {
    return this.setPaused(text(device), true);
  }

  @Post('resume')
  @HttpCode(HttpStatus.OK)
  resume(@Query('device') device: unknown): Promise<void> {
    return this.setPaused(text(device), false);
  }

  @Post('restart')
  @HttpCode(HttpStatus.OK)
  @Header('Content-Type', 'text/plain; charset=utf-8')
  restart(): string {
    this.program.end('restart');
    return '{"ok": "restarting"}\n';
  }

  @Post('shutdown')
  @HttpCode(HttpStatus.OK)
  @Header('Content-Type', 'text/plain; charset=utf-8')
  shutdown(): string {
    this.program.end('shutdown');
    return '{"ok": "shutting down"}\n';
  }

  private setPaused(device: string, isPaused: boolean): Promise<void> {
    const id = device === '' ? '' : knownDevice(device, HttpStatus.INTERNAL_SERVER_ERROR);
    return this.editor.change((config) => {
      const next = setPaused(config, id, isPaused);
      if (next === undefined) throw new HttpException('not found', HttpStatus.NOT_FOUND);
      return next;
    });
  }
}
