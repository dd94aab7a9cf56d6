import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createHash, randomUUID } from 'node:crypto';
import type { Response } from 'supertest';
import { DataSource } from 'typeorm';
import { PASSWORD } from '../factories/users.js';
import { startApp, type TestApp } from '../support/app.js';
import { refreshTokenOf } from '../support/cookies.js';

/** A device, as its owner and a thief who copies every token from it know it. */
interface Device {
  alive: boolean;
  accessTokens: string[];
  /** All refresh tokens in the order of their issue; the last one is the living one. */
  refreshTokens: string[];
  /** Whether the parent of the living token was spent so recently that it may come back. */
  parentIsFresh: boolean;
}

/** What the service has to do, in a few lines: each user with a password and devices. */
interface Model {
  username: string;
  password: string;
  devices: Device[];
}

type Command = fc.AsyncCommand<Model, TestApp>;

const JSON_BODY = {};
const cookie = (token: string) => ({ Cookie: `refresh_token=${token}` });
const bearer = (token: string) => ({ Authorization: `Bearer ${token}` });

function newDevice(answer: Response): Device {
  const { accessToken } = answer.body as { accessToken: string };
  return { alive: true, accessTokens: [accessToken], refreshTokens: [refreshTokenOf(answer)!], parentIsFresh: false };
}

/** Every token that was ever issued works exactly as long as its device is signed in. */
async function expectAgreement({ devices }: Model, { url }: TestApp): Promise<void> {
  const tokens = devices.flatMap(({ alive, accessTokens }) => accessTokens.map((token) => ({ alive, token })));
  const statuses = await Promise.all(
    tokens.map(async ({ token }) => (await fetch(`${url}/api/v1/users/me`, { headers: bearer(token) })).status),
  );
  expect(statuses).toEqual(tokens.map(({ alive }) => (alive ? 200 : 401)));
}

/** A command on some device, and for some also on a second one. */
function onDevice(
  name: string,
  picks: [number, number],
  run: (device: Device, model: Model, service: TestApp, other: Device) => Promise<void>,
  applies: (device: Device, other: Device) => boolean = () => true,
): Command {
  const pick = ({ devices }: Model): [Device, Device] => [
    devices[picks[0] % devices.length],
    devices[picks[1] % devices.length],
  ];
  return {
    check: (model) => model.devices.length > 0 && applies(...pick(model)),
    async run(model, service) {
      const [device, other] = pick(model);
      await run(device, model, service, other);
      await expectAgreement(model, service);
    },
    toString: () => `${name}(${picks.join(', ')})`,
  };
}

const signIn: Command = {
  check: ({ devices }) => devices.filter(({ alive }) => alive).length < 5,
  async run(model, { http }) {
    const { username, password } = model;
    model.devices.push(newDevice(await http.post('/api/v1/auth/login').send({ username, password }).expect(200)));
  },
  toString: () => 'signIn',
};

async function refresh(device: Device, _: Model, { http }: TestApp): Promise<void> {
  const answer = await http
    .post('/api/v1/auth/refresh')
    .set(cookie(device.refreshTokens.at(-1)!))
    .send(JSON_BODY);
  expect(answer.status).toBe(device.alive ? 200 : 401);
  if (!device.alive) return;
  device.accessTokens.push((answer.body as { accessToken: string }).accessToken);
  device.refreshTokens.push(refreshTokenOf(answer)!);
  device.parentIsFresh = true;
}

async function replayParent(device: Device, _: Model, { http }: TestApp): Promise<void> {
  const answer = await http
    .post('/api/v1/auth/refresh')
    .set(cookie(device.refreshTokens.at(-2)!))
    .send(JSON_BODY);
  const tolerated = device.alive && device.parentIsFresh;
  expect(answer.status).toBe(tolerated ? 200 : 401);
  expect(refreshTokenOf(answer)).toBeUndefined();
  if (tolerated) device.accessTokens.push((answer.body as { accessToken: string }).accessToken);
  device.alive &&= tolerated;
}

async function replayOlder(device: Device, _: Model, { http }: TestApp): Promise<void> {
  await http.post('/api/v1/auth/refresh').set(cookie(device.refreshTokens[0])).send(JSON_BODY).expect(401);
  device.alive = false;
}

async function wait(device: Device, _: Model, { app }: TestApp): Promise<void> {
  const hash = createHash('sha256').update(device.refreshTokens.at(-2)!).digest();
  const earlier = `UPDATE refresh_tokens SET spent_at = spent_at - interval '10 seconds' WHERE hash = $1`;
  await app.get(DataSource).query(earlier, [hash]);
  device.parentIsFresh = false;
}

async function logOutByCookie(device: Device, _: Model, { http }: TestApp): Promise<void> {
  await http
    .post('/api/v1/auth/logout')
    .set(cookie(device.refreshTokens.at(-1)!))
    .send(JSON_BODY)
    .expect(204);
  device.alive = false;
}

async function logOutByToken(device: Device, _: Model, { http }: TestApp): Promise<void> {
  await http.post('/api/v1/auth/logout').set(bearer(device.accessTokens[0])).send(JSON_BODY).expect(204);
  device.alive = false;
}

async function changePassword(device: Device, model: Model, { http }: TestApp): Promise<void> {
  const newPassword = `staple ${randomUUID()}`;
  const answer = await http
    .put('/api/v1/users/me/password')
    .set(bearer(device.accessTokens[0]))
    .send({ currentPassword: model.password, newPassword });
  expect(answer.status).toBe(device.alive ? 204 : 401);
  if (!device.alive) return;
  model.password = newPassword;
  for (const other of model.devices) other.alive &&= other === device;
}

async function endOther(device: Device, _: Model, { http, app }: TestApp, other: Device): Promise<void> {
  const sid = (JSON.parse(Buffer.from(other.accessTokens[0].split('.')[1], 'base64url').toString()) as { sid: string })
    .sid;
  const answer = await http.delete(`/api/v1/users/me/sessions/${sid}`).set(bearer(device.accessTokens.at(-1)!));
  expect(answer.status).toBe(!device.alive ? 401 : other.alive ? 204 : 404);
  if (!device.alive) return;
  other.alive = false;
  const left = await app.get(DataSource).query<unknown[]>('SELECT 1 FROM refresh_tokens WHERE session_id = $1', [sid]);
  expect(left).toHaveLength(0);
}

async function deleteUser(device: Device, model: Model, { http }: TestApp): Promise<void> {
  const { username, password } = model;
  const answer = await http.delete('/api/v1/users/me').set(bearer(device.accessTokens[0])).send({ password });
  expect(answer.status).toBe(device.alive ? 204 : 401);
  if (!device.alive) return;
  for (const each of model.devices) each.alive = false;
  await http.post('/api/v1/auth/login').send({ username, password }).expect(401);
  // The name is free, and whoever takes it has nothing of what was.
  model.devices.push(newDevice(await http.post('/api/v1/auth/register').send({ username, password }).expect(201)));
}

const picks = fc.tuple(fc.nat(50), fc.nat(50));
const commands = fc.commands(
  [
    fc.constant(signIn),
    picks.map((pick) => onDevice('refresh', pick, refresh)),
    picks.map((pick) => onDevice('refresh', pick, refresh)),
    picks.map((pick) => onDevice('replayParent', pick, replayParent, (device) => device.refreshTokens.length > 1)),
    picks.map((pick) => onDevice('replayOlder', pick, replayOlder, (device) => device.refreshTokens.length > 2)),
    picks.map((pick) => onDevice('wait', pick, wait, (device) => device.alive && device.refreshTokens.length > 1)),
    picks.map((pick) => onDevice('logOutByCookie', pick, logOutByCookie)),
    picks.map((pick) => onDevice('logOutByToken', pick, logOutByToken)),
    picks.map((pick) => onDevice('changePassword', pick, changePassword)),
    picks.map((pick) => onDevice('endOther', pick, endOther)),
    picks.map((pick) => onDevice('deleteUser', pick, deleteUser)),
  ],
  { maxCommands: 20 },
);

describe('sessions in any order of events', () => {
  let service: TestApp;
  beforeAll(async () => {
    service = await startApp();
  });
  afterAll(() => service.close());

  it('live and die as a model of a few lines says', async () => {
    await fc.assert(
      fc.asyncProperty(commands, async (sequence) => {
        const [username, password] = [`u-${randomUUID().slice(0, 13)}`, PASSWORD];
        await service.http.post('/api/v1/auth/register').send({ username, password }).expect(201);
        await fc.asyncModelRun(() => ({ model: { username, password, devices: [] }, real: service }), sequence);
      }),
      { numRuns: 40, seed: 6, endOnFailure: true },
    );
  }, 120_000);
});
