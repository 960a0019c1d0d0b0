/** The identity is loaded, or made, before anybody who needs it is constructed. */
import { Module } from '@nestjs/common';
import { Clock } from '../../platform/clock.js';
import { SettingsService } from '../config/settings.service.js';
import { CertService } from './cert.service.js';

@Module({
  providers: [
    {
      provide: CertService,
      useFactory: async ({ settings }: SettingsService, clock: Clock) => {
        const cert = new CertService(settings.home, clock);
        await cert.loadOrCreate();
        return cert;
      },
      inject: [SettingsService, Clock],
    },
  ],
  exports: [CertService],
})
export class CertModule {}
