import { IsInt, IsOptional, Max, Min } from 'class-validator';
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
  @IsOptional()
  @IsText(1, 200)
  name?: string;
}
