/** /rest/config/folders and /rest/config/devices: the lists and each entry. */
import {
  Body,
  Controller,
  Delete,
  Get,
  HttpCode,
  HttpStatus,
  Param,
  Patch,
  Post,
  Put,
} from '@nestjs/common';
import { type ConfigJson, type JsonObject } from '../config/config-json.js';
import { ConfigurationService } from '../config/configuration.service.js';
import { ConfigEditor } from './config-editor.service.js';
import { entryOf, type ListName, merged, withEntry, withoutEntry } from './config-edits.js';
import { HttpError } from './http-error.js';
import { jsonObject, jsonObjects } from './json-body.js';
import { knownDevice } from './known-device.js';

const UNKNOWN: Record<ListName, string> = {
  folders: 'No folder with given ID',
  devices: 'No device with given ID',
};

@Controller('rest/config')
export class ConfigListsController {
  constructor(
    private readonly configuration: ConfigurationService,
    private readonly editor: ConfigEditor,
  ) {}

  @Get('folders')
  folders(): JsonObject[] {
    return this.configuration.get().folders;
  }

  @Put('folders')
  putFolders(@Body() body: unknown): Promise<void> {
    return this.putList('folders', body);
  }

  @Post('folders')
  @HttpCode(HttpStatus.OK)
  postFolder(@Body() body: unknown): Promise<void> {
    return this.put('folders', jsonObject(body));
  }

  @Get('folders/:id')
  folder(@Param('id') id: string): JsonObject {
    return this.get('folders', id);
  }

  @Put('folders/:id')
  putFolder(@Param('id') id: string, @Body() body: unknown): Promise<void> {
    return this.put('folders', { id, ...jsonObject(body) });
  }

  @Patch('folders/:id')
  patchFolder(@Param('id') id: string, @Body() body: unknown): Promise<void> {
    return this.patch('folders', id, body);
  }

  @Delete('folders/:id')
  deleteFolder(@Param('id') id: string): Promise<void> {
    return this.remove('folders', id);
  }

  @Get('devices')
  devices(): JsonObject[] {
    return this.configuration.get().devices;
  }

  @Put('devices')
  putDevices(@Body() body: unknown): Promise<void> {
    return this.putList('devices', body);
  }

  @Post('devices')
  @HttpCode(HttpStatus.OK)
  postDevice(@Body() body: unknown): Promise<void> {
    return this.put('devices', jsonObject(body));
  }

  @Get('devices/:id')
  device(@Param('id') id: string): JsonObject {
    return this.get('devices', knownDevice(id, 400));
  }

  @Put('devices/:id')
  putDevice(@Param('id') id: string, @Body() body: unknown): Promise<void> {
    return this.put('devices', { deviceID: knownDevice(id, 400), ...jsonObject(body) });
  }

  @Patch('devices/:id')
  patchDevice(@Param('id') id: string, @Body() body: unknown): Promise<void> {
    return this.patch('devices', knownDevice(id, 400), body);
  }

  @Delete('devices/:id')
  deleteDevice(@Param('id') id: string): Promise<void> {
    return this.remove('devices', knownDevice(id, 400));
  }

  private get(list: ListName, id: string): JsonObject {
    const entry = entryOf(this.configuration.get(), list, id);
    if (entry === undefined) throw new HttpError(404, UNKNOWN[list]);
    return entry;
  }

  /** What is not stated is as in the defaults for new entries. */
  private putList(list: ListName, body: unknown): Promise<void> {
    const stated = jsonObjects(body);
    return this.editor.change((config) => ({
      ...config,
      [list]: stated.map((entry) => merged(defaultOf(config, list), withCanonicalId(list, entry))),
    }));
  }

  private put(list: ListName, stated: JsonObject): Promise<void> {
    const entry = withCanonicalId(list, stated);
    return this.editor.change((config) =>
      withEntry(config, list, merged(defaultOf(config, list), entry)),
    );
  }

  private patch(list: ListName, id: string, body: unknown): Promise<void> {
    const stated = jsonObject(body);
    return this.editor.change((config) => {
      const entry = entryOf(config, list, id);
      if (entry === undefined) throw new HttpError(404, UNKNOWN[list]);
      return withEntry(config, list, withCanonicalId(list, merged(entry, stated)));
    });
  }

  /** Whoever asks for what is gone already has what was asked for, as in Syncthing. */
  private remove(list: ListName, id: string): Promise<void> {
    return this.editor.change((config) => withoutEntry(config, list, id) ?? config);
  }
}

function defaultOf(config: ConfigJson, list: ListName): JsonObject {
  return list === 'folders' ? config.defaults.folder : config.defaults.device;
}

/** An entry without an ID would be taken for a further one. */
function withCanonicalId(list: ListName, entry: JsonObject): JsonObject {
  if (list === 'folders') {
    if (typeof entry['id'] === 'string' && entry['id'] !== '') return entry;
    throw new HttpError(400, 'folder: expected an id');
  }
  const { deviceID } = entry;
  if (typeof deviceID !== 'string') throw new HttpError(400, 'device: expected a deviceID');
  return { ...entry, deviceID: knownDevice(deviceID, 400) };
}
