import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { ChatsModule } from '../chats/chats.module.js';
import { Centers, CentersCounter } from './centers.entity.js';
import { CentersRepository } from './centers.repository.js';
import { CentersService } from './centers.service.js';

@Module({
  imports: [TypeOrmModule.forFeature([Centers, CentersCounter]), ChatsModule],
  providers: [CentersService, CentersRepository],
  exports: [CentersService],
})
export class CentersModule {}
