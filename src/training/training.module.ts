import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { UsersModule } from '../users/users.module.js';
import { CentersModule } from '../centers/centers.module.js';
import { ChatsModule } from '../chats/chats.module.js';
import { DatasetsModule } from '../datasets/datasets.module.js';
import { MlModule } from '../ml/ml.module.js';
import { RunAttempt } from './run-attempt.js';
import { RunCheckpoint } from './run-checkpoint.entity.js';
import { RunCandidate } from './run-candidate.entity.js';
import { RunCentersService } from './run-centers.service.js';
import { RunChanges } from './run-changes.js';
import { RunEnding } from './run-ending.js';
import { RunEvents } from './run-events.js';
import { RunFits } from './run-fits.js';
import { RunOutput } from './run-output.entity.js';
import { RunOutputsService } from './run-outputs.service.js';
import { RunTrainer } from './run-trainer.js';
import { RunWorker } from './run-worker.js';
import { Run } from './run.entity.js';
import { RunsController } from './runs.controller.js';
import { RunsRepository } from './runs.repository.js';
import { RunsService } from './runs.service.js';

/** Runs: asked for over HTTP, worked off by whichever process has the role, followed by their events. */
@Module({
  imports: [
    TypeOrmModule.forFeature([Run, RunOutput, RunCheckpoint, RunCandidate]),
    UsersModule,
    ChatsModule,
    DatasetsModule,
    CentersModule,
    MlModule,
  ],
  controllers: [RunsController],
  providers: [
    RunsService,
    RunsRepository,
    RunOutputsService,
    RunCentersService,
    RunEvents,
    RunChanges,
    RunEnding,
    RunTrainer,
    RunFits,
    RunAttempt,
    RunWorker,
  ],
})
export class TrainingModule {}
