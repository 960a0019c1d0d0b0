/** Gives every module the settings, which @nestjs/config loads and class-validator has validated as a whole. */
import { type DynamicModule, Module } from '@nestjs/common';
import { ConfigModule as NestConfigModule, registerAs } from '@nestjs/config';
import { type ConfigOrigin } from './config-origin.js';
import { CONFIG_ORIGIN, ConfigurationService } from './configuration.service.js';
import { BadSettings } from './setting-problem.js';
import { type Settings } from './settings.js';
import { SETTINGS, SettingsService } from './settings.service.js';
import { settingsProblems } from './validate-settings.js';

@Module({})
export class ConfigModule {
  /** The application does not start with settings that are not valid. */
  static register(settings: Settings, origin?: ConfigOrigin): DynamicModule {
    const loaded = registerAs('node', () => {
      const problems = settingsProblems(settings);
      if (problems.length > 0) throw new BadSettings(problems);
      return settings;
    });
    return {
      module: ConfigModule,
      global: true,
      imports: [NestConfigModule.forRoot({ load: [loaded], ignoreEnvFile: true })],
      providers: [
        { provide: SETTINGS, useFactory: (value: Settings) => value, inject: [loaded.KEY] },
        { provide: CONFIG_ORIGIN, useValue: origin ?? null },
        SettingsService,
        ConfigurationService,
      ],
      exports: [SettingsService, ConfigurationService],
    };
  }
}
