/** /rest/svc: small services for user interfaces. */
import { Controller, Get, Headers, Query } from '@nestjs/common';
import { parseDeviceId } from '../../domain/device-id.js';
import { messageOf } from '../../domain/errors.js';
import { Randomness } from '../../platform/randomness.js';
import { SettingsService } from '../config/settings.service.js';
import { ProgramControl } from './program-control.js';
import { text, wholeNumber } from './query-values.js';

const STRING_CHARACTERS = 32;
const STRING_CHARACTERS_MAX = 4_096;
const ALPHABET = 'abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789';
const LANGUAGES_MAX = 100;

@Controller('rest/svc')
export class SvcController {
  constructor(
    private readonly randomness: Randomness,
    private readonly settings: SettingsService,
    private readonly program: ProgramControl,
  ) {}

  @Get('deviceid')
  deviceId(@Query('id') id: unknown): { id: string } | { error: string } {
    try {
      return { id: parseDeviceId(text(id)) };
    } catch (error) {
      return { error: messageOf(error) };
    }
  }

  @Get('lang')
  languages(@Headers('accept-language') header: unknown): string[] {
    return text(header)
      .split(',', LANGUAGES_MAX)
      .map((part) => (part.split(';')[0] ?? '').trim().toLowerCase());
  }

  @Get('random/string')
  randomString(@Query('length') length: unknown): { random: string } {
    const count = wholeNumber(length, STRING_CHARACTERS, 1, STRING_CHARACTERS_MAX);
    const random = Array.from(
      { length: count },
      () => ALPHABET[Number(this.randomness.uint64() % BigInt(ALPHABET.length))],
    );
    return { random: random.join('') };
  }

  /** Nothing is reported to anybody; this is what could be. */
  @Get('report')
  report(): Record<string, unknown> {
    const { folders, devices } = this.settings.settings;
    return {
      version: `v${this.program.version}`,
      platform: `${process.platform}-${process.arch}`,
      numFolders: folders.length,
      numDevices: devices.length + 1,
      urVersion: 3,
    };
  }
}
