import { Anchor, Button, Container, Paper, PasswordInput, Stack, Text, TextInput, Title } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { Navigate, useLocation } from 'react-router';
import { ProblemError } from '../api/problem';
import { Failure } from '../ui/failure';
import { enter } from './session';
import { useSession } from './use-session';

/** The one sentence that says what this is, and the way in. */
export function SignInPage() {
  const session = useSession();
  const from = (useLocation().state as { from?: string } | null)?.from ?? '/';
  const [creating, setCreating] = useState(false);
  const form = useForm({ initialValues: { username: '', password: '' } });
  const go = useMutation({
    mutationFn: (values: typeof form.values) => enter(creating ? 'register' : 'login', values),
    onError: (error) => {
      if (error instanceof ProblemError) {
        for (const { path, message } of error.fields) form.setFieldError(path, message);
      }
    },
  });
  if (session.status === 'signed-in') return <Navigate to={from} replace />;
  const shownAtFields =
    go.error instanceof ProblemError && go.error.fields.length > 0 && Object.keys(form.errors).length > 0;
  return (
    <Container component="main" size="xs" py={64}>
      <Title order={1}>Centroid</Title>
      <Text c="dimmed" mb="lg">
        Which rows of your table belong together, and why?
      </Text>
      <Paper withBorder p="lg">
        <form
          onSubmit={form.onSubmit((values) => {
            go.mutate(values);
          })}
        >
          <Stack>
            <Title order={2} size="h3">
              {creating ? 'Create an account' : 'Sign in'}
            </Title>
            <TextInput
              label="Username"
              autoComplete="username"
              required
              autoFocus
              {...form.getInputProps('username')}
            />
            <PasswordInput
              label="Password"
              description={creating ? 'At least 8 characters; a few words are better than a few symbols.' : undefined}
              autoComplete={creating ? 'new-password' : 'current-password'}
              required
              {...form.getInputProps('password')}
            />
            {go.error && !shownAtFields && <Failure error={go.error} />}
            <Button type="submit" loading={go.isPending}>
              {creating ? 'Create account' : 'Sign in'}
            </Button>
            <Anchor
              component="button"
              type="button"
              size="sm"
              onClick={() => {
                setCreating(!creating);
                go.reset();
                form.clearErrors();
              }}
            >
              {creating ? 'I have an account already' : 'I am new here'}
            </Anchor>
          </Stack>
        </form>
      </Paper>
    </Container>
  );
}
