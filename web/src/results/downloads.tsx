import { Button, Menu } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import type { Schemas } from '../api/client';
import { download } from '../ui/download';
import { Failure } from '../ui/failure';

const FORMATS = [
  ['json', 'Bundle (JSON), for another Centroid'],
  ['csv', 'Centres as CSV'],
  ['npy', 'Centres as NPY'],
  ['sklearn', 'scikit-learn pipeline (Python)'],
] as const;
const SUFFIX = { json: 'json', csv: 'csv', npy: 'npy', sklearn: 'py' } as const;

/** What can be taken away: the labelled rows, and the centres in every format. */
export function Downloads({ run, centersId }: { run: Schemas['RunDto']; centersId: string | undefined }) {
  const save = useMutation({
    mutationFn: ([path, name, accept]: [string, string, string?]) => download(path, name, accept),
  });
  return (
    <>
      <Button
        size="xs"
        variant="default"
        disabled={!run.datasetId}
        onClick={() => {
          save.mutate([`/api/v1/runs/${run.id}/labels`, 'labelled.csv', 'text/csv']);
        }}
      >
        Rows with their cluster (CSV)
      </Button>
      {centersId && (
        <Menu>
          <Menu.Target>
            <Button size="xs" variant="default">
              Centres as a file
            </Button>
          </Menu.Target>
          <Menu.Dropdown>
            {FORMATS.map(([format, label]) => (
              <Menu.Item
                key={format}
                onClick={() => {
                  save.mutate([`/api/v1/centers/${centersId}/export?format=${format}`, `centers.${SUFFIX[format]}`]);
                }}
              >
                {label}
              </Menu.Item>
            ))}
          </Menu.Dropdown>
        </Menu>
      )}
      {save.error && <Failure error={save.error} />}
    </>
  );
}
