import { Button, Group, Stack, Text, Textarea } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { lazy, Suspense, useState } from 'react';
import type { Schemas } from '../api/client';
import { ProblemError } from '../api/problem';
import { Failure } from '../ui/failure';
import { Waiting } from '../ui/waiting';
import { askPredictions, atLines } from './ask';
import { CallAs } from './call-as';
import { type Cell, rowAt } from './inputs';
import type { PastedRows } from './pasted-rows';

const PredictionTable = lazy(async () => ({ default: (await import('./prediction-table')).PredictionTable }));

interface Told extends PastedRows {
  predictions: Schemas['PredictionDto'][];
}

/** Rows from a spreadsheet, pasted; their clusters below. */
export function PredictPasted({ centers }: { centers: Schemas['CentersDto'] }) {
  const { id, columns } = centers;
  const [text, setText] = useState('');
  const ask = useMutation({
    mutationFn: async (pasted: string): Promise<Told> => {
      const { readPasted } = await import('./pasted-rows');
      const rows = readPasted(pasted, centers);
      try {
        return { ...rows, predictions: await askPredictions(id, rows.records) };
      } catch (error) {
        throw atLines(error, rows.lines);
      }
    },
  });
  const example = [0, 1].filter((cluster) => cluster < centers.k).map((cluster) => rowAt(centers, cluster).map(short));
  return (
    <Stack gap="sm">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          ask.mutate(text);
        }}
      >
        <Stack gap="sm">
          <Textarea
            label="Rows"
            description={`One a line, as copied from a spreadsheet or a CSV file; with a line of names in any order, or without one as ${columns.slice(0, 6).join(', ')}${columns.length > 6 ? ', and so on' : ''}.`}
            placeholder={[columns.join(','), ...example.map((row) => row.join(','))].join('\n')}
            autosize
            minRows={4}
            maxRows={12}
            spellCheck={false}
            classNames={{ input: 'monospace' }}
            value={text}
            error={ask.error ? ask.error.message : undefined}
            onChange={(event) => {
              setText(event.currentTarget.value);
              if (ask.error) ask.reset();
            }}
          />
          <Group>
            <Button type="submit" size="sm" loading={ask.isPending} disabled={!text.trim()}>
              Ask for their clusters
            </Button>
            <Button
              size="sm"
              variant="default"
              onClick={() => {
                setText([columns.join(','), ...example.map((row) => row.join(','))].join('\n'));
              }}
            >
              Try the centres themselves
            </Button>
          </Group>
        </Stack>
      </form>
      {ask.error instanceof ProblemError && ask.error.fields.length > 1 && <Failure error={ask.error} />}
      {ask.data?.predictions.length === 0 && <Text c="dimmed">There are no rows in it.</Text>}
      {ask.data && ask.data.predictions.length > 0 && (
        <>
          <Suspense fallback={<Waiting what="the table" />}>
            <PredictionTable centers={centers} records={ask.data.records} predictions={ask.data.predictions} />
          </Suspense>
          <CallAs
            call={{
              url: `${location.origin}/api/v1/centers/${id}/predictions`,
              body: { json: { records: ask.data.records.slice(0, 3) } },
            }}
          />
        </>
      )}
    </Stack>
  );
}

function short(cell: Cell): Cell {
  return typeof cell === 'number' ? Number(cell.toPrecision(4)) : cell;
}
