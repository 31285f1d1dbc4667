"""asyncpg as an application would use it, against the server at PGHOST:PGPORT.

It asks for binary results throughout, prepares everything, and waits for
answers with Flush.
"""

import asyncio
import datetime
import decimal
import io
import uuid

import asyncpg

CONFIG = {"user": "postgres", "database": "postgres"}


async def main():
    conn = await asyncpg.connect(**CONFIG)
    await conn.execute("CREATE EXTENSION IF NOT EXISTS vector; DROP TABLE IF EXISTS aio_items;"
                       " CREATE TABLE aio_items (id serial PRIMARY KEY, name text, embedding vector(3))")
    await conn.set_type_codec("vector", encoder=lambda v: "[" + ",".join(map(str, v)) + "]",
                              decoder=lambda s: [float(x) for x in s[1:-1].split(",")], format="text")
    for step in (vectors, cursor, copy, values, notifications, errors, cancel, transactions, pool):
        await step(conn)
        print("ok", step.__name__)
    await conn.execute("DROP TABLE aio_items")
    await conn.reset()
    await conn.close()


async def vectors(conn):
    await conn.executemany("INSERT INTO aio_items (name, embedding) VALUES ($1, $2)", [(f"n{i}", [i, 0, 0]) for i in range(50)])
    rows = await conn.fetch("SELECT name, embedding FROM aio_items ORDER BY embedding <-> $1 LIMIT 3", [7.2, 0, 0])
    assert [r["name"] for r in rows] == ["n7", "n8", "n6"] and rows[0]["embedding"] == [7, 0, 0], rows


async def cursor(conn):
    async with conn.transaction():
        numbers = [r["id"] async for r in conn.cursor("SELECT id FROM aio_items ORDER BY id", prefetch=7)]
    assert numbers == sorted(numbers) and len(numbers) == 50, numbers


async def copy(conn):
    assert await conn.copy_records_to_table("aio_items", records=[(f"c{i}",) for i in range(10)], columns=["name"]) == "COPY 10"
    out = io.BytesIO()
    await conn.copy_from_query("SELECT id, name FROM aio_items ORDER BY id LIMIT 2", output=out)
    assert out.getvalue() == b"1\tn0\n2\tn1\n", out.getvalue()


async def values(conn):
    sent = ([1, 2, None], datetime.datetime(2024, 1, 1, tzinfo=datetime.timezone.utc), decimal.Decimal("1.50"),
            '{"a": 1}', uuid.UUID(int=7), datetime.timedelta(days=1, seconds=2), b"\x00\xff", 1.5, datetime.time(1, 2, 3))
    statement = await conn.prepare("SELECT $1::int[], $2::timestamptz, $3::numeric, $4::jsonb, $5::uuid, $6::interval,"
                                   " $7::bytea, $8::float8, $9::time")
    got = tuple(await statement.fetchrow(*sent))
    assert got == sent, got


async def notifications(conn):
    heard = asyncio.get_running_loop().create_future()
    await conn.add_listener("aio", lambda _conn, _pid, _channel, payload: heard.set_result(payload))
    await conn.execute("NOTIFY aio, 'hello'")
    assert await asyncio.wait_for(heard, 20) == "hello"


async def errors(conn):
    for query, expected in (("SELECT 1/0", asyncpg.DivisionByZeroError), ("SELECT * FROM nowhere", asyncpg.UndefinedTableError),
                            ("SELEC", asyncpg.PostgresSyntaxError)):
        try:
            await conn.fetch(query)
            raise AssertionError(f"{query}: no error")
        except expected:
            pass
    assert await conn.fetchval("SELECT 1") == 1


async def cancel(conn):
    try:
        await asyncio.wait_for(conn.fetch("SELECT pg_sleep(60)"), 0.2)
        raise AssertionError("it has slept")
    except asyncio.TimeoutError:
        pass
    assert await conn.fetchval("SELECT 1") == 1


async def transactions(conn):
    async with conn.transaction():
        await conn.execute("INSERT INTO aio_items (name) VALUES ('outer')")
        try:
            async with conn.transaction():
                await conn.execute("INSERT INTO aio_items (name) VALUES ('inner')")
                raise LookupError
        except LookupError:
            pass
    assert [r[0] for r in await conn.fetch("SELECT name FROM aio_items WHERE name IN ('outer', 'inner')")] == ["outer"]


async def pool(_conn):
    async with asyncpg.create_pool(min_size=2, max_size=5, **CONFIG) as many:
        answers = await asyncio.gather(*[many.fetchval("SELECT $1::int", i) for i in range(40)])
    assert answers == list(range(40)), answers


if __name__ == "__main__":
    asyncio.run(main())
