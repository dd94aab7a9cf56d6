import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { UsersModule } from '../users/users.module.js';
import { ChatsModule } from '../chats/chats.module.js';
import { DatasetsModule } from '../datasets/datasets.module.js';
import { MlModule } from '../ml/ml.module.js';
import { CentersController } from './centers.controller.js';
import { Centers, CentersCounter } from './centers.entity.js';
import { CentersRepository } from './centers.repository.js';
import { CentersService } from './centers.service.js';
import { ClustersController } from './clusters.controller.js';
import { ClustersService } from './clusters.service.js';
import { FileBodies } from './files/file-bodies.js';
import { PredictionFilesService } from './files/prediction-files.service.js';
import { Models } from './models.js';
import { PredictionsController } from './predictions.controller.js';
import { PredictionsService } from './predictions.service.js';

@Module({
  imports: [TypeOrmModule.forFeature([Centers, CentersCounter]), UsersModule, ChatsModule, DatasetsModule, MlModule],
  controllers: [CentersController, PredictionsController, ClustersController],
  providers: [
    CentersService,
    CentersRepository,
    Models,
    PredictionsService,
    ClustersService,
    FileBodies,
    PredictionFilesService,
  ],
  exports: [CentersService],
})
export class CentersModule {}
