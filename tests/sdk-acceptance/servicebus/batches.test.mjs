import assert from "node:assert/strict";
import { test } from "node:test";
import { createClient, receiveCount } from "./support.mjs";

const client = createClient();
const sender = client.createSender("batches");
const open = () => client.createReceiver("batches", { receiveMode: "receiveAndDelete" });

test("a batch is filled up to the size that the link announced, and arrives whole", async () => {
  const batch = await sender.createMessageBatch();
  assert.equal(batch.maxSizeInBytes, 262_144);
  let count = 0;
  while (batch.tryAddMessage({ body: "x".repeat(1_000), messageId: `batch-${count}` })) {
    count++;
  }
  assert.ok(count > 200, `${count} messages fit`);

  await sender.sendMessages(batch);

  const receiver = open();
  const received = await receiveCount(receiver, count);
  assert.deepEqual(
    received.map((message) => message.messageId),
    Array.from({ length: count }, (_, i) => `batch-${i}`),
  );
  await receiver.close();
});

test("a message larger than a frame arrives whole in both directions", async () => {
  const body = Buffer.alloc(200_000, "large ");
  await sender.sendMessages({ body, applicationProperties: { size: body.length } });

  const receiver = open();
  const [message] = await receiveCount(receiver, 1);

  assert.ok(body.equals(message.body));
  await receiver.close();
});

test("a message over the limit is refused, and the sender stays usable", async () => {
  await assert.rejects(sender.sendMessages({ body: Buffer.alloc(300_000) }), { code: "MessageSizeExceeded" });

  await sender.sendMessages({ body: "small" });

  const receiver = open();
  const [message] = await receiveCount(receiver, 1);
  assert.equal(message.body, "small");
  await receiver.close();
});

test("a queue of the Premium kind takes larger messages, up to its own limit", async () => {
  const large = client.createSender("large");
  const batch = await large.createMessageBatch();
  assert.equal(batch.maxSizeInBytes, 4 * 1024 * 1024);
  const body = Buffer.alloc(3_000_000, "large ");

  await large.sendMessages({ body });
  await assert.rejects(large.sendMessages({ body: Buffer.alloc(4_300_000) }), { code: "MessageSizeExceeded" });

  const receiver = client.createReceiver("large", { receiveMode: "receiveAndDelete" });
  const [message] = await receiveCount(receiver, 1);
  assert.ok(body.equals(message.body));
  await receiver.close();
});

test("a batch refuses what does not fit, and may be asked to be smaller", async () => {
  const batch = await sender.createMessageBatch({ maxSizeInBytes: 1_000 });

  assert.ok(batch.tryAddMessage({ body: "x".repeat(500) }));
  assert.ok(!batch.tryAddMessage({ body: "x".repeat(500) }));
  assert.equal(batch.count, 1);
  await assert.rejects(sender.createMessageBatch({ maxSizeInBytes: 300_000 }));
  await sender.sendMessages(batch);

  const receiver = open();
  assert.equal((await receiveCount(receiver, 1)).length, 1);
  await receiver.close();
});
