import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { ChatsModule } from '../chats/chats.module.js';
import { DatasetBlock } from './dataset-block.entity.js';
import { DatasetHold } from './dataset-hold.entity.js';
import { Dataset } from './dataset.entity.js';
import { DatasetsRepository } from './datasets.repository.js';
import { DatasetsService } from './datasets.service.js';

@Module({
  imports: [TypeOrmModule.forFeature([Dataset, DatasetBlock, DatasetHold]), ChatsModule],
  providers: [DatasetsService, DatasetsRepository],
  exports: [DatasetsService],
})
export class DatasetsModule {}
