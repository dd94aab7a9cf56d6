import type { Kind } from './contender.ts';

/** One of the data sets that `datasets.py` makes, and how many times scikit-learn's speed the engine is to reach on it. */
export interface DataSet {
  words: string;
  /** Against the better of lloyd and elkan with 2 threads, against seeding with 1, against predict with 2. */
  targets: Partial<Record<Kind, number>>;
}

/** Names as on the command line. Shapes come from the manifest. */
export const sets: Record<string, DataSet> = {
  S1: { words: 'blobs in the plane', targets: { fit: 12, seed: 20, predict: 5 } },
  S2: { words: 'uniform in a cube', targets: { fit: 5, predict: 5 } },
  S3: { words: 'overlapping Gaussians', targets: { fit: 2.5, seed: 2, predict: 1 } },
  S4: { words: 'overlapping Gaussians, unequal axes', targets: { fit: 1.8, seed: 2, predict: 1 } },
  S5a: { words: 'digit images, few clusters', targets: { fit: 4.5, seed: 3.5, predict: 1 } },
  S5b: { words: 'digit images, many clusters', targets: { fit: 4.5, seed: 2, predict: 1 } },
  S6: { words: 'unit vectors like embeddings', targets: { fit: 3, predict: 1 } },
  S7a: { words: 'iris', targets: { predict: 1 } },
  S7b: { words: 'a small table, ten restarts', targets: { fit: 1, predict: 1 } },
  S8: { words: 'colours of a photograph', targets: { fit: 5, predict: 5 } },
};

/** Threads with which a kind's target is measured. */
export const targetThreads: Record<Kind, number> = { fit: 2, seed: 1, predict: 2 };

/**
 * SHA-256 of the rows behind the figures in docs/engine.md (NumPy 1.24, SciPy 1.10, scikit-learn 1.2). Other versions
 * may make other bytes; the ratios then compare with each other, not with those.
 */
export const published: Record<string, string> = {
  S1: 'f007a3821ae972426ed48c40a382cd994e42ccbe4c6840829a6646a055022462',
  S2: 'f820eba402e85407cd895d4bc9e0a60838e403c50fdc0474fd60acafdb9040c4',
  S3: '1c170afd359dc9aa2bbea802dd5c017db28af1c6b6e5e05689a68b2e02c023e6',
  S4: '8868ef2eb691070bf4acf98a57cf2186f4d80a16c77486c4034439bb16245b40',
  S5a: '0c7becd58aafbf340f4115facc306acd4a13a2ebf1962c730c7a2bb4fb86882e',
  S5b: '0c7becd58aafbf340f4115facc306acd4a13a2ebf1962c730c7a2bb4fb86882e',
  S6: '7cf6c048bcb4f5c848e56a3271ef3b8b6b657de696dc841497780c8cee00d6a8',
  S7a: 'a304c56a2f5154f12282242aee39a18a3575ec77d584ca2246ad95263681e9d0',
  S7b: '7352268f64dd0d759473078f5c1fbd7eda1d8cb7733200f2a0b07908e2a7401c',
  S8: 'eb20e7b7b47e831e906cf7aa8733a5fa45ae9439ffe156966ae329f60249a58d',
};
