// Receivers that stop, and what they leave to the others.
import assert from "node:assert/strict";
import { test } from "node:test";
import { createClient, patience, receiveCount, receiveOne, unique } from "./support.mjs";

const client = createClient();
test("who gives up receiving and closes takes no message along", async () => {
  const closing = client.createReceiver("given-up");
  // The SDK cannot be stopped while it connects; an answer shows that it has.
  await closing.peekMessages(1);
  await assert.rejects(
    closing.receiveMessages(5, { maxWaitTimeInMs: 10_000, abortSignal: AbortSignal.timeout(150) }), { name: "AbortError" });
  await closing.close();

  await client.createSender("given-up").sendMessages({ body: "still there" });
  const next = client.createReceiver("given-up");
  const message = await receiveOne(next);

  assert.equal(message.body, "still there");
  assert.equal(message.deliveryCount, 0);
  await next.completeMessage(message);
  await next.close();
});

test("messages can be iterated over, one by one", async () => {
  await client.createSender("given-up").sendMessages([1, 2, 3].map((body) => ({ body })));
  const receiver = client.createReceiver("given-up");
  const seen = [];

  for await (const message of receiver.getMessageIterator()) {
    seen.push(message.body);
    await receiver.completeMessage(message);
    if (seen.length === 3) break;
  }

  assert.deepEqual(seen, [1, 2, 3]);
  await receiver.close();
});

test("fewer messages than asked for come when the first has been there a while", async () => {
  const receiver = client.createReceiver("given-up");
  await client.createSender("given-up").sendMessages([{ body: "a" }, { body: "b" }]);

  const messages = await receiver.receiveMessages(50, { maxWaitTimeInMs: patience });

  assert.deepEqual(messages.map((message) => message.body), ["a", "b"]);
  for (const message of messages) await receiver.completeMessage(message);
  await receiver.close();
});

test("a closed sender and receiver refuse work, and their client opens others", async () => {
  const sender = client.createSender("given-up");
  const receiver = client.createReceiver("given-up", { receiveMode: "receiveAndDelete" });
  await sender.sendMessages({ body: "first" });
  await receiveCount(receiver, 1);
  await Promise.all([sender.close(), receiver.close()]);

  await assert.rejects(sender.sendMessages({ body: "x" }));
  await assert.rejects(receiver.receiveMessages(1));

  await client.createSender("given-up").sendMessages({ body: "second" });
  const other = client.createReceiver("given-up", { receiveMode: "receiveAndDelete" });
  assert.equal((await receiveOne(other)).body, "second");
  await other.close();
});

test("many receivers on one connection each get what is theirs", async () => {
  const queue = "given-up-sessions";
  const ids = Array.from({ length: 30 }, () => unique("many"));
  await client.createSender(queue).sendMessages(ids.map((sessionId) => ({ body: sessionId, sessionId })));

  await Promise.all(
    ids.map(async (id) => {
      const session = await client.acceptSession(queue, id, { receiveMode: "receiveAndDelete" });
      assert.equal((await receiveOne(session)).body, id);
      await session.close();
    }),
  );
});
