import { clusterColor } from './palette';

const PATHS: Record<number, string> = {
  0: 'M5 0a5 5 0 1 0 0.001 0z',
  1: 'M0 0h10v10h-10z',
  2: 'M5 0l5 10h-10z',
  3: 'M5 0l5 5l-5 5l-5 -5z',
  4: 'M5 0l5 4l-2 6h-6l-2 -6z',
};

/** A cluster's colour and shape, as they are in its charts. */
export function ClusterMark({ cluster }: { cluster: number }) {
  return (
    <svg className="mark" viewBox="0 0 10 10" aria-hidden="true">
      <path d={PATHS[cluster % 5]} fill={clusterColor(cluster)} />
    </svg>
  );
}
