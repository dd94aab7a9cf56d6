import { type DynamicModule, Module } from '@nestjs/common';
import { ENGINE_OPTIONS, type EngineOptions, KMeansService } from './kmeans.service.js';

@Module({ providers: [KMeansService], exports: [KMeansService] })
export class MlModule {}

/** Gives the engine of {@link MlModule}, wherever that is imported, its options; without it the defaults hold. */
@Module({})
export class EngineOptionsModule {
  static register(options: EngineOptions): DynamicModule {
    return {
      module: EngineOptionsModule,
      global: true,
      providers: [{ provide: ENGINE_OPTIONS, useValue: options }],
      exports: [ENGINE_OPTIONS],
    };
  }
}
