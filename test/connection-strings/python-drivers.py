"""Runs connection strings through the real Python drivers: a line of JSON for each list of cases, one for its results."""

import asyncio
import inspect
import json
import os
import sys

import asyncpg
import celery
import kombu
import kombu.utils.url
import psycopg2
import psycopg2.extensions
import redis
import sqlalchemy
from asyncpg import connect_utils
from sqlalchemy.ext.asyncio import create_async_engine

WHO = "SELECT current_user, current_database()"


async def asyncpg_login(url):
    connection = await asyncpg.connect(url)
    try:
        return list(await connection.fetchrow(WHO))
    finally:
        await connection.close()


async def sqlalchemy_asyncpg_login(url):
    engine = create_async_engine(url)
    try:
        async with engine.connect() as connection:
            return list((await connection.execute(sqlalchemy.text(WHO))).one())
    finally:
        await engine.dispose()


def libpq_login(url):
    connection = psycopg2.connect(url)
    try:
        with connection.cursor() as cursor:
            cursor.execute(WHO)
            return list(cursor.fetchone())
    finally:
        connection.close()


def sqlalchemy_psycopg2_login(url):
    engine = sqlalchemy.create_engine(url)
    try:
        with engine.connect() as connection:
            return list(connection.execute(sqlalchemy.text(WHO)).one())
    finally:
        engine.dispose()


def redis_py_login(url):
    client = redis.Redis.from_url(url)
    try:
        return ["PONG" if client.ping() else "silence"]
    finally:
        client.close()


def kombu_login(url):
    # What Celery does with a broker's URL, and with that of a result backend.
    with kombu.Connection(url) as connection:
        connection.ensure_connection(max_retries=1, timeout=5)
        broker = connection.default_channel.client.ping()
    backend = celery.Celery(broker="memory://", backend=url).backend.client.ping()
    return ["PONG" if broker and backend else "silence"]


def kombu_parse(url):
    parsed = kombu.utils.url.parse_url(url)
    return ["", parsed["password"], parsed["virtual_host"], parsed["hostname"]]


def asyncpg_parse(url):
    # Private, and its arguments change from version to version: all are given, as connect() without arguments does.
    parse = connect_utils._parse_connect_dsn_and_args
    given = dict.fromkeys(inspect.getfullargspec(parse).kwonlyargs)
    given.update(dsn=url, connect_timeout=60)
    if "direct_tls" in given:
        given["direct_tls"] = False
    addresses, parameters, *_ = parse(**given)
    return [parameters.user, parameters.password, parameters.database, str(addresses[0])]


def sqlalchemy_parse(url):
    parsed = sqlalchemy.engine.make_url(url)
    dialect = parsed.get_dialect()()
    _, arguments = dialect.create_connect_args(parsed)
    return [
        arguments["user"],
        arguments["password"],
        arguments.get("database", arguments.get("dbname")),
        arguments.get("host"),
    ]


def libpq_parse(url):
    parsed = psycopg2.extensions.parse_dsn(url)
    return [parsed["user"], parsed["password"], parsed["dbname"], parsed["host"]]


def redis_py_parse(url):
    parsed = redis.connection.parse_url(url)
    return ["", parsed["password"], str(parsed["db"]), parsed["host"]]


RUN = {
    "login": {
        "asyncpg": lambda url: asyncio.run(asyncpg_login(url)),
        "sqlalchemy-asyncpg": lambda url: asyncio.run(sqlalchemy_asyncpg_login(url)),
        "libpq": libpq_login,
        "sqlalchemy-psycopg2": sqlalchemy_psycopg2_login,
        "redis-py": redis_py_login,
        "kombu": kombu_login,
    },
    "parse": {
        "asyncpg": asyncpg_parse,
        "sqlalchemy-asyncpg": sqlalchemy_parse,
        "libpq": libpq_parse,
        "sqlalchemy-psycopg2": sqlalchemy_parse,
        "redis-py": redis_py_parse,
        "kombu": kombu_parse,
        "kombu version": lambda _: list(kombu.__version__.split(".")),
    },
}


def result_of(case):
    # SQLAlchemy with asyncpg learns its authorities from here.
    os.environ["PGSSLROOTCERT"] = case.get("caFile", "")
    try:
        return {"result": RUN[case["action"]][case["driver"]](case["url"])}
    except Exception as error:
        return {"error": f"{type(error).__name__}: {error}"}


for line in sys.stdin:
    print(json.dumps([result_of(case) for case in json.loads(line)]), flush=True)
