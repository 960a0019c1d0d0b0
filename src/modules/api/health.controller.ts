/** Whether the program answers, for probes: the one route without a key. */
import { Controller, Get } from '@nestjs/common';
import { OpenRoute } from './api.guard.js';

@Controller('rest/noauth')
export class HealthController {
  @OpenRoute()
  @Get('health')
  health(): { status: string } {
    return { status: 'OK' };
  }
}
