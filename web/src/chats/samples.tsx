import { SimpleGrid, Text, UnstyledButton } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { SAMPLES, type Sample } from '../datasets/samples';
import type { Upload } from '../datasets/use-upload';
import { Failure } from '../ui/failure';

/** The tables that come with the page, as cards with their own small pictures. */
export function Samples({ upload }: { upload: Upload }) {
  const take = useMutation({
    mutationFn: (sample: Sample) => sample.load(),
    onSuccess: (file) => {
      upload.send([file]);
    },
  });
  return (
    <>
      <SimpleGrid cols={{ base: 1, xs: 3 }}>
        {SAMPLES.map((sample) => (
          <UnstyledButton
            key={sample.name}
            className="sample"
            p="md"
            disabled={upload.busy || take.isPending}
            onClick={() => {
              take.mutate(sample);
            }}
          >
            <img src={sample.picture} alt="" className="sample-picture" />
            <Text fw={600}>{sample.title}</Text>
            <Text size="sm" c="dimmed">
              {sample.about}
            </Text>
          </UnstyledButton>
        ))}
      </SimpleGrid>
      {take.error && <Failure error={take.error} />}
    </>
  );
}
