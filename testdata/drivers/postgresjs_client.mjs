// postgres.js and pg-cursor as an application would use them, against the
// server at PGHOST:PGPORT: they describe with Flush and read by row limits.
import assert from 'node:assert/strict';
import postgres from 'postgres';
import pg from 'pg';
import Cursor from 'pg-cursor';

const config = { user: 'postgres', database: 'postgres' };
const sql = postgres({ ...config, onnotice: () => {} });

const steps = {
  async values() {
    await sql`DROP TABLE IF EXISTS pj_items`;
    await sql`CREATE TABLE pj_items (id serial PRIMARY KEY, name text, tags text[], embedding vector(2), data jsonb)`;
    await sql`INSERT INTO pj_items ${sql([
      { name: 'a', tags: ['x', 'y,"z"'], embedding: '[1,2]', data: { k: 1 } },
      { name: 'b', tags: [], embedding: '[3,4]', data: null },
    ])}`;
    const rows = await sql`SELECT name, tags, embedding, data FROM pj_items ORDER BY embedding <-> ${'[1,1]'} LIMIT 2`;
    assert.deepEqual([...rows], [
      { name: 'a', tags: ['x', 'y,"z"'], embedding: '[1,2]', data: { k: 1 } },
      { name: 'b', tags: [], embedding: '[3,4]', data: null },
    ]);
  },

  async savepoints() {
    await sql.begin(async (tx) => {
      await tx`INSERT INTO pj_items (name) VALUES ('kept')`;
      await tx.savepoint(async (sp) => {
        await sp`INSERT INTO pj_items (name) VALUES ('dropped')`;
        throw new Error('on purpose');
      }).catch(() => {});
    });
    const rows = await sql`SELECT name FROM pj_items WHERE name IN ('kept', 'dropped')`;
    assert.deepEqual(rows.map((r) => r.name), ['kept']);
  },

  async cursors() {
    const sizes = [];
    await sql`SELECT generate_series(1, 25) AS g`.cursor(10, (rows) => { sizes.push(rows.length); });
    assert.deepEqual(sizes, [10, 10, 5]);

    const client = new pg.Client(config);
    await client.connect();
    const cursor = client.query(new Cursor('SELECT generate_series(1, 25) AS g'));
    let read = 0;
    for (let rows = await cursor.read(7); rows.length > 0; rows = await cursor.read(7)) read += rows.length;
    assert.equal(read, 25);
    await cursor.close();
    await client.end();
  },

  async describe() {
    const d = await sql`SELECT id, name FROM pj_items WHERE id = ${1}`.describe();
    assert.deepEqual(d.types, [23]);
    assert.deepEqual(d.columns.map((c) => [c.name, c.type]), [['id', 23], ['name', 25]]);
  },

  async errors() {
    await assert.rejects(sql`SELECT 1/0`, { code: '22012' });
    const sleeping = sql`SELECT pg_sleep(60)`;
    setTimeout(() => sleeping.cancel(), 200);
    await assert.rejects(sleeping, { code: '57014' });
  },

  async notifications() {
    const heard = new Promise((resolve) => { sql.listen('pj', resolve).then(() => sql.notify('pj', 'hello')); });
    assert.equal(await heard, 'hello');
  },
};

for (const [name, step] of Object.entries(steps)) {
  await step();
  console.log('ok', name);
}
await sql`DROP TABLE pj_items`;
await sql.end();
