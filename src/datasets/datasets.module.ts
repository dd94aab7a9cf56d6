import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { UsersModule } from '../users/users.module.js';
import { ChatsModule } from '../chats/chats.module.js';
import { DatasetBlock } from './dataset-block.entity.js';
import { DatasetHold } from './dataset-hold.entity.js';
import { DatasetIntake } from './dataset-intake.js';
import { DatasetUploadsService } from './dataset-uploads.service.js';
import { Dataset } from './dataset.entity.js';
import { DatasetsController } from './datasets.controller.js';
import { DatasetsRepository } from './datasets.repository.js';
import { DatasetsService } from './datasets.service.js';
import { PreviewsService } from './previews.service.js';
import { ReaderPool } from './reading/reader-pool.js';
import { TableFiles } from './table-files.js';
import { TypedTables } from './typed-tables.js';
import { Uploads } from './uploads.js';

@Module({
  imports: [TypeOrmModule.forFeature([Dataset, DatasetBlock, DatasetHold]), UsersModule, ChatsModule],
  controllers: [DatasetsController],
  providers: [
    DatasetsService,
    DatasetUploadsService,
    DatasetIntake,
    DatasetsRepository,
    PreviewsService,
    ReaderPool,
    Uploads,
    TableFiles,
    TypedTables,
  ],
  exports: [DatasetsService, TableFiles, TypedTables],
})
export class DatasetsModule {}
