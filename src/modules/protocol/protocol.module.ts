/** BEP v1: from an authenticated stream to a Connection. Knows neither who is welcome nor what is shared. */
import { Module } from '@nestjs/common';
import { ProtocolService } from './protocol.service.js';

@Module({ providers: [ProtocolService], exports: [ProtocolService] })
export class ProtocolModule {}
