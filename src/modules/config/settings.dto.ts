/** What merged settings must be, whatever source they came from. The messages are read after the word "expected". */
import 'reflect-metadata';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  IsArray,
  IsBoolean,
  IsIn,
  IsInt,
  IsNotEmpty,
  IsNumber,
  IsOptional,
  IsString,
  Matches,
  Max,
  MaxLength,
  Min,
  ValidateNested,
} from 'class-validator';
import { BYTES_PER_REQUEST } from './defaults.js';

const YEAR_S = 365 * 24 * 60 * 60;
const ID_CHARACTERS_MAX = 256;
const LABEL_CHARACTERS_MAX = 1024;
const PATH_CHARACTERS_MAX = 4096;
const ENTRIES_MAX = 100_000;
const REQUESTS_MAX = 65_536;
const FILES_IN_FLIGHT_MAX = 1024;
const CONFLICTS_MAX = 1_000_000;

const ABSOLUTE_PATH = /^\/[^\0]*$|^[A-Za-z]:[\\/]/;
const DEVICE_ID = /^(?:(?:[A-Z2-7]{7}-){7}[A-Z2-7]{7})?$/;
const FINGERPRINT = /^(?:[A-Z2-7]{32})?$/;
const DEVICE_ADDRESS = /^(?:dynamic|tcp:\/\/\S+:\d+)$/;
const LISTEN_ADDRESS = /^tcp:\/\/\S+:\d+$/;

const seconds = (least: number): string => `seconds from ${least} to ${YEAR_S}`;

const PERCENT = 'percent from 0 to 100';
const GUARD_FILES_MAX = 1_000_000_000;
const GUARD_FILES = `a number of files from 0 to ${GUARD_FILES_MAX}`;

export class GuardDto {
  @IsIn(['off', 'warn', 'hold'], { message: 'one of off, warn, hold' })
  mode!: string;

  @IsNumber({}, { message: PERCENT })
  @Min(0, { message: PERCENT })
  @Max(100, { message: PERCENT })
  percent!: number;

  @IsInt({ message: GUARD_FILES })
  @Min(0, { message: GUARD_FILES })
  @Max(GUARD_FILES_MAX, { message: GUARD_FILES })
  filesMin!: number;
}

export class FolderDto {
  @IsString()
  @IsNotEmpty({ message: 'an ID' })
  @MaxLength(ID_CHARACTERS_MAX, { message: `at most ${ID_CHARACTERS_MAX} characters` })
  id!: string;

  @MaxLength(LABEL_CHARACTERS_MAX, { message: `at most ${LABEL_CHARACTERS_MAX} characters` })
  label!: string;

  @MaxLength(PATH_CHARACTERS_MAX, { message: `at most ${PATH_CHARACTERS_MAX} characters` })
  @Matches(ABSOLUTE_PATH, { message: 'a path' })
  path!: string;

  @IsIn(['sendreceive', 'sendonly', 'receiveonly', 'receiveencrypted'])
  type!: string;

  @IsArray()
  @IsString({ each: true })
  devices!: string[];

  @IsInt({ message: seconds(0) })
  @Min(0, { message: seconds(0) })
  @Max(YEAR_S, { message: seconds(0) })
  rescanIntervalS!: number;

  @IsInt()
  @Min(-1, { message: 'a number of copies, 0 for none or -1 for all' })
  @Max(CONFLICTS_MAX, { message: `at most ${CONFLICTS_MAX}` })
  maxConflicts!: number;

  @IsBoolean()
  paused!: boolean;

  @IsOptional()
  @ValidateNested()
  @Type(() => GuardDto)
  guard?: GuardDto;
}

export class DeviceDto {
  @Matches(DEVICE_ID, { message: 'a device ID' })
  id!: string;

  @Matches(FINGERPRINT, { message: 'a fingerprint of 32 characters' })
  fingerprint!: string;

  @MaxLength(LABEL_CHARACTERS_MAX, { message: `at most ${LABEL_CHARACTERS_MAX} characters` })
  name!: string;

  @IsArray()
  @Matches(DEVICE_ADDRESS, { each: true, message: 'dynamic or tcp://host:port' })
  addresses!: string[];

  @IsIn(['metadata', 'never', 'always'])
  compression!: string;
}

export class DiscoveryDto {
  @IsArray()
  @IsString({ each: true })
  servers!: string[];

  @IsInt()
  @Min(0)
  @Max(65535)
  announcedPort!: number;

  @IsOptional()
  @IsInt({ message: 'a port from 1 to 65535' })
  @Min(1, { message: 'a port from 1 to 65535' })
  @Max(65535, { message: 'a port from 1 to 65535' })
  localPort?: number;

  @IsOptional()
  @Matches(/^\[[0-9a-f:.]+\]:\d+$/i, { message: '[address]:port' })
  multicastAddress?: string;
}

export class GuiDto {
  @IsBoolean()
  enabled!: boolean;

  @Matches(/^\S+:\d+$/, { message: 'host:port' })
  address!: string;

  @MaxLength(LABEL_CHARACTERS_MAX, { message: `at most ${LABEL_CHARACTERS_MAX} characters` })
  apiKey!: string;
}

export class SettingsDto {
  @Matches(ABSOLUTE_PATH, { message: 'a path' })
  home!: string;

  @MaxLength(LABEL_CHARACTERS_MAX, { message: `at most ${LABEL_CHARACTERS_MAX} characters` })
  deviceName!: string;

  @IsArray()
  @Matches(LISTEN_ADDRESS, { each: true, message: 'tcp://host:port' })
  listenAddresses!: string[];

  @IsInt({ message: seconds(1) })
  @Min(1, { message: seconds(1) })
  @Max(YEAR_S, { message: seconds(1) })
  reconnectIntervalS!: number;

  @Min(BYTES_PER_REQUEST, { message: `a number from 1 to ${REQUESTS_MAX}` })
  @Max(BYTES_PER_REQUEST * REQUESTS_MAX, { message: `a number from 1 to ${REQUESTS_MAX}` })
  requestBytesMax!: number;

  @IsInt()
  @Min(1, { message: `a number from 1 to ${FILES_IN_FLIGHT_MAX}` })
  @Max(FILES_IN_FLIGHT_MAX, { message: `a number from 1 to ${FILES_IN_FLIGHT_MAX}` })
  filesInFlight!: number;

  @IsOptional()
  @ValidateNested()
  @Type(() => DiscoveryDto)
  discovery?: DiscoveryDto;

  @IsOptional()
  @ValidateNested()
  @Type(() => GuiDto)
  gui?: GuiDto;

  @IsArray()
  @ArrayMaxSize(ENTRIES_MAX)
  @ValidateNested({ each: true })
  @Type(() => FolderDto)
  folders!: FolderDto[];

  @IsArray()
  @ArrayMaxSize(ENTRIES_MAX)
  @ValidateNested({ each: true })
  @Type(() => DeviceDto)
  devices!: DeviceDto[];
}
