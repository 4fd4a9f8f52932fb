import assert from "node:assert/strict";
import { test } from "node:test";
import { createClient, receiveCount, receiveOne, unique } from "./support.mjs";

const client = createClient();
const sender = client.createSender("events");
const subscriber = (name) => client.createReceiver("events", name, { receiveMode: "receiveAndDelete" });

test("each subscription gets its own copy of what its filter matches", async () => {
  const sessionId = unique("topic");
  await sender.sendMessages([
    { body: "urgent order", subject: "order", applicationProperties: { priority: "urgent" }, sessionId },
    { body: "slow order", subject: "order", applicationProperties: { priority: "slow" }, sessionId },
    { body: "urgent note", subject: "note", applicationProperties: { priority: "urgent" }, sessionId },
  ]);

  const all = subscriber("all");
  const urgent = subscriber("urgent-orders");
  const everything = await receiveCount(all, 3);
  assert.deepEqual(everything.map((message) => message.body), ["urgent order", "slow order", "urgent note"]);
  const filtered = await receiveCount(urgent, 1);
  assert.equal(filtered[0].body, "urgent order");
  assert.deepEqual(await urgent.receiveMessages(1, { maxWaitTimeInMs: 200 }), []);
  const session = await client.acceptSession("events", "by-session", sessionId);
  assert.equal((await receiveCount(session, 3)).length, 3);
  await Promise.all([all.close(), urgent.close(), session.close()]);
});

test("a subscription has a dead-letter queue of its own", async () => {
  const sessionId = unique("topic");
  await sender.sendMessages({ body: "bad", sessionId });
  const receiver = client.createReceiver("events", "all");
  const message = await receiveOne(receiver);
  assert.equal(message.body, "bad");

  await receiver.deadLetterMessage(message, { deadLetterReason: "bad" });

  const letters = client.createReceiver("events", "all", { subQueueType: "deadLetter" });
  const letter = await receiveOne(letters);
  assert.equal(letter.body, "bad");
  assert.equal(letter.deadLetterReason, "bad");
  await letters.completeMessage(letter);
  await Promise.all([receiver.close(), letters.close()]);
});
