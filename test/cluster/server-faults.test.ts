// A real server that crashes, hangs, or whose program does, packet by packet.
import { expect, test } from 'vitest'
import { MS, Story } from './tcp-story.ts'

/** A connection with a request every 10 ms, of which the first has been answered. */
function keepAlive(): Story {
  const story = new Story({ requests: 100, thinkPs: 10 * MS, timeoutPs: 400 * MS })
  story.ask(0, 7)
  story.run(5)
  story.packets.length = 0
  return story
}

test('after a crash unknown segments are answered with RST', () => {
  const story = keepAlive()
  story.server.crash(story.kernel.now)
  story.run(100)
  // The request, and what is sent again; nobody answers.
  expect(story.packets.length).toBeGreaterThan(0)
  expect(new Set(story.packets)).toEqual(new Set(['> PSH ACK 200']))
  story.packets.length = 0
  story.server.boot(story.kernel.now)
  story.run(250)
  expect(story.packets).toEqual(['> PSH ACK 200', '< RST ACK'])
  expect(story.result.failed['reset']).toBe(1)
  expect([story.alive, story.server.connections]).toEqual([[0, 0], 0])
})

test('a machine that hangs goes on where it was', () => {
  const story = new Story({ requests: 2, workPs: 20 * MS, timeoutPs: 900 * MS })
  story.ask(0, 7)
  story.run(5)
  story.server.hang(story.kernel.now)
  story.run(100)
  expect(story.result.delivered).toBe(0)
  story.server.resume(story.kernel.now)
  story.run(14)
  // Of 20 ms of work 5 less the handshake were done before.
  expect(story.result.delivered).toBe(0)
  story.run(2)
  expect(story.result.delivered).toBe(1)
  expect(story.run(500).result.delivered).toBe(2)
  expect(story.run(70_000).alive).toEqual([0, 0])
})

test('while the program hangs the kernel accepts what the queue holds', () => {
  const story = new Story({ listen: { somaxconn: 1 }, timeoutPs: 800 * MS })
  story.server.pause(story.kernel.now)
  for (let ticket = 0; ticket < 4; ticket++) story.ask(0, ticket)
  story.run(10)
  // Two complete the handshake, the others' SYN ACKs or last ACKs come to nothing.
  expect(story.socket.listener.queues.accept).toBe(2)
  expect(story.result.delivered).toBe(0)
  story.server.goOn(story.kernel.now)
  story.run(5)
  expect(story.result.delivered).toBe(2)
  expect(story.socket.listener.queues.accept).toBe(0)
})

test('when the program ends, what is read is closed, and SYNs are refused', () => {
  const idle = keepAlive()
  idle.server.close(idle.kernel.now)
  idle.run(3)
  expect(idle.packets.slice(0, 3)).toEqual(['< FIN ACK', '> FIN ACK', '< ACK'])
  expect(idle.result.failed).toMatchObject({ reset: 0, refused: 0 })

  const hung = new Story()
  hung.server.pause(hung.kernel.now)
  hung.ask(0, 1)
  hung.run(5)
  hung.packets.length = 0
  hung.server.goOn(hung.kernel.now)
  hung.server.close(hung.kernel.now)
  hung.run(1)
  hung.ask(0, 2)
  hung.run(5)
  expect(hung.packets.slice(-2)).toEqual(['> SYN', '< RST ACK'])
  expect(hung.result.failed['refused']).toBe(1)
  hung.server.open(hung.kernel.now)
  hung.ask(0, 3)
  expect(hung.run(5).result.delivered).toBe(1)
})
