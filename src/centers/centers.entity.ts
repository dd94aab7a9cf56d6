import { Column, Entity, ForeignKey, Index, PrimaryColumn, Unique } from 'typeorm';
import { Chat } from '../chats/chat.entity.js';
import { BIGINT, FLOAT64_ARRAY, TIMESTAMP } from '../database/columns.js';
import type { FittedPreparation } from '../ml/preparation/types.js';
import type { Metric } from '../ml/types.js';

/** What training knew of one cluster. Distances are those of its rows to its centre, in the space trained in. */
export interface ClusterFacts {
  /** Rows. */
  size: number;
  meanDistance: number;
  /** Distance of the farthest row. */
  radius: number;
  /** Mean silhouette coefficient; null where undefined or not sampled. */
  silhouette: number | null;
  /** By percentile, such as `{"50": 0.4, "99": 1.9}`; null for a cluster without rows. */
  distancePercentiles: Record<string, number> | null;
  /** Silhouette coefficients by percentile, every fifth from 0 to 100; left out where undefined or not sampled. */
  silhouettePercentiles?: Record<string, number>;
}

/** How good the whole is, in the space trained in; null where it is undefined. */
export interface CentersMetrics {
  silhouette: number | null;
  silhouetteRows: number;
  calinskiHarabasz: number | null;
  daviesBouldin: number | null;
}

/** Rows that were in one cluster by the parent and are in one now. */
export interface Transition {
  /** Null for rows that the parent cannot place, such as those with a missing value. */
  from: number | null;
  to: number;
  rows: number;
}

/** How the rows of a retraining moved between the clusters of the parent and the new ones. */
export interface Transitions {
  /** Rows whose cluster has the number that the parent gives them. */
  stayed: number;
  /** Rows whose cluster has another number. */
  moved: number;
  /** Rows that the parent cannot place. */
  unplaced: number;
  /** By `from`, then `to`; pairs without rows are left out. */
  table: Transition[];
  /** Rows in pairs beyond the 10,000 of the most rows, which the table leaves out. */
  unlisted: number;
}

/**
 * A trained model: centres with all that a prediction replays. Never changes, the names aside. What only training can
 * know is null for centers that were brought from elsewhere without it.
 */
@Entity('centers')
@Index('ix_centers_parent', ['parentId'])
@Unique('uq_centers_owner', ['userId', 'id'])
@Unique('uq_centers_chat', ['userId', 'chatId', 'id'])
@Unique('uq_centers_version', ['userId', 'chatId', 'version'])
@ForeignKey(() => Chat, ['userId', 'chatId'], ['userId', 'id'], { name: 'fk_centers_chat', onDelete: 'CASCADE' })
@ForeignKey(() => Centers, ['userId', 'parentId'], ['userId', 'id'], {
  name: 'fk_centers_parent_owner',
  deferrable: 'INITIALLY DEFERRED',
})
export class Centers {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'pk_centers' })
  id!: string;

  @Column('uuid')
  userId!: string;

  @Column('uuid')
  chatId!: string;

  // No foreign key: runs are above, and go with their chat only, which takes the centers along.
  @Column('uuid', { nullable: true })
  runId!: string | null;

  /** The centers that these were retrained from. */
  @Column('uuid', { nullable: true })
  @ForeignKey(() => Centers, { name: 'fk_centers_parent', onDelete: 'SET NULL' })
  parentId!: string | null;

  @Column('text')
  name!: string;

  /** Counts from 1 within the chat; a number is never given twice. */
  @Column('integer')
  version!: number;

  @Column('integer')
  k!: number;

  /** Names of the columns that a row has, in order. */
  @Column('jsonb')
  columns!: string[];

  /** The centres in the units of the data, `k x features`. */
  @Column(FLOAT64_ARRAY)
  values!: Float64Array;

  /** The centres in the space trained in, the same shape. */
  @Column(FLOAT64_ARRAY)
  trained!: Float64Array;

  @Column('text')
  metric!: Metric;

  @Column('jsonb')
  preparation!: FittedPreparation;

  /** One a cluster. */
  @Column('jsonb', { nullable: true })
  clusters!: ClusterFacts[] | null;

  /** How the rows lay in each column; see `packStatistics`. */
  @Column({ ...FLOAT64_ARRAY, nullable: true })
  statistics!: Float64Array | null;

  /** Names that people gave, one a cluster. */
  @Column('jsonb')
  clusterNames!: (string | null)[];

  /** The column that names a row: not trained on, echoed beside predictions. */
  @Column('text', { nullable: true })
  idColumn!: string | null;

  @Column('double precision', { nullable: true })
  inertia!: number | null;

  @Column('jsonb', { nullable: true })
  metrics!: CentersMetrics | null;

  /** What the run was asked for, defaults filled in. */
  @Column('jsonb', { nullable: true })
  params!: object | null;

  /** 0..2^32-1. */
  @Column({ ...BIGINT, nullable: true })
  seed!: number | null;

  @Column('text', { nullable: true })
  engineVersion!: string | null;

  @Column('text', { nullable: true })
  datasetSha256!: string | null;

  /** Of retrained centers: where the parent's rows are now. */
  @Column('jsonb', { nullable: true })
  transitions!: Transitions | null;

  @Column(TIMESTAMP)
  createdAt!: Date;
}

/** What centers are made of, however they came about; the rest is given when they are stored. */
export type NewCenters = Omit<Centers, 'id' | 'version' | 'createdAt' | 'k'>;

/** The last version number given in a chat, so that deleting centers does not free theirs. */
@Entity('centers_counters')
@ForeignKey(() => Chat, ['userId', 'chatId'], ['userId', 'id'], {
  name: 'fk_centers_counters_chat',
  onDelete: 'CASCADE',
})
export class CentersCounter {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'pk_centers_counters' })
  userId!: string;

  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'pk_centers_counters' })
  chatId!: string;

  @Column('integer')
  last!: number;
}

// A chat's pin names centers of that chat. Said here because chats are below and know no centers.
ForeignKey(() => Centers, ['userId', 'id', 'pinnedCentersId'], ['userId', 'chatId', 'id'], {
  name: 'fk_chats_pinned_centers',
})(Chat);
