/** The node with its HTTP side, as the program runs it. */
import { type DynamicModule, Module } from '@nestjs/common';
import { AppModule } from './app.module.js';
import { ApiModule } from './modules/api/api.module.js';
import { type ProgramControl } from './modules/api/program-control.js';
import { type ConfigOrigin } from './modules/config/config-origin.js';
import { type Settings } from './modules/config/settings.js';

@Module({})
export class ProgramModule {
  static register(start: {
    readonly settings: Settings;
    readonly origin?: ConfigOrigin;
    readonly program: ProgramControl;
  }): DynamicModule {
    return {
      module: ProgramModule,
      imports: [AppModule.register(start), ApiModule.register(start.program)],
    };
  }
}
