import { IsInt, Max, Min } from 'class-validator';
import { MayBeLeftOut } from '../../common/may-be-left-out.decorator.js';
import { IsText } from '../../common/text.decorator.js';
import { MAX_K } from './rules.js';

/** Which number of clusters of a range to keep as centers. */
export class KeepCentersDto {
  /** One of the numbers that the run tried. */
  @IsInt()
  @Min(1)
  @Max(MAX_K)
  k!: number;

  /** Default: `k clusters`. */
  @MayBeLeftOut()
  @IsText(1, 200)
  name?: string;
}
