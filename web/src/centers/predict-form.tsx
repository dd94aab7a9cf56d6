import { SegmentedControl, Stack } from '@mantine/core';
import { useState } from 'react';
import type { Schemas } from '../api/client';
import { Failure } from '../ui/failure';
import { Waiting } from '../ui/waiting';
import { PredictFile } from './predict-file';
import { PredictPasted } from './predict-pasted';
import { useCenters } from './use-centers';
import { WhatIf } from './what-if';

const WAYS = [
  { value: 'what-if', label: 'What if' },
  { value: 'pasted', label: 'Pasted rows' },
  { value: 'file', label: 'A file' },
];

/** Which cluster do new rows belong to? One made with sliders, some that are pasted, or a file of them. */
export function PredictForm({ centersId, clusters }: { centersId: string; clusters: Schemas['ClusterDto'][] }) {
  const [way, setWay] = useState('what-if');
  const centers = useCenters(centersId);
  if (centers.isLoadingError) return <Failure error={centers.error} retry={() => void centers.refetch()} />;
  if (!centers.data) return <Waiting what="the centers" retry={() => void centers.refetch()} />;
  return (
    <Stack gap="md">
      <SegmentedControl aria-label="How rows are given" data={WAYS} value={way} onChange={setWay} />
      {way === 'what-if' && <WhatIf key={centersId} centers={centers.data} clusters={clusters} />}
      {way === 'pasted' && <PredictPasted key={centersId} centers={centers.data} />}
      {way === 'file' && <PredictFile key={centersId} centers={centers.data} />}
    </Stack>
  );
}
