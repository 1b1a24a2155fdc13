#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Takes plain connections and passes each on over TLS: the load generator speaks no TLS itself.

  tlsforward.py PORT      prints its own port, then forwards to 127.0.0.1:PORT until it is ended
"""
import asyncio
import ssl
import sys


async def copy(reader, writer):
    try:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    except OSError:
        pass  # the other direction ends the pair
    finally:
        writer.close()


async def main():
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE  # the certificate is its own issuer
    handshakes = asyncio.Semaphore(50)

    async def forward(reader, writer):
        async with handshakes:
            far_reader, far_writer = await asyncio.open_connection('127.0.0.1', int(sys.argv[1]), ssl=context)
        await asyncio.gather(copy(reader, far_writer), copy(far_reader, writer))

    server = await asyncio.start_server(forward, '127.0.0.1', 0, backlog=4096)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == '__main__':
    asyncio.run(main())
