import { Module } from '@nestjs/common';
import { KMeansService } from './kmeans.service.js';

@Module({ providers: [KMeansService], exports: [KMeansService] })
export class MlModule {}
