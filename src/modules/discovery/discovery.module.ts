/** Finding devices. A further way to find them is one more entry in the list of sources. */
import { Module } from '@nestjs/common';
import { Clock } from '../../platform/clock.js';
import { CertModule } from '../cert/cert.module.js';
import { CertService } from '../cert/cert.service.js';
import { AddressSources } from './address-source.js';
import { Beacon } from './beacon.js';
import { DiscoveryHttp } from './discovery-http.js';
import { DiscoveryService } from './discovery.service.js';
import { DiscoverySourcesService } from './discovery-sources.service.js';
import { HttpsExchange } from './https-exchange.js';
import { UdpBeacon } from './udp-beacon.js';

@Module({
  imports: [CertModule],
  providers: [
    DiscoveryService,
    DiscoverySourcesService,
    { provide: AddressSources, useExisting: DiscoverySourcesService },
    { provide: Beacon, useClass: UdpBeacon },
    {
      provide: DiscoveryHttp,
      useFactory: (cert: CertService, clock: Clock) => new HttpsExchange(cert, clock),
      inject: [CertService, Clock],
    },
  ],
  exports: [DiscoveryService, DiscoverySourcesService],
})
export class DiscoveryModule {}
