import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import request from 'supertest';
import { createHttpApp } from '../../shared/platform/httpApp';
import { createLogger } from '../../shared/platform/logger';
import { readCenterProfile } from '../store/centerProfile';
import { createGuideStore } from '../store/guides';
import { centerRoutes } from './centerRoutes';

let shared: string;

beforeEach(() => {
  shared = mkdtempSync(join(tmpdir(), 'shared-'));
});
afterEach(() => rmSync(shared, { recursive: true }));

/** One of the instances that share the folder. */
function instance() {
  return createHttpApp({
    log: createLogger('reservation', 'fatal'),
    routers: [
      centerRoutes({
        guides: createGuideStore(join(shared, 'guides')),
        readProfile: () => readCenterProfile(join(shared, 'ui.properties')),
        clock: () => new Date('2026-11-22T00:00:00Z'),
      }),
    ],
  });
}

const fasting = { title: '금식 안내', text: '검사 8시간 전부터 금식해 주세요.' };

describe('/guides', () => {
  test('When a guide is uploaded to one instance, then another one serves it', async () => {
    const put = await request(instance()).put('/guides/fasting').send(fasting);
    const got = await request(instance()).get('/guides/fasting').set('Host', 'book.example.org');

    expect(put.status).toBe(200);
    expect([got.status, got.body]).toEqual([
      200,
      {
        guideId: 'fasting',
        ...fasting,
        updatedAt: '2026-11-22T00:00:00.000Z',
        _links: { self: { href: 'http://book.example.org/guides/fasting' } },
      },
    ]);
  });

  test('When it is uploaded again, then the latest holds, and nothing else is left in the folder', async () => {
    await request(instance()).put('/guides/fasting').send(fasting);
    await request(instance())
      .put('/guides/fasting')
      .send({ ...fasting, text: '물도 드시지 마세요.' });

    expect((await request(instance()).get('/guides/fasting')).body.text).toBe('물도 드시지 마세요.');
    expect(readdirSync(join(shared, 'guides'))).toEqual(['fasting.json']);
  });

  test('When they are listed, then each has its link; with none there is an empty list', async () => {
    expect((await request(instance()).get('/guides')).body._links.guides).toEqual([]);

    await request(instance()).put('/guides/mri').send(fasting);
    await request(instance()).put('/guides/fasting').send(fasting);

    const { body } = await request(instance()).get('/guides').set('Host', 'h');
    expect(body._links.guides).toEqual([
      { href: 'http://h/guides/fasting' },
      { href: 'http://h/guides/mri' },
    ]);
  });

  test('When nobody uploaded it, then it is a 404', async () => {
    const { status, body } = await request(instance()).get('/guides/fasting');

    expect([status, body.code]).toEqual([404, 'guide_not_found']);
  });

  test.each(['..%2fui.properties', '.hidden', 'A', 'a_b', 'a'.repeat(65)])(
    'When it is named %s, then it is a 404 and nothing is written',
    async (name) => {
      const { status, body } = await request(instance()).put(`/guides/${name}`).send(fasting);

      expect([status, body.code]).toEqual([404, 'guide_not_found']);
      expect(readdirSync(shared)).toEqual([]);
    },
  );

  test.each([{}, { title: '', text: 'x' }, { title: 'x', text: ' ' }])(
    'When %j is uploaded, then it is a 422 and nothing is written',
    async (body) => {
      expect((await request(instance()).put('/guides/fasting').send(body)).status).toBe(422);
      expect(readdirSync(shared)).toEqual([]);
    },
  );
});

describe('/center', () => {
  test('When the centre edits its properties file, then the next answer has it', async () => {
    const app = instance();
    expect((await request(app).get('/center')).body.code).toBe('center_profile_not_found');

    writeFileSync(
      join(shared, 'ui.properties'),
      '# remark\ncenter.name = 서울 센터\ncenter.telephone: 02-123-4567\nnotice.2=둘\nnotice.10=열\nnotice.1=하나=1\r\nnotice.3=\n',
    );

    const { status, body } = await request(app).get('/center').set('Host', 'h');
    expect([status, body]).toEqual([
      200,
      {
        name: '서울 센터',
        telephone: '02-123-4567',
        notices: ['하나=1', '둘', '열'],
        _links: { self: { href: 'http://h/center' } },
      },
    ]);
  });

  test('When the file says nothing that is known, then there are no notices', async () => {
    writeFileSync(join(shared, 'ui.properties'), 'color=blue\n=x\nnonsense\n');

    expect((await request(instance()).get('/center')).body).toEqual({
      notices: [],
      _links: expect.anything(),
    });
  });
});
