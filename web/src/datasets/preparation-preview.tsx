import { Text } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { api, data } from '../api/client';
import { ProblemError } from '../api/problem';
import { keys } from '../chats/queries';
import { num } from '../ui/format';
import type { Preparation } from './preparation-fields';

/** What training would see of the table, before it is asked for: how many rows, and what is worth knowing. */
export function PreparationPreview({ datasetId, value }: { datasetId: string; value: Preparation }) {
  const [{ columns, scaling, missing }] = useDebouncedValue(value, 400);
  const preview = useQuery({
    queryKey: [...keys.dataset(datasetId), 'preview', columns, scaling, missing],
    queryFn: () =>
      data(
        api.GET('/api/v1/datasets/{datasetId}/preview', {
          params: { path: { datasetId }, query: { columns, scaling, missing, limit: 1 } },
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
  return (
    <Text size="sm" c="dimmed" role="status">
      Trained on would be {num(rowCount)} rows and {num(features.length)} columns. {warnings.join(' ')}
    </Text>
  );
}
