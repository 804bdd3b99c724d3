"""Uses other isolates, as a kernel lets it."""

import asyncio

from process_isolation_pihost import front_door, keep, remote, use

store = use("store")
get = store.get


def call(target, path, *args):
    return member(use(target), path)(*args)


async def call_later(target, path, *args):
    return await member(use(target), path)(*args)


def call_with(options, path, *args):
    return member(use("store", **options), path)(*args)


async def call_with_later(options, path, *args):
    return await member(use("store", **options), path)(*args)


def member(owner, path):
    for name in path.split("."):
        owner = getattr(owner, name)
    return owner


async def got_at_once(keys):
    return await asyncio.gather(*[store.get(key) for key in keys])


def call_a_name(name):
    return getattr(store, name)()


def caught(path):
    try:
        return call("store", path)
    except Exception as error:
        return [type(error).__name__, getattr(error, "code", None), str(error)]


def rows(n):
    return store.rows(n)


def sum_of_rows(n):
    return sum(store.rows(n))


async def sum_of_rows_later(n):
    total = 0
    async for row in await store.rows(n):
        total += row
    return total


def first_row():
    with store.rows(1_000_000) as numbers:
        return next(numbers)


def doubled(n):
    return store.each(n, lambda value: value * 2)


def collected(n):
    return store.collect(iter(range(n)))


def contexts(n):
    for _ in range(n):
        yield store.context()


async def contexts_later(n):
    for _ in range(n):
        yield await store.context()


async def make_contexts_later(n):
    return contexts_later(n)


def hand_on(how):
    ways = {
        "proxy": store,
        "member": store.get,
        "kept": keep(store.get),
        "remote": remote(store),
        "inside": [{"deep": store.nested}],
    }
    return store.echo(ways[how])


def give_back(how):
    return {"proxy": store, "member": keep(store.get)}[how]


def described():
    return {
        "callable": callable(store),
        "texts": [repr(store), repr(store.nested.get)],
        "same": store.get is get and store.nested.get is store.nested.get,
        "dunder": hasattr(store, "__len__"),
    }


def sign_in():
    access = front_door()
    return [type(access).__name__, *access]


async def sign_in_later():
    return list(await front_door())


def use_many(n):
    for number in range(n):
        getattr(store, f"name{number}")()
