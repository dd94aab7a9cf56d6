import { Button, Menu } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import type { Schemas } from '../api/client';
import { downloadCenters, downloadLabels, EXPORTS, LABELS } from '../centers/formats';
import { useCenters } from '../centers/use-centers';
import { Failure } from '../ui/failure';

/** What can be taken away: the rows with their clusters, and the centres, in every format. */
export function Downloads({ run, centersId }: { run: Schemas['RunDto']; centersId: string | undefined }) {
  const centers = useCenters(centersId ?? '').data;
  const save = useMutation({ mutationFn: (act: () => Promise<void>) => act() });
  return (
    <>
      <FormatMenu
        title="Rows with their cluster"
        // Without the rows there are their clusters still.
        formats={run.datasetId ? LABELS : LABELS.filter(({ alone }) => alone)}
        onPick={(format) => {
          save.mutate(() => downloadLabels(run.id, format));
        }}
      />
      {centersId && centers && (
        <FormatMenu
          title="Centres as a file"
          formats={EXPORTS}
          onPick={(format) => {
            save.mutate(() => downloadCenters(centers, format));
          }}
        />
      )}
      {save.error && <Failure error={save.error} />}
    </>
  );
}

interface FormatMenuProps<Format> {
  title: string;
  formats: readonly Format[];
  onPick: (format: Format) => void;
}

function FormatMenu<Format extends { label: string }>({ title, formats, onPick }: FormatMenuProps<Format>) {
  return (
    <Menu>
      <Menu.Target>
        <Button size="xs" variant="default">
          {title}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {formats.map((format) => (
          <Menu.Item
            key={format.label}
            onClick={() => {
              onPick(format);
            }}
          >
            {format.label}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
