import assert from "node:assert/strict";
import { test } from "node:test";
import { createClient, receiveOne, unique } from "./support.mjs";

const client = createClient();
const open = (queue) => client.createReceiver(queue, { receiveMode: "receiveAndDelete" });

test("a message moves along a chain of queues and keeps its first number", async () => {
  await client.createSender("first-hop").sendMessages({ body: "moving", messageId: unique("hop") });

  const message = await receiveOne(open("destination"));

  assert.equal(message.body, "moving");
  assert.ok(message.enqueuedSequenceNumber > 0);
});

test("nothing can be received from a queue that forwards", async () => {
  await assert.rejects(receiveOne(client.createReceiver("first-hop"), 500));
});

test("dead letters move on with their reason and name their source", async () => {
  await client.createSender("failing").sendMessages({ body: "broken" });
  const receiver = client.createReceiver("failing");
  const message = await receiveOne(receiver);
  await receiver.deadLetterMessage(message, { deadLetterReason: "why", deadLetterErrorDescription: "how" });

  const letter = await receiveOne(open("failures"));

  assert.equal(letter.body, "broken");
  assert.equal(letter.deadLetterReason, "why");
  assert.equal(letter.deadLetterErrorDescription, "how");
  assert.equal(letter.deadLetterSource, "failing");
  await receiver.close();
});

test("after its last delivery a message moves on too", async () => {
  await client.createSender("failing").sendMessages({ body: "abandoned" });
  const receiver = client.createReceiver("failing");
  await receiver.abandonMessage(await receiveOne(receiver));

  const letter = await receiveOne(open("failures"));

  assert.equal(letter.body, "abandoned");
  assert.equal(letter.deadLetterReason, "MaxDeliveryCountExceeded");
  await receiver.close();
});

test("a subscription forwards to a queue, and its topic drops duplicates and schedules", async () => {
  const sender = client.createSender("scheduled-topic");
  const messageId = unique("twice");
  await sender.sendMessages({ body: "once", messageId });
  await sender.sendMessages({ body: "twice", messageId });
  const due = new Date(Date.now() + 500);
  const [number] = await sender.scheduleMessages({ body: "cancelled", messageId: unique("c") }, due);
  await sender.scheduleMessages({ body: "due", messageId: unique("d") }, due);
  await sender.cancelScheduledMessages(number);

  const forwarded = open("from-topic");
  const direct = client.createReceiver("scheduled-topic", "all", { receiveMode: "receiveAndDelete" });
  for (const receiver of [forwarded, direct]) {
    assert.equal((await receiveOne(receiver)).body, "once");
    assert.equal((await receiveOne(receiver)).body, "due");
    assert.deepEqual(await receiver.receiveMessages(1, { maxWaitTimeInMs: 200 }), []);
  }
  assert.ok(Date.now() >= due.getTime());
});
