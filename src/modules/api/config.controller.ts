/** /rest/config as a whole and its parts that are there once; folders and devices have a file of their own. */
import { Body, Controller, Get, HttpCode, HttpStatus, Patch, Post, Put } from '@nestjs/common';
import { type ConfigJson, type JsonObject } from '../config/config-json.js';
import { ConfigurationService } from '../config/configuration.service.js';
import { ConfigEditor } from './config-editor.service.js';
import { merged, type PartName } from './config-edits.js';
import { jsonBody, jsonObject } from './json-body.js';

type DefaultName = keyof ConfigJson['defaults'];

@Controller('rest')
export class ConfigController {
  constructor(
    private readonly configuration: ConfigurationService,
    private readonly editor: ConfigEditor,
  ) {}

  @Get(['config', 'system/config'])
  whole(): ConfigJson {
    return this.configuration.get();
  }

  @Put('config')
  putWhole(@Body() body: unknown): Promise<void> {
    const next = jsonBody(body);
    return this.editor.change(() => next);
  }

  @Post(['config', 'system/config'])
  @HttpCode(HttpStatus.OK)
  postWhole(@Body() body: unknown): Promise<void> {
    return this.putWhole(body);
  }

  @Get('config/restart-required')
  restartRequired(): { requiresRestart: boolean } {
    return { requiresRestart: this.configuration.requiresRestart };
  }

  @Get('config/insync')
  inSync(): { configInSync: boolean } {
    return { configInSync: !this.configuration.requiresRestart };
  }

  @Get('config/options')
  options(): JsonObject {
    return this.configuration.get().options;
  }

  @Put('config/options')
  putOptions(@Body() body: unknown): Promise<void> {
    return this.putPart('options', body);
  }

  @Patch('config/options')
  patchOptions(@Body() body: unknown): Promise<void> {
    return this.patchPart('options', body);
  }

  @Get('config/gui')
  gui(): JsonObject {
    return this.configuration.get().gui;
  }

  @Put('config/gui')
  putGui(@Body() body: unknown): Promise<void> {
    return this.putPart('gui', body);
  }

  @Patch('config/gui')
  patchGui(@Body() body: unknown): Promise<void> {
    return this.patchPart('gui', body);
  }

  @Get('config/ldap')
  ldap(): JsonObject {
    return this.configuration.get().ldap;
  }

  @Put('config/ldap')
  putLdap(@Body() body: unknown): Promise<void> {
    return this.putPart('ldap', body);
  }

  @Patch('config/ldap')
  patchLdap(@Body() body: unknown): Promise<void> {
    return this.patchPart('ldap', body);
  }

  @Get('config/defaults/folder')
  defaultFolder(): JsonObject {
    return this.configuration.get().defaults.folder;
  }

  @Put('config/defaults/folder')
  putDefaultFolder(@Body() body: unknown): Promise<void> {
    return this.setDefault('folder', body, false);
  }

  @Patch('config/defaults/folder')
  patchDefaultFolder(@Body() body: unknown): Promise<void> {
    return this.setDefault('folder', body, true);
  }

  @Get('config/defaults/device')
  defaultDevice(): JsonObject {
    return this.configuration.get().defaults.device;
  }

  @Put('config/defaults/device')
  putDefaultDevice(@Body() body: unknown): Promise<void> {
    return this.setDefault('device', body, false);
  }

  @Patch('config/defaults/device')
  patchDefaultDevice(@Body() body: unknown): Promise<void> {
    return this.setDefault('device', body, true);
  }

  @Get('config/defaults/ignores')
  defaultIgnores(): JsonObject {
    return this.configuration.get().defaults.ignores;
  }

  @Put('config/defaults/ignores')
  putDefaultIgnores(@Body() body: unknown): Promise<void> {
    return this.setDefault('ignores', body, false);
  }

  private putPart(part: PartName, body: unknown): Promise<void> {
    const stated = jsonObject(body);
    return this.editor.change((config) => ({ ...config, [part]: stated }));
  }

  private patchPart(part: PartName, body: unknown): Promise<void> {
    const stated = jsonObject(body);
    return this.editor.change((config) => ({ ...config, [part]: merged(config[part], stated) }));
  }

  private setDefault(name: DefaultName, body: unknown, isPatch: boolean): Promise<void> {
    const stated = jsonObject(body);
    return this.editor.change((config) => {
      const next = isPatch ? merged(config.defaults[name], stated) : stated;
      return { ...config, defaults: { ...config.defaults, [name]: next } };
    });
  }
}
