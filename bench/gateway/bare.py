"""The least a server on aiohttp can do: a page of the same length, and a form that becomes a row and a record.

`python -m bench.gateway.bare PORT BYTES`, with the environment of the gateway.
"""

import asyncio
import os
import sys
from urllib.parse import parse_qsl
from uuid import uuid4

from aiohttp import web
from aiokafka import AIOKafkaProducer
from cassandra.cluster import Cluster, ResponseFuture

from shared.hostports import host_ports
from shared.topics import JOB_INBOX

INSERT = "INSERT INTO recipients (job_id, address, time_zone, language) VALUES (?, ?, ?, ?)"


def stored(response: ResponseFuture) -> asyncio.Future[None]:
    loop = asyncio.get_running_loop()
    answer = loop.create_future()
    response.add_callbacks(
        lambda _: loop.call_soon_threadsafe(answer.set_result, None),
        lambda error: loop.call_soon_threadsafe(answer.set_exception, error),
    )
    return answer


async def serve(port: int, page: bytes) -> None:
    hosts = host_ports(os.environ["AID_CASSANDRA_HOSTS"])
    cluster = Cluster(list(hosts), port=hosts[0][1], protocol_version=5)
    session = cluster.connect("aid")
    insert = session.prepare(INSERT)
    producer = AIOKafkaProducer(bootstrap_servers=os.environ["AID_KAFKA_URL"], acks="all")
    await producer.start()

    async def show(_: web.Request) -> web.Response:
        return web.Response(body=page, content_type="text/html")

    async def accept(request: web.Request) -> web.Response:
        text = await request.text()
        fields, job_id = dict(parse_qsl(text)), uuid4()
        await stored(session.execute_async(insert, (job_id, fields["email"], "UTC", "en")))
        await producer.send_and_wait(JOB_INBOX.name, text.encode(), key=str(job_id).encode())
        return web.Response(status=303, headers={"Location": f"/jobs/{job_id}"})

    app = web.Application()
    app.router.add_get("/", show)
    app.router.add_post("/jobs", accept)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), b"x" * int(sys.argv[2])))
