/** Finding devices. A further way to find them is one more entry in the list of sources. */
import { Module } from '@nestjs/common';
import { AddressSources } from './address-source.js';
import { DiscoveryService } from './discovery.service.js';

@Module({
  providers: [DiscoveryService, { provide: AddressSources, useValue: { sources: [] } }],
  exports: [DiscoveryService],
})
export class DiscoveryModule {}
