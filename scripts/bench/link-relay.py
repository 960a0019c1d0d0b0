"""
A link in user space, where the kernel has no netem: two tun devices, and every IP packet that comes from one goes to
the other after a while, unless it is lost. TCP itself runs in the kernel on both sides and sees a real link.

usage: link-relay.py DEVICE DEVICE DELAY_S LOSS MBIT LIMIT    (MBIT 0: no limit; LIMIT: packets on their way)
"""

import collections
import fcntl
import os
import random
import select
import struct
import sys
import time

TUNSETIFF = 0x400454CA
IFF_TUN_NO_PI = 0x0001 | 0x1000
PACKET_BYTES_MAX = 65536

delay_s, loss, mbit, limit = [float(each) for each in sys.argv[3:7]]
s_per_byte = 8 / (mbit * 1e6) if mbit > 0 else 0.0


def device(name):
    fd = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(fd, TUNSETIFF, struct.pack("16sH22x", name.encode(), IFF_TUN_NO_PI))
    return fd


class Direction:
    def __init__(self, source, target):
        self.source, self.target = source, target
        self.queue = collections.deque()
        self.free_at = 0.0

    def take(self, now):
        while True:
            try:
                packet = os.read(self.source, PACKET_BYTES_MAX)
            except OSError:
                return
            if random.random() < loss or len(self.queue) >= limit:
                continue
            self.free_at = max(now, self.free_at) + len(packet) * s_per_byte
            self.queue.append((self.free_at + delay_s, packet))

    def give(self, now):
        queue = self.queue
        while queue and queue[0][0] <= now:
            try:
                os.write(self.target, queue.popleft()[1])
            except OSError:
                pass  # the device is down or full: lost


first, second = device(sys.argv[1]), device(sys.argv[2])
ways = {first: Direction(first, second), second: Direction(second, first)}
poll = select.epoll()
for fd in ways:
    poll.register(fd, select.EPOLLIN)
print("ready", flush=True)

while True:
    due = [way.queue[0][0] for way in ways.values() if way.queue]
    timeout = max(0.0, min(due) - time.monotonic()) if due else -1
    readable = poll.poll(timeout)
    now = time.monotonic()
    for fd, _ in readable:
        ways[fd].take(now)
    for way in ways.values():
        way.give(now)
