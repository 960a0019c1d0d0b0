/** Connections to devices, and the blocks they have. Override Transport to run nodes without a network. */
import { Module } from '@nestjs/common';
import { Clock } from '../../platform/clock.js';
import { CertModule } from '../cert/cert.module.js';
import { CertService } from '../cert/cert.service.js';
import { SettingsService } from '../config/settings.service.js';
import { DatabaseModule } from '../database/database.module.js';
import { DiscoveryModule } from '../discovery/discovery.module.js';
import { ProtocolModule } from '../protocol/protocol.module.js';
import { BlockSource } from './block-source.js';
import { ConnectedDevices } from './connected-devices.js';
import { ConnectionsService } from './connections.service.js';
import { PartialOffers } from './partial-offers.js';
import { RemoteBlockSource } from './remote-block-source.js';
import { TcpTransport } from './tcp-transport.js';
import { Transport } from './transport.js';

@Module({
  imports: [CertModule, DatabaseModule, DiscoveryModule, ProtocolModule],
  providers: [
    ConnectionsService,
    ConnectedDevices,
    PartialOffers,
    {
      provide: Transport,
      useFactory: (cert: CertService, clock: Clock, service: SettingsService) =>
        new TcpTransport(cert, clock, {}, () => service.settings.limits?.lanNetworks ?? []),
      inject: [CertService, Clock, SettingsService],
    },
    {
      provide: BlockSource,
      useFactory: (devices: ConnectedDevices, clock: Clock, offers: PartialOffers) =>
        new RemoteBlockSource(devices, clock, undefined, undefined, offers),
      inject: [ConnectedDevices, Clock, PartialOffers],
    },
  ],
  exports: [ConnectionsService, ConnectedDevices, PartialOffers, BlockSource, Transport],
})
export class ConnectionsModule {}
