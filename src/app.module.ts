import { type DynamicModule, Module } from '@nestjs/common';
import { APP_FILTER, APP_GUARD, APP_PIPE } from '@nestjs/core';
import { CentersModule } from './centers/centers.module.js';
import { ChatsModule } from './chats/chats.module.js';
import { ProblemFilter } from './common/problem.filter.js';
import { ProcessModule } from './common/process.module.js';
import { validationPipe } from './common/validation.js';
import type { AppConfig } from './config/app-config.js';
import { ConfigModule } from './config/config.module.js';
import { DatabaseModule } from './database/database.module.js';
import { DatasetsModule } from './datasets/datasets.module.js';
import { QueueModule } from './database/queue/queue.module.js';
import { EngineOptionsModule } from './ml/ml.module.js';
import { OperationsModule } from './operations/operations.module.js';
import { TrainingModule } from './training/training.module.js';
import { AccessGuard } from './users/auth/access.guard.js';
import { UsersModule } from './users/users.module.js';

/** Wires the modules; what holds for every route is provided here. */
@Module({})
export class AppModule {
  static register(config: AppConfig): DynamicModule {
    return {
      module: AppModule,
      imports: [
        ConfigModule.register(config),
        ProcessModule,
        DatabaseModule.register(config),
        QueueModule,
        EngineOptionsModule.register({ threads: config.engineThreads }),
        UsersModule,
        ChatsModule,
        CentersModule,
        DatasetsModule,
        TrainingModule,
        OperationsModule,
      ],
      providers: [
        { provide: APP_GUARD, useExisting: AccessGuard },
        { provide: APP_FILTER, useClass: ProblemFilter },
        { provide: APP_PIPE, useFactory: validationPipe },
      ],
    };
  }
}
