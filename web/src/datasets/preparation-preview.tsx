import { Text } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { api, data } from '../api/client';
import { ProblemError } from '../api/problem';
import { keys } from '../chats/queries';
import { num } from '../ui/format';
import { type Preparation, preparationRequest } from './preparation-fields';

/** What training would see of the table, before it is asked for: how many rows, and what is worth knowing. */
export function PreparationPreview({ datasetId, value }: { datasetId: string; value: Preparation }) {
  const [settled] = useDebouncedValue(value, 400);
  const { columns, scaling, missing, logColumns = [], columnWeights } = preparationRequest(settled);
  const query = {
    columns,
    scaling,
    missing,
    logColumns,
    ...(columnWeights && { columnWeights: JSON.stringify(columnWeights) }),
    limit: 1,
  };
  const preview = useQuery({
    queryKey: [...keys.dataset(datasetId), 'preview', query],
    queryFn: () =>
      data(
        api.GET('/api/v1/datasets/{datasetId}/preview', {
          params: { path: { datasetId }, query },
        }),
      ),
    enabled: columns.length > 0,
    placeholderData: keepPreviousData,
    staleTime: Infinity,
  });
  if (preview.error instanceof ProblemError) {
    return (
      <Text size="sm" c="var(--mantine-color-error)" role="alert">
        {preview.error.message}
      </Text>
    );
  }
  if (!preview.data) return null;
  const { rowCount, features, warnings } = preview.data;
  const becomes = features.length === columns.length ? '' : `, which become ${num(features.length)}`;
  return (
    <Text size="sm" c="dimmed" role="status">
      Trained on would be {num(rowCount)} rows and {num(columns.length)} columns{becomes}. {warnings.join(' ')}
    </Text>
  );
}
