import type { Sample } from './sample';
import type { Picked, Selection } from './selection';

/** What every linked view is given: the rows, what is selected of them, and the ways to change that. */
export interface Linked {
  sample: Sample;
  picked: Picked;
  selection: Selection;
  /** The position in the sample of the row that is looked at. */
  focus: number | undefined;
  label: (cluster: number) => string;
  onSelection: (change: (selection: Selection) => Selection) => void;
  onFocus: (position: number | undefined) => void;
}
