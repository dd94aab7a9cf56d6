import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { ChatsService } from '../chats/chats.service.js';
import { BriefMemory } from '../common/brief-memory.js';
import { NotFoundError } from '../common/errors.js';
import type { FittedPreparation } from '../ml/preparation/types.js';
import type { Matrix, Metric } from '../ml/types.js';
import type { Centers } from './centers.entity.js';
import { CentersRepository } from './centers.repository.js';

/** Bytes of decoded centers that a process keeps at hand. */
const CACHE_BYTES = 64 * 2 ** 20;
const OUTLIER_PERCENTILE = '99';

/** Centers as a prediction needs them: decoded, and never changing. */
export interface Model {
  readonly centersId: string;
  readonly preparation: FittedPreparation;
  /** Of the columns that a row has. */
  readonly names: ReadonlySet<string>;
  readonly metric: Metric;
  /** `k x features`, in the space trained in. */
  readonly centers: Matrix;
  /** Beyond it a row is an outlier, one a cluster; NaN where that is not known. */
  readonly outlierDistances: Float64Array;
  readonly idColumn: string | null;
}

/** Decoded centers, the latest used kept at hand. */
@Injectable()
export class Models {
  private readonly cache = new LRUCache<string, Model>({
    maxSize: CACHE_BYTES,
    sizeCalculation: ({ centers, outlierDistances }) => centers.data.byteLength + outlierDistances.byteLength + 4096,
  });

  /** Those that existed a moment ago. */
  private readonly present = new BriefMemory<Model>();

  constructor(
    private readonly repository: CentersRepository,
    chats: ChatsService,
  ) {
    chats.onDeleted(() => {
      this.forget();
    });
  }

  /**
   * Whether they still exist, and whose they are, is asked once a second; what never changes is remembered longer.
   *
   * @throws NotFoundError when the centers do not exist or are somebody else's
   */
  get(userId: string, centersId: string): Promise<Model> {
    const key = `${userId} ${centersId}`;
    return this.present.recall(key, () => this.find(userId, centersId, key));
  }

  /** To be called once centers have been deleted. */
  forget(): void {
    this.present.forget();
  }

  private async find(userId: string, centersId: string, key: string): Promise<Model> {
    const known = this.cache.get(key);
    if (known) {
      if (await this.repository.exists(userId, centersId)) return known;
      this.cache.delete(key);
      throw new NotFoundError();
    }
    const stored = await this.repository.find(userId, centersId);
    if (!stored) throw new NotFoundError();
    const model = toModel(stored);
    this.cache.set(key, model);
    return model;
  }
}

export function toModel(centers: Centers): Model {
  const { id, k, columns, preparation, metric, clusters, idColumn } = centers;
  return {
    centersId: id,
    preparation,
    names: new Set(columns),
    metric,
    centers: { data: centers.trained, rows: k, columns: preparation.features.length },
    outlierDistances: Float64Array.from(
      { length: k },
      (_, cluster) => clusters?.[cluster].distancePercentiles?.[OUTLIER_PERCENTILE] ?? NaN,
    ),
    idColumn,
  };
}
