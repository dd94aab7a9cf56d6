import { describe, expect, it } from '@jest/globals';
import { Type } from 'class-transformer';
import { IsInt, IsString, Max, MaxLength, Min, ValidateNested } from 'class-validator';
import { validationPipe } from './validation.js';

class Inner {
  @IsInt()
  @Min(1)
  @Max(9)
  n!: number;
}
class Body {
  @IsString()
  @MaxLength(5)
  name!: string;
  @ValidateNested()
  @Type(() => Inner)
  inner!: Inner;
}

const check = (value: unknown): Promise<unknown> =>
  validationPipe().transform(value, { type: 'body', metatype: Body }) as Promise<unknown>;

describe('validationPipe', () => {
  it('lets a good body through as its class', async () => {
    await expect(check({ name: 'ada', inner: { n: 3 } })).resolves.toBeInstanceOf(Body);
  });

  it('names every wrong place by its path', async () => {
    await expect(check({ name: 'too long', inner: { n: '3' }, extra: 1 })).rejects.toMatchObject({
      kind: 'malformed',
      code: 'request.invalid',
      errors: expect.arrayContaining([
        { path: 'extra', message: 'is not a field of this request.' },
        expect.objectContaining({ path: 'inner.n' }),
        { path: 'name', message: 'name must be shorter than or equal to 5 characters.' },
      ]) as unknown,
    });
  });

  it('gives the reason that stands first', async () => {
    await expect(check({ name: 7, inner: { n: 1 } })).rejects.toMatchObject({
      errors: [{ path: 'name', message: 'name must be a string.' }],
    });
  });

  it.each([[[]], [null], ['text'], [7], [undefined]])('refuses a body that is no object: %j', async (body) => {
    await expect(check(body)).rejects.toMatchObject({ kind: 'malformed' });
  });
});
